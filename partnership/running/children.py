"""Child processes that never outlive us: own session, own death signal, no orphan left."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from partnership.running.trouble import Trouble

REPOSITORY = Path(__file__).resolve().parents[2]
PYTHON = sys.executable

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None
_steps: set[subprocess.Popen[str]] = set()

Command = Sequence[str | os.PathLike[str]]


def dies_with_us(how: signal.Signals) -> Callable[[], None]:
    """For `preexec_fn`: the kernel sends `how` to the child when our starting thread is gone.

    The thread counts, not the process: children that live long are started by the main thread.
    """
    parent = os.getpid()

    def ask_the_kernel() -> None:
        if _libc is not None:
            _libc.prctl(_PR_SET_PDEATHSIG, how)
            if os.getppid() != parent:
                os._exit(1)

    return ask_the_kernel


def start(
    command: Command,
    *,
    env: Mapping[str, str] | None = None,
    output: int | IO[Any] = subprocess.PIPE,
    dying: signal.Signals = signal.SIGTERM,
    account: Mapping[str, Any] | None = None,
) -> subprocess.Popen[str]:
    """Start a long-lived child in its own session, so that Ctrl-C reaches only us."""
    return subprocess.Popen(
        list(command),
        env=None if env is None else dict(env),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
        preexec_fn=dies_with_us(dying),
        **(account or {"cwd": REPOSITORY}),
    )


def run_step(
    command: Command,
    *,
    doing: str,
    env: Mapping[str, str] | None = None,
    account: Mapping[str, Any] | None = None,
) -> str:
    """Run one step of the set-up to its end and return what it said; Trouble when it fails."""
    step = start(command, env=env, dying=signal.SIGKILL, account=account)
    _steps.add(step)
    try:
        said, _ = step.communicate()
    finally:
        end_group(step)
        _steps.discard(step)
    if step.returncode:
        raise Trouble(f"{doing} failed: {telling_line(said)}")
    return said


def telling_line(said: str) -> str:
    """The line of a failed command's output that names the cause."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    blamed = [line for line in lines if "error" in line.lower() or "fatal" in line.lower()]
    return (blamed or lines or ["it said nothing"])[-1]


def end_group(child: subprocess.Popen[str]) -> None:
    """Kill what is left of a child and of everything it started."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    with contextlib.suppress(subprocess.TimeoutExpired):
        child.wait(5)


def end_steps() -> None:
    """Stop every step under way, wherever it was started: the set-up was broken off."""
    for step in list(_steps):
        end_group(step)


def stop(child: subprocess.Popen[str], how: signal.Signals, *, within: float) -> None:
    """Ask a child to stop, and stop it when it does not."""
    if child.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            child.send_signal(how)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(within)
    end_group(child)
