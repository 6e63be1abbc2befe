"""The auditor's process: what it says, and when it keeps silent towards the outside."""

import http.server
import io
import logging
import threading
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import OperationalError
from django.db.models.functions import Now

from outbox import auditing
from outbox.management.commands import auditor
from outbox.models import Delivery
from partnership.pulse import beats_recently
from tests.flows.processes import Processes, eventually


def ago(**time):
    return Now() - timedelta(**time)


def test_looking_once_says_what_is_wrong(tell, principal_rivera):
    said = io.StringIO()
    tell(principal_rivera)
    Delivery.objects.filter(channel="email").update(due_at=ago(minutes=1))
    call_command("auditor", once=True, stdout=said)
    assert "overdue: 1" in said.getvalue()
    assert said.getvalue().endswith("Something is wrong.\n")


@pytest.fixture
def outside(settings):
    """A monitor outside: the requests it got, and what it answers."""

    class Monitor(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            heard.append(self.path)
            self.send_response(answer[0])
            self.end_headers()

        def log_message(self, *facts):
            """Nothing of it is for the test's output."""

    heard, answer = [], [200]
    with http.server.HTTPServer(("127.0.0.1", 0), Monitor) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings.HEARTBEAT_URL = f"http://127.0.0.1:{server.server_port}/ping/SECRET-KEY"
        yield heard, answer
        server.shutdown()


@pytest.fixture
def minute(db):
    """An auditor that has looked, at the moment when its call is due."""

    def minute():
        command.look()
        command.call_at = 0
        command.call_if_due()

    command = auditor.Command()
    return minute


def test_while_all_is_well_the_monitor_outside_is_called(outside, minute):
    minute()
    assert outside[0] == ["/ping/SECRET-KEY"]
    assert beats_recently("auditor")


def test_the_call_comes_once_a_minute_and_not_with_each_look(outside, db):
    command = auditor.Command()
    command.look()
    command.call_if_due()
    assert outside[0] == []


def test_while_something_is_wrong_there_is_silence(outside, minute, tell, principal_rivera, caplog):
    tell(principal_rivera)
    Delivery.objects.filter(channel="email").update(due_at=ago(minutes=1))
    minute()
    assert outside[0] == []
    assert "The call outside is withheld: overdue." in caplog.text
    Delivery.objects.filter(channel="email").update(due_at=Now())
    minute()
    assert len(outside[0]) == 1


def test_without_its_database_the_auditor_keeps_silent(outside, minute, monkeypatch):
    def away(**_):
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(auditing, "audit", away)
    monkeypatch.setattr(auditor.connections, "close_all", lambda: None)
    minute()
    assert outside[0] == []


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/SECRET-KEY", "file:///etc/SECRET-KEY"])
def test_a_monitor_that_does_not_hear_is_said_without_its_address(url, caplog):
    caplog.set_level(logging.INFO)
    assert not auditor.call_outside(url)
    assert caplog.records
    assert "SECRET-KEY" not in caplog.text


def test_a_monitor_that_refuses_has_not_heard(outside, settings):
    outside[1][0] = 500
    assert not auditor.call_outside(settings.HEARTBEAT_URL)


@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
def test_the_process_looks_and_ends_when_it_is_asked_to(tmp_path):
    running = Processes(tmp_path / "said.txt")
    try:
        process = running._start("manage.py", "auditor")
        eventually(lambda: beats_recently("auditor"))
        process.terminate()
        assert process.wait(3) == 0
    finally:
        running.stop()
