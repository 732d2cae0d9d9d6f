"""What a process of ours asks of the operating system: to be nice, to die with its parent, to be the first to go."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
import time
from pathlib import Path

_LIBRARIES = ("OMP", "OPENBLAS", "MKL", "BLIS", "NUMEXPR")
THREADS = {f"{library}_NUM_THREADS": "1" for library in _LIBRARIES} | {
    "JE_ARROW_MALLOC_CONF": "background_thread:false"
}
"""Environment of a process without threads of its libraries: its results are bit-equal, and it can be forked."""

SYSTEM: str = sys.platform
CAN_FORK = SYSTEM == "linux"
"""macOS has fork too, but its system libraries don't survive one."""

_NICENESS = 10
_PR_SET_PDEATHSIG = 1
_F_SETSIG = 10


def usable_processors() -> int:
    """Processors that this process may run on."""
    if SYSTEM == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def lower_priority() -> None:
    """Give way to the window.

    Linux groups processes by session ("autogroup") and compares niceness only within one: in a session of its own a
    nice process would compete with the window as an equal, so the session is made nice too.
    """
    if SYSTEM == "win32":
        import psutil

        psutil.Process().nice(psutil.BELOW_NORMAL_PRIORITY_CLASS)
        return
    with contextlib.suppress(OSError):
        os.nice(_NICENESS - os.nice(0))
    for pause_s in (0.11, 0.0):  # the kernel takes one such wish in 100 ms
        try:
            Path("/proc/self/autogroup").write_text(str(_NICENESS), encoding="ascii")
        except BlockingIOError:
            time.sleep(pause_s)
        except OSError:
            return
        else:
            return


def suspend(process: int, suspended: bool) -> None:
    """Suspend a process and its children, or have them go on, where there are no signals for that (Windows)."""
    import psutil

    with contextlib.suppress(psutil.Error):
        leader = psutil.Process(process)
        for one in (leader, *leader.children(recursive=True)):
            one.suspend() if suspended else one.resume()


def offer_to_out_of_memory(score: int) -> None:
    """Be killed before the window when memory runs out (Linux; 0 to 1000)."""
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(str(score), encoding="ascii")


def out_of_memory_kills() -> int:
    """How many processes the kernel has killed for want of memory since it started; 0 where it doesn't say."""
    try:
        text = Path("/proc/vmstat").read_text(encoding="ascii")
    except OSError:
        return 0
    found = text.rpartition("\noom_kill ")[2].partition("\n")[0]
    return int(found) if found.isdigit() else 0


def die_with_parent(parent: int) -> None:
    """Have the kernel kill this process when the thread that forked it ends. Not inherited: call it in every fork."""
    import ctypes

    if SYSTEM != "linux":
        return
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
    if os.getppid() != parent:  # it ended before
        os._exit(1)


def die_with_pipe(handle: int) -> None:
    """Kill this process group when the other end of the pipe ``handle`` is closed, however its owner died.

    Nothing is ever written to that pipe any more. On Linux the kernel itself sends the signal (fcntl(2), F_SETSIG), so
    no thread is needed and a process that computes or hangs dies as well; elsewhere a thread waits for the end.
    """
    if SYSTEM == "linux":
        import fcntl
        import select

        fcntl.fcntl(handle, fcntl.F_SETOWN, -os.getpgrp())
        fcntl.fcntl(handle, _F_SETSIG, int(signal.SIGKILL))
        fcntl.fcntl(handle, fcntl.F_SETFL, fcntl.fcntl(handle, fcntl.F_GETFL) | os.O_ASYNC)
        poll = select.poll()
        poll.register(handle, select.POLLIN)
        if poll.poll(0):  # it was closed before
            os.killpg(os.getpgrp(), signal.SIGKILL)
        return
    threading.Thread(target=_wait_for_end, args=(handle,), name="lifeline", daemon=True).start()


def _wait_for_end(handle: int) -> None:
    with contextlib.suppress(OSError):
        while os.read(handle, 4096):
            pass
    if SYSTEM != "win32":
        os.killpg(os.getpgrp(), signal.SIGKILL)
    os._exit(1)


def forget_peak_memory() -> None:
    """Let :func:`peak_memory_mb` count from now on, where the system can (Linux); elsewhere it counts from the
    process's start."""
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def peak_memory_mb() -> float:
    """Peak memory of this process and of the largest of its children that ended, in MB."""
    if SYSTEM == "win32":
        import psutil

        return float(psutil.Process().memory_info().peak_wset) / 1e6
    import resource

    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return resident_mb(max(own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss))


def resident_mb(maxrss: int) -> float:
    """``ru_maxrss`` in MB: macOS counts it in bytes, others in KiB."""
    return maxrss / 1e6 * (1 if SYSTEM == "darwin" else 1024)


def available_memory_mb() -> float:
    """Memory that programs can still get without others being moved out, in MB: what the system says, or less where
    this process lives in a group with a limit (Linux: a container, a service)."""
    import psutil

    free = float(psutil.virtual_memory().available)
    return min([free, *_left_in_groups()]) / 1e6


_GROUPS = Path("/sys/fs/cgroup")
_V1 = ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
_V2 = ("memory.max", "memory.current", "inactive_file")
"""Files of a group's limit and use, and the name of what it could let go of."""


def _left_in_groups() -> list[float]:
    """What each group of this process that has a limit has left, files that it could let go of included (cgroups of
    either version)."""
    left: list[float] = []
    with contextlib.suppress(OSError, ValueError):
        for line in Path("/proc/self/cgroup").read_text(encoding="ascii").splitlines():
            _, controllers, own = line.split(":", 2)
            if controllers in ("", "memory"):
                root, names = (_GROUPS / "memory", _V1) if controllers else (_GROUPS, _V2)
                place = root / own.strip("/")
                left += [
                    found
                    for group in (place, *place.parents)
                    if group.is_relative_to(root)
                    for found in _left(group, names)
                ]
    return left


def _left(group: Path, names: tuple[str, str, str]) -> list[float]:
    with contextlib.suppress(OSError, ValueError):  # no limit reads "max", or is larger than any memory
        limit, used = (int((group / name).read_text(encoding="ascii")) for name in names[:2])
        told = dict(line.split() for line in (group / "memory.stat").read_text(encoding="ascii").splitlines())
        return [float(max(0, limit - used + int(told.get(names[2], "0"))))]
    return []
