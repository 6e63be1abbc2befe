"""gunicorn under our rules: not a word about who asked, and no request without good keys."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from partnership.running.children import REPOSITORY
from partnership.running.healthy import answers
from partnership.running.place import Place
from partnership.running.surroundings import standing
from tests.running.portal_process import free_port

pytestmark = pytest.mark.processes
COMMAND = ("gunicorn", "partnership.wsgi:application", "-c", "partnership/running/gunicorn_conf.py")
MALFORMED = (
    b"GE\x01T /canary HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET /canary HTTP/1.1\r\nCan ary: canary\r\n\r\n",
    b"GET /" + b"canary" * 1000 + b" HTTP/1.1\r\n\r\n",
    b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: canary\r\n\r\n",
)


def start(env: dict[str, str]) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", *COMMAND],
        cwd=REPOSITORY,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@pytest.fixture
def settings_of_one(data) -> Iterator[dict[str, str]]:
    with standing(Place(data), durable=False) as around:
        port = str(free_port())
        more = {"PORTAL_PORT": port, "PUBLIC_URL": f"http://localhost:{port}", "WEB_PROCESSES": "1"}
        yield around.env({**more, "DJANGO_SETTINGS_MODULE": "partnership.settings"})


def send(port: int, request: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as line:
        line.sendall(request)
        return line.recv(4096)


def test_malformed_requests_leave_no_address_and_no_word_in_the_log(settings_of_one):
    web = start(settings_of_one)
    deadline = time.monotonic() + 60
    while not answers(settings_of_one) and time.monotonic() < deadline:
        time.sleep(0.1)
    replies = [send(int(settings_of_one["PORTAL_PORT"]), request) for request in MALFORMED]
    web.send_signal(signal.SIGTERM)
    log, _ = web.communicate(timeout=20)

    assert [reply.split()[1][:1] for reply in replies] == [b"4", b"4", b"4", b"5"]
    assert not any(b"gunicorn" in reply or b"Server:" in reply for reply in replies)
    assert "A request was refused or broke off." in log
    assert "127.0.0.1" not in log
    assert "canary" not in log


@pytest.mark.parametrize("name", ["SECRET_KEY", "MASTER_KEY", "TIP_PEPPER"])
def test_a_missing_key_stops_the_server_with_its_name(settings_of_one, name):
    web = start({**settings_of_one, name: ""})
    log, _ = web.communicate(timeout=60)

    assert web.returncode != 0
    assert name in log
    assert os.environ.get(name) is None
