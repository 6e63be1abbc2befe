"""Real processes of the portal on the test's own database, broker and providers."""

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.db import connection, connections

from outbox import tasks
from partnership.models import Heartbeat
from partnership.pulse import beats_recently
from partnership.running import children
from partnership.running.children import PYTHON
from partnership.running.embedded import Valkey
from partnership.running.place import Place
from partnership.running.supervisor import GUNICORN

PATIENCE_SECONDS = 30
DATABASES = {"default": "DATABASE_URL", "vault": "VAULT_URL"}
QUEUES = ("-A", "partnership", "worker", "-Q", "panic,urgent,routine,bulk")
WORKER = (*QUEUES, "-c", "1")
CALM = ("-l", "WARNING", "--without-gossip", "--without-mingle")
# A sweeper that looks around by itself only now and then, so that it must hear the bell.
HEARS_ONLY = """
import django; django.setup()
from django.core.management import call_command
from outbox.management.commands import sweeper
sweeper.ROUND_SECONDS = 600.0
call_command("sweeper")
"""
OTHERS = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"


def eventually(happens: Callable[[], object], *, within: float = PATIENCE_SECONDS) -> None:
    """Return as soon as it is so; fail when it is not so in time."""
    deadline = time.monotonic() + within
    while not happens():
        assert time.monotonic() < deadline, "It did not happen in time."
        time.sleep(0.03)


class Processes:
    """What a test starts, and ends with it. `said` holds their output."""

    def __init__(self, said: Path, **environment: str) -> None:
        self.said = said
        self.environment = {**os.environ, **databases_under_test(), **environment}
        self.running: list[subprocess.Popen[str]] = []

    def sweeper(self) -> subprocess.Popen[str]:
        return self._start("manage.py", "sweeper")

    def worker(self, *, abreast: int = 1) -> subprocess.Popen[str]:
        """A group of so many worker processes."""
        celery = ("-W", "ignore", "-m", "celery", *QUEUES, "-c", str(abreast))
        return self._start(*celery, *CALM)

    def sweeper_that_only_hears(self) -> subprocess.Popen[str]:
        """Its rounds are so far apart that whatever it carries, the bell told it of."""
        return self._start("-c", HEARS_ONLY)

    def web(self) -> subprocess.Popen[str]:
        """The portal's pages where PUBLIC_URL says."""
        port = str(urlsplit(self.environment["PUBLIC_URL"]).port)
        self.environment |= {"PORTAL_PORT": port, "WEB_PROCESSES": "1"}
        return self._start("-m", *GUNICORN)

    def awake(self, *who: str) -> None:
        """Wait until those ("workers", "sweeper") have shown their first pulse."""
        eventually(lambda: all(beats_recently(name) for name in who))

    def kill(self, *those: subprocess.Popen[str]) -> None:
        """As a crash of the machine would; nothing that they have shown counts any more."""
        for child in those:
            send(child, signal.SIGKILL)
            children.end_group(child)
        Heartbeat.objects.all().delete()

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


def signal_to(valkey: Valkey, number: signal.Signals) -> None:
    assert valkey.process is not None
    os.kill(valkey.process.pid, number)


@contextmanager
def own_broker() -> Iterator[Valkey]:
    """A broker of the test's own, so that it can be broken; this process rings there too."""
    with tempfile.TemporaryDirectory() as folder:
        valkey = Valkey(Place(Path(folder)))
        valkey.launch()
        valkey.wait()
        facts: Any = tasks.carry.app.conf
        before, tasks._rests_until = facts.broker_write_url, 0.0
        facts.broker_write_url = valkey.url().replace("unix://", "redis+socket://")
        try:
            yield valkey
        finally:
            facts.broker_write_url, tasks._rests_until = before, 0.0
            signal_to(valkey, signal.SIGCONT)
            valkey.stop()


def cut_connections(which: str = "true") -> int:
    """End the database connections of all others, or of those that the condition names."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(pg_terminate_backend(pid)) {OTHERS} AND {which}")
        return int(cursor.fetchone()[0])


def somebody_waits_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")  # else a transaction sees an old picture
        cursor.execute(f"SELECT count(*) > 0 {OTHERS} AND wait_event_type = 'Lock'")
        return bool(cursor.fetchone()[0])


def databases_under_test() -> dict[str, str]:
    """The addresses of the test's databases, for the roles the portal uses."""
    return {
        name: urlsplit(os.environ[name])
        ._replace(path=f"/{connections[alias].settings_dict['NAME']}")
        .geturl()
        for alias, name in DATABASES.items()
    }
