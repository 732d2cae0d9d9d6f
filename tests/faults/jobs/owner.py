"""A program that owns a busy job with children, prints their process ids, and waits to be killed."""

from __future__ import annotations

import sys
import threading

import msgspec

from app.jobs.contract import Event, JobKind, Published
from app.jobs.launcher import NurseryLauncher, SpawnLauncher
from app.jobs.runner import new_job, run_job
from app.text import Text


class Request(msgspec.Struct):
    number: int


def tell(event: Event) -> None:
    if isinstance(event, Published):
        print(msgspec.json.decode(event.value)["number"], flush=True)


def main(kind: str) -> None:
    launcher = NurseryLauncher(preload=()) if kind == "nursery" else SpawnLauncher(warm=kind == "warm", preload=())
    launcher.start()
    spare = launcher._spare.pid if isinstance(launcher, SpawnLauncher) and launcher._spare else 0
    print(launcher.process_id if isinstance(launcher, NurseryLauncher) else spare, flush=True)
    job = new_job(JobKind("test.spin", "ciclo_work:spin"), Request(2), title=Text("jobs.lost"))
    run_job(launcher=launcher, job=job, project=None, on_event=tell, cancel=threading.Event())


if __name__ == "__main__":
    main(sys.argv[1])
