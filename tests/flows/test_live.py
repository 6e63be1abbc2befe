"""One port for pages and streams: a web server whose few threads are not held by open pages, a live
process that may die, and a page that hears of a deed in another process."""

import os
import signal
import socket
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from partnership import live
from partnership.models import Membership
from partnership.running import children
from partnership.running.children import PYTHON
from partnership.running.supervisor import GUNICORN
from partnership.tenancy import within
from tests.conftest import browser_of
from tests.flows.processes import databases_under_test, eventually
from tests.partnership.listening import (
    LiveProcess,
    Page,
    committed_member,
    cookie_of,
    live_process,
)
from tests.running.portal_process import free_port

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]
THREADS = 4
PEOPLE = 50


@dataclass
class Port:
    """Where a visitor comes: the web server, and the live process behind it."""

    number: int
    live: LiveProcess
    said: Path

    def page(self, path: str = "/healthz") -> int:
        url = f"http://127.0.0.1:{self.number}{path}"
        with urllib.request.urlopen(url, timeout=5) as answer:
            return int(answer.status)

    def ask(self, someone: Membership, cookie: str = "") -> Page:
        line = socket.create_connection(("127.0.0.1", self.number))
        cookie = cookie or cookie_of(browser_of(someone))
        path = f"/live/{someone.partnership.slug}/"
        line.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}\r\n\r\n".encode())
        self.live.pages.append(Page(line))
        return self.live.pages[-1]


def is_up(port: Port) -> bool:
    try:
        return port.page() == 200
    except OSError:
        return False


@pytest.fixture
def port(transactional_db, tmp_path) -> Iterator[Port]:
    with live_process(tmp_path) as process:
        number = free_port()
        env = {**os.environ, **databases_under_test(), "PORTAL_PORT": str(number)}
        env |= {"PORTAL_LIVE_SOCKET": str(process.socket), "WEB_PROCESSES": "1"}
        said = tmp_path / "web.said"
        with said.open("ab") as output:
            command = [PYTHON, "-m", *GUNICORN, "--threads", str(THREADS)]
            web = children.start(command, env=env, output=output)
        try:
            port = Port(number, process, said)
            eventually(lambda: is_up(port))
            yield port
        finally:
            children.stop(web, signal.SIGINT, within=5)


def ring(someone: Membership, topic: str = "notices") -> None:
    with within(someone.partnership):
        live.ring(topic, to=None)


def test_a_ring_comes_through_the_port_of_the_pages(port):
    someone = committed_member()
    page = port.ask(someone)
    page.until("HTTP/1.1 200", "event: live")
    ring(someone)
    page.until('"topic": "notices"', within=3)


def test_two_hundred_open_pages_leave_the_threads_to_the_pages(port):
    people = [committed_member() for _ in range(PEOPLE)]
    cookies = [cookie_of(browser_of(person)) for person in people]
    pages = [port.ask(people[0], cookie) for cookie in cookies for _ in range(4)]
    for page in pages:
        page.until("event: live")
    began = time.monotonic()
    assert [port.page() for _ in range(2 * THREADS)] == [200] * 2 * THREADS
    assert time.monotonic() - began < 3
    ring(people[0])
    for page in pages:
        page.until("notices", within=5)
    assert port.said.read_text() == ""


def test_a_page_that_goes_away_is_let_go_by_the_live_process(port):
    someone = committed_member()
    page = port.ask(someone)
    page.until("event: live")
    before = open_files(port.live)
    page.leave()
    eventually(lambda: open_files(port.live) < before, within=5)


def open_files(process: LiveProcess) -> int:
    return len(list(Path(f"/proc/{process.child.pid}/fd").iterdir()))


def test_without_the_live_process_pages_stand_and_streams_are_refused_at_once(port):
    someone = committed_member()
    page = port.ask(someone)
    page.until("event: live")
    port.live.end(signal.SIGKILL)
    page.until_over()
    began = time.monotonic()
    assert port.ask(someone).status == 503
    assert time.monotonic() - began < 1
    assert port.page() == 200


def test_the_live_process_comes_back_and_what_rang_meanwhile_is_heard(port):
    someone = committed_member()
    port.ask(someone).until("event: live")
    port.live.end(signal.SIGKILL)
    ring(someone, "meanwhile")
    port.live.start()
    assert "meanwhile" in port.ask(someone).until("event: live")


def test_a_refusal_comes_through_the_door_as_it_is(port):
    someone = committed_member()
    assert port.ask(someone, "nothing=1").status == 401
