"""A real live process on the test's database, and pages that listen to it."""

import os
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.test import Client

from partnership.models import District, Membership, Partnership, Role
from partnership.running import children
from partnership.running.children import PYTHON
from partnership.running.supervisor import LIVE
from partnership.tenancy import within
from tests.conftest import browser_of, member
from tests.flows.processes import databases_under_test

PATIENCE_SECONDS = 10.0


def committed_member(slug: str = "elmwood", role: Role = Role.TEACHER) -> Membership:
    """Somebody whom another process can see too."""
    partnership, _ = Partnership.objects.get_or_create(slug=slug, name=slug.title())
    with within(partnership):
        District.objects.get_or_create(partnership=partnership, name=f"{slug} schools")
        return member(f"{role}{Membership.objects.count()}", partnership, role)


def cookie_of(browser: Client) -> str:
    return f"{settings.SESSION_COOKIE_NAME}={browser.cookies[settings.SESSION_COOKIE_NAME].value}"


@dataclass
class Page:
    """One open page: its connection, and what came over it so far."""

    line: socket.socket
    said: str = ""

    def until(self, *words: str, within: float = PATIENCE_SECONDS) -> str:
        """Read on until all these words have come; fail when they have not in time."""
        deadline = time.monotonic() + within
        while not all(word in self.said for word in words):
            assert self.read(deadline), f"the stream ended without {words}:\n{self.said}"
        return self.said

    def read(self, deadline: float) -> bool:
        left = deadline - time.monotonic()
        assert left > 0, f"It did not come in time. What came:\n{self.said}"
        self.line.settimeout(left)
        piece = self.line.recv(65536)
        self.said += piece.decode()
        return bool(piece)

    def until_over(self, *, within: float = PATIENCE_SECONDS) -> str:
        deadline = time.monotonic() + within
        while "\r\n0\r\n\r\n" not in self.said and self.read(deadline):
            pass
        return self.said

    @property
    def status(self) -> int:
        return int(self.until("\r\n\r\n").split()[1])

    @property
    def last_id(self) -> str:
        return self.said.rpartition("id: ")[2].split("\n")[0]

    def topics(self) -> list[str]:
        return [part.split('"')[0] for part in self.said.split('"topic": "')[1:]]

    def leave(self) -> None:
        self.line.close()


@dataclass
class LiveProcess:
    """`uvicorn partnership.asgi:application` on a socket of its own."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)
    pages: list[Page] = field(default_factory=list)

    @property
    def socket(self) -> Path:
        return self.folder / "live.sock"

    def start(self) -> "LiveProcess":
        env = {**os.environ, **databases_under_test(), **self.environment}
        command = [PYTHON, *LIVE, "--uds", str(self.socket)]
        with (self.folder / "said").open("ab") as output:
            self.child = children.start(command, env=env, output=output)
        deadline = time.monotonic() + 30
        while not self.answers():
            assert self.child.poll() is None, self.said
            assert time.monotonic() < deadline, self.said
            time.sleep(0.02)
        return self

    def answers(self) -> bool:
        try:
            return self.ask("/", "").status == 404
        except OSError:
            return False

    @property
    def said(self) -> str:
        return (self.folder / "said").read_text()

    def ask(self, path: str, cookie: str, *, method: str = "GET", last_id: str = "") -> Page:
        """Open a stream as a browser would."""
        line = socket.socket(socket.AF_UNIX)
        line.connect(str(self.socket))
        wanted = f"Last-Event-ID: {last_id}\r\n" if last_id else ""
        head = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}\r\n{wanted}\r\n"
        line.sendall(head.encode())
        self.pages.append(Page(line))
        return self.pages[-1]

    def open(self, someone: Membership, **facts: Any) -> Page:
        """A page of this member that has its stream."""
        page = self.ask(
            f"/live/{someone.partnership.slug}/", cookie_of(browser_of(someone)), **facts
        )
        page.until("event: live")
        return page

    def end(self, how: signal.Signals = signal.SIGTERM) -> int:
        self.child.send_signal(how)
        return self.child.wait(10)

    def leave(self) -> None:
        """Close every page."""
        while self.pages:
            self.pages.pop().leave()

    def stop(self) -> None:
        self.leave()
        children.end_group(self.child)


@contextmanager
def live_process(folder: Path, **environment: str) -> Iterator[LiveProcess]:
    process = LiveProcess(folder, environment)
    try:
        yield process.start()
    finally:
        process.stop()
