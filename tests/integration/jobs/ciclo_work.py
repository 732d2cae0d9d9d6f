"""Work functions for the tests of jobs: what goes well, and every way to go wrong. Imported by job processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import msgspec

from app.errors import CicloError
from app.jobs.asking import is_asked_to_finish, running_now
from app.jobs.contract import Context, Outcome, Progress
from app.project import draft
from app.project.durable import stage_bytes
from app.text import Text
from tests.integration.jobs.tasks import carry_out


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """What to do, in what measure."""

    number: int = 0
    seconds: float = 0.0
    text: str = ""


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """An answer, a live result, a record's body."""

    number: int = 0
    text: str = ""


def _answer(note: Note) -> Outcome:
    return Outcome(answer=msgspec.Raw(msgspec.json.encode(note)))


def first_line(context: Context, request: Request) -> Outcome:
    moment = time.monotonic()
    return _answer(Note(text=repr(moment)))


def surroundings(context: Context, request: Request) -> Outcome:
    print("printed by the job")
    facts = [
        os.nice(0),
        context.processors,
        os.environ["OMP_NUM_THREADS"],
        tempfile.gettempdir() == str(context.staging) == os.environ["JOBLIB_TEMP_FOLDER"],
        len(list(Path("/proc/self/task").iterdir())),
        os.getpgrp() == os.getpid(),
    ]
    return _answer(Note(number=os.getpid(), text=repr(facts)))


def sleep(context: Context, request: Request) -> Outcome:
    context.publish("process", Note(number=os.getpid()))
    began = time.monotonic()
    while time.monotonic() - began < request.seconds:
        context.check_cancelled()
        time.sleep(0.01)
    return _answer(Note(text="slept"))


def count_clock(context: Context, request: Request) -> Outcome:
    """How often it could look at a clock of 10 ms in the given time; that clock stands still while it is paused."""
    context.publish("process", Note(number=os.getpid()))
    began, looks = running_now(context.staging), 0
    while running_now(context.staging) - began < request.seconds:
        time.sleep(0.01)
        looks += 1
    return _answer(Note(number=looks))


def wait_for_wish(context: Context, request: Request) -> Outcome:
    context.publish("process", Note(number=os.getpid()))
    while not is_asked_to_finish(context.staging):
        time.sleep(0.01)
    return _answer(Note(text="content"))


def count(context: Context, request: Request) -> Outcome:
    for done in range(request.number + 1):
        context.report(Progress(step=Text("jobs.lost"), done=done, total=request.number))
        time.sleep(request.seconds)
    return _answer(Note(number=request.number))


def spin(context: Context, request: Request) -> Outcome:
    """Keep processors busy, in children too, and hear nothing."""
    children = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _k in range(request.number)]
    context.publish("process", Note(number=os.getpid()))
    for child in children:
        context.publish("process", Note(number=child.pid))
    while True:
        pass


def store(context: Context, request: Request) -> Outcome:
    """Draft two records with objects."""
    files = [stage_bytes(context.staging, f"f{k}", f"{request.text}{k}".encode(), media="text/plain") for k in (1, 2)]
    (context.staging / "left-over").write_bytes(b"x" * 1000)
    drafts = tuple(
        draft("note", Note(number=k, text=request.text), objects={"text": file}, name=f"note{k}")
        for k, file in enumerate(files)
    )
    return Outcome(drafts=drafts, answer=msgspec.Raw(b'"stored"'), checkpoint="steps")


def store_slowly(context: Context, request: Request) -> Outcome:
    outcome = store(context, request)
    sleep(context, request)
    return outcome


def refuse(context: Context, request: Request) -> Outcome:
    raise CicloError("data.nonsense", column="a", share=float("nan"))


def fail(context: Context, request: Request) -> Outcome:
    raise ValueError("no such column")


def exhaust(context: Context, request: Request) -> Outcome:
    raise MemoryError


def kill_itself(context: Context, request: Request) -> Outcome:
    context.publish("process", Note(number=os.getpid()))
    time.sleep(request.seconds)
    os.kill(os.getpid(), request.number)
    signal.pause()
    return Outcome()


def leave(context: Context, request: Request) -> Outcome:
    os._exit(request.number)


def shout(context: Context, request: Request) -> Outcome:
    """Print 10 MB."""
    for _k in range(1000):
        sys.stderr.write("e" * 10_000)
    sys.stdout.write("the end\n")
    return _answer(Note(text="shouted"))


def babble(context: Context, request: Request) -> Outcome:
    """Write garbage on every descriptor that takes it."""
    for handle in range(3, 64):
        try:
            os.write(handle, b"\xff" * 1000)
        except OSError:
            continue
    time.sleep(60)
    return Outcome()


def fall_silent(context: Context, request: Request) -> Outcome:
    """Close every descriptor and go on."""
    os.closerange(3, 64)
    time.sleep(60)
    return Outcome()


def _enter(group: str) -> None:
    (Path(group) / "cgroup.procs").write_text(str(os.getpid()))


def _hold(megabytes: int) -> bytes:
    return b"%d" % len([bytearray(os.urandom(1 << 20)) for _k in range(megabytes)])


def exceed(context: Context, request: Request) -> Outcome:
    """Take more memory than the control group ``text`` allows."""
    _enter(request.text)
    return Outcome(answer=msgspec.Raw(_hold(request.number)))


def exceed_in_fit(context: Context, request: Request) -> Outcome:
    """The same in one of two fits."""
    _enter(request.text)
    tasks = [lambda: _hold(request.number), lambda: b"good"]
    fits = carry_out(tasks, processors=1)
    told = [fit.decode() if isinstance(fit, bytes) else fit.failure.code for _position, fit in sorted(fits.items())]
    return Outcome(answer=msgspec.Raw(msgspec.json.encode(told)))
