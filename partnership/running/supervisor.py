"""Runs every process of the portal in the foreground and watches them and the servers.

A process that ends is reported and started again, later each time; one that will not stay up
stops the whole. Nothing limps on in silence, and nothing is left behind.
"""

import os
import signal
import subprocess
import threading
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import FrameType

from partnership.running import children
from partnership.running.children import PYTHON
from partnership.running.embedded import Postgres, short_folder
from partnership.running.healthy import answers
from partnership.running.surroundings import Surroundings
from partnership.running.trouble import Trouble
from partnership.running.voice import say

BACKOFF_SECONDS = (1, 2, 4, 8)
MOST_CRASHES, CRASH_WINDOW_SECONDS = 5, 60
READY_WITHIN_SECONDS = 90
STOP_WITHIN_SECONDS = 6
REVIVE_WITHIN_SECONDS = 10
LINES_KEPT = 12

GUNICORN = (
    "gunicorn",
    "partnership.running.live_door:application",
    "-c",
    "partnership/running/gunicorn_conf.py",
)
LIVE = (
    "-m",
    "uvicorn",
    "partnership.asgi:application",
    *("--log-level", "warning", "--no-access-log", "--no-server-header", "--no-proxy-headers"),
    *("--timeout-graceful-shutdown", "3"),
)
WORKER = ("worker", "-Q", "urgent,routine,bulk", "-c", "2", "-l", "WARNING", "-n", "worker@%h")
# Alarms have workers of their own: one long routine task must not stand in their way.
PANIC = ("worker", "-Q", "panic", "-c", "1", "-l", "WARNING", "-n", "panic@%h")
CALM = ("--without-gossip", "--without-mingle")


@dataclass
class Process:
    """One program that must always run; `crashes` are the times at which it ended by itself."""

    name: str
    command: Sequence[str]
    env: dict[str, str]
    child: subprocess.Popen[str] | None = None
    crashes: deque[float] = field(default_factory=deque)
    again_at: float = 0.0
    tail: deque[str] = field(default_factory=lambda: deque(maxlen=LINES_KEPT))

    def start(self) -> None:
        self.child = children.start([PYTHON, *self.command], env=self.env)
        threading.Thread(target=self._listen, args=(self.child,), daemon=True).start()

    def _listen(self, child: subprocess.Popen[str]) -> None:
        for line in child.stdout or ():
            if words := line.strip():
                self.tail.append(words)
                say(line.rstrip(), by=self.name)

    @property
    def has_ended(self) -> bool:
        return self.child is not None and self.child.poll() is not None

    def note_crash(self) -> None:
        """Report the end, sweep up what it left, and set the time of the next try."""
        if self.child is None:
            return
        children.end_group(self.child)
        now = time.monotonic()
        self.crashes.append(now)
        while now - self.crashes[0] > CRASH_WINDOW_SECONDS:
            self.crashes.popleft()
        pause = BACKOFF_SECONDS[min(len(self.crashes), len(BACKOFF_SECONDS)) - 1]
        self.again_at = now + pause
        say(f"{self.name} ended {how(self.child)}; starting it again in {pause} s")
        self.child = None

    @property
    def last_words(self) -> str:
        return "\n".join(f"  {self.name} | {line}" for line in self.tail) or "  (it said nothing)"


def how(child: subprocess.Popen[str]) -> str:
    """In words: by which signal or with which code a child ended."""
    code = child.poll() or 0
    return f"by {signal.Signals(-code).name}" if code < 0 else f"with code {code}"


def silence() -> tuple[str, ...]:
    """Root is warned of itself by Celery at each start; here it is a developer's own machine."""
    return ("-W", "ignore") if os.geteuid() == 0 else ()


class Supervisor:
    """The loop that holds the house up until somebody stops it."""

    def __init__(self, around: Surroundings, env: dict[str, str]) -> None:
        self.around, self.env = around, env
        self.signals = 0
        self.postgres_restarts = 0
        celery = (*silence(), "-m", "celery", "-q", "-A", "partnership")
        schedule = str(around.place.root / "celerybeat-schedule")
        live = str(short_folder(around.place.root, around.place) / "live.sock")
        self.processes = [
            Process("web", ("-m", *GUNICORN), {**env, "PORTAL_LIVE_SOCKET": live}),
            Process("live", (*LIVE, "--uds", live), env),
            Process("worker", (*celery, *WORKER, *CALM), env),
            Process("panic", (*celery, *PANIC, *CALM), env),
            Process("beat", (*celery, "beat", "-l", "WARNING", "-s", schedule, "--pidfile="), env),
            Process("sweeper", ("manage.py", "sweeper"), env),
            Process("auditor", ("manage.py", "auditor"), env),
        ]
        if around.stand_in is not None:
            self.processes.append(Process("gateway", around.stand_in.command, env))

    def catch_signals(self) -> None:
        """From now on a signal asks for an orderly stop; a second one for a quick stop."""

        def note(number: int, frame: FrameType | None) -> None:
            self.signals += 1

        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, note)

    def start(self) -> None:
        """Start all and return when the first page answers."""
        for process in self.processes:
            process.start()
        web = self.processes[0]
        deadline = time.monotonic() + READY_WITHIN_SECONDS
        while not self.signals and not answers(self.env):
            if web.has_ended or time.monotonic() > deadline:
                raise Trouble(f"The web server did not start. Its last words:\n{web.last_words}")
            time.sleep(0.05)

    def watch(self) -> None:
        """Hold the house up until a signal; Trouble when a part will not stay up."""
        while not self.signals:
            self.watch_servers()
            for process in self.processes:
                self.watch_process(process)
            time.sleep(0.1)

    def watch_process(self, process: Process) -> None:
        if process.has_ended:
            process.note_crash()
        if len(process.crashes) >= MOST_CRASHES:
            raise Trouble(
                f"{process.name} ended {MOST_CRASHES} times within {CRASH_WINDOW_SECONDS} s; "
                f"everything is stopped. Its last words:\n{process.last_words}"
            )
        if process.child is None and time.monotonic() >= process.again_at:
            process.start()

    def watch_servers(self) -> None:
        """Valkey holds only wake-up calls, so it may always come back; PostgreSQL once."""
        valkey, postgres = self.around.valkey, self.around.postgres
        if valkey and valkey.process and valkey.process.poll() is not None:
            say(f"Valkey ended {how(valkey.process)}; starting it again")
            valkey.launch()
            valkey.wait()
        if postgres and postgres.process and postgres.process.poll() is not None:
            say(f"PostgreSQL ended {how(postgres.process)}")
            self.postgres_restarts += 1
            if self.postgres_restarts > 1:
                raise Trouble(f"PostgreSQL ended twice; everything is stopped. See {postgres.log}")
            self.revive(postgres)

    def revive(self, postgres: Postgres) -> None:
        """Start it again as soon as the sessions of the dead one have let go of its memory."""
        say("starting PostgreSQL again")
        deadline = time.monotonic() + REVIVE_WITHIN_SECONDS
        while True:
            try:
                postgres.launch()
                postgres.wait()
            except Trouble:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.5)
            else:
                say("PostgreSQL is back")
                return

    def stop(self) -> None:
        """Ask all to finish, and end what does not; a second signal shortens the wait."""
        running = [process.child for process in self.processes if process.child is not None]
        for child in running:
            if child.poll() is None:
                child.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + STOP_WITHIN_SECONDS
        while any(child.poll() is None for child in running):
            if time.monotonic() > deadline or self.signals > 1:
                break
            time.sleep(0.05)
        for child in running:
            children.end_group(child)
