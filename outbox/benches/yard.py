"""The processes around a fan-out: the stand-in gateway, and those that carry."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from types import TracebackType
from typing import Any, ClassVar

from django.conf import settings

from outbox.benches import naive
from partnership.pulse import beats_recently
from partnership.running import children
from partnership.running.children import PYTHON

CELERY = ("-W", "ignore", "-m", "celery", "-q", "-A", "partnership", "worker", "-Q", "panic")
CALM = ("-l", "ERROR", "--without-gossip", "--without-mingle")
PATIENCE_SECONDS = 60
SILENT: dict[str, int] = {"output": subprocess.DEVNULL}


class Yard:
    """A gateway, and this process and its children told of it."""

    NAIVE_PROCESSES: ClassVar[int] = 8

    def __init__(self, *, latency_ms: int) -> None:
        command = [PYTHON, "manage.py", "gateway", "--quiet", "--latency", str(latency_ms)]
        self._gateway = children.start(command)
        assert self._gateway.stdout is not None  # noqa: S101 - started with a pipe
        ready = json.loads(self._gateway.stdout.readline())
        self._host, self._port = "127.0.0.1", int(ready["http_port"])

    def __enter__(self) -> "Yard":
        place = f"{self._host}:{self._port}"
        self._env = {
            **os.environ,
            "SMS_URL": f"http://demo:demo@{place}/send/sms?from=%2B15555550100",
            "OUTBOX_INSIDE_HOSTS": place,
            "PORTAL_DEMO": "1",  # else a place inside is refused at the start
            "BENCH_GATEWAY": f"http://{place}/send/sms",
        }
        settings.OUTBOX_PROVIDERS = {"sms": [self._env["SMS_URL"]]}
        return self

    def __exit__(self, kind: type | None, problem: object, place: TracebackType | None) -> None:
        children.stop(self._gateway, signal.SIGTERM, within=5)

    @contextmanager
    def carriers(self) -> Iterator[None]:
        """The panic worker of production, and one sweeper."""
        worker = children.start(
            [PYTHON, *CELERY, "-c", "2", *CALM], env=self._env, output=subprocess.DEVNULL
        )
        sweeper = children.start(
            [PYTHON, "manage.py", "sweeper"], env=self._env, output=subprocess.DEVNULL
        )
        try:
            wait_until(lambda: beats_recently("sweeper"))
            self._wait_for_worker()
            yield
        finally:
            for child in (worker, sweeper):
                children.stop(child, signal.SIGTERM, within=8)

    @contextmanager
    def naive_workers(self) -> Iterator[None]:
        """Eight processes: the naive design was fastest so."""
        more = ("-I", "outbox.benches.naive", "-c", str(self.NAIVE_PROCESSES))
        worker = children.start(
            [PYTHON, *CELERY, *more, *CALM], env=self._env, output=subprocess.DEVNULL
        )
        try:
            self.forget()
            naive.send_all([(str(place), "+15550100") for place in range(64)])
            self.wait_for(64)
            yield
        finally:
            children.stop(worker, signal.SIGKILL, within=2)

    def _wait_for_worker(self) -> None:
        from partnership.celery import app  # noqa: PLC0415 - after the environment stands

        wait_until(lambda: app.control.ping(timeout=0.5))

    def forget(self) -> None:
        """The gateway begins to count anew and keeps its latency. It reports nothing afterwards:
        its calls would be another load, and nobody is here to take them."""
        self._ask("POST", "/control/reset")
        self._ask("POST", "/control", {"channel": "all", "no_callbacks": True})

    def wait_for(self, count: int, *, patience: float = PATIENCE_SECONDS) -> None:
        """Until so many different messages have come."""
        wait_until(lambda: self._counts()["unique"] >= count, within=patience)

    def arrivals(self) -> list[float]:
        """When each message came first, in milliseconds of the epoch."""
        return [float(entry["at"]) for entry in self._ask("GET", "/received?channel=sms")]

    def _counts(self) -> dict[str, Any]:
        return dict(self._ask("GET", "/counts")["sms"])

    def _ask(self, method: str, path: str, mood: dict[str, Any] | None = None) -> Any:
        line = HTTPConnection(self._host, self._port, timeout=30)
        line.request(method, path, json.dumps(mood) if mood else None)
        text = line.getresponse().read()
        line.close()
        return json.loads(text) if text else None


def wait_until(holds: Callable[[], object], *, within: float = PATIENCE_SECONDS) -> None:
    deadline = time.monotonic() + within
    while not holds():
        if time.monotonic() > deadline:
            raise RuntimeError("It did not come to that in time.")
        time.sleep(0.05)
