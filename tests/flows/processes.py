"""Real processes of the portal on the test's own database, broker and mail server."""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from django.db import connections

from partnership.running import children
from partnership.running.children import PYTHON

PATIENCE_SECONDS = 30
DATABASES = {"default": "DATABASE_URL", "vault": "VAULT_URL"}
WORKER = ("-A", "partnership", "worker", "-Q", "panic,urgent,routine,bulk", "-c", "1")
CALM = ("-l", "WARNING", "--without-gossip", "--without-mingle")


def eventually(happens: Callable[[], object], *, within: float = PATIENCE_SECONDS) -> None:
    """Return as soon as it is so; fail when it is not so in time."""
    deadline = time.monotonic() + within
    while not happens():
        assert time.monotonic() < deadline, "It did not happen in time."
        time.sleep(0.02)


class Processes:
    """What a test starts, and ends with it. `said` holds their output."""

    def __init__(self, said: Path, **environment: str) -> None:
        self.said = said
        self.environment = {**os.environ, **databases_under_test(), **environment}
        self.running: list[subprocess.Popen[str]] = []

    def sweeper(self) -> subprocess.Popen[str]:
        return self._start("manage.py", "sweeper")

    def worker(self) -> subprocess.Popen[str]:
        return self._start("-W", "ignore", "-m", "celery", *WORKER, *CALM)

    def _start(self, *command: str) -> subprocess.Popen[str]:
        with self.said.open("ab") as output:
            child = children.start([PYTHON, *command], env=self.environment, output=output)
        self.running.append(child)
        return child

    def stop(self) -> None:
        for child in self.running:
            send(child, signal.SIGKILL)
            children.end_group(child)


def send(child: subprocess.Popen[str], number: signal.Signals) -> None:
    """A signal to a process and to all that it has started, as a crash of the machine would be."""
    if child.poll() is None:
        os.killpg(child.pid, number)


def databases_under_test() -> dict[str, str]:
    """The addresses of the test's databases, for the roles the portal uses."""
    return {
        name: urlsplit(os.environ[name])
        ._replace(path=f"/{connections[alias].settings_dict['NAME']}")
        .geturl()
        for alias, name in DATABASES.items()
    }
