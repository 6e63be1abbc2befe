"""The two forms of the log, and that none of our processes finds a way around them."""

import io
import json
import logging
import socket
import sys
import tempfile
import urllib.request
from pathlib import Path
from urllib.error import URLError

import pytest
from django.conf import settings
from gunicorn.config import Config

from partnership.logs import JsonLines, PlainFormatter, formatter
from partnership.running.embedded import Valkey
from partnership.running.gunicorn_conf import QuietLogger
from partnership.running.place import Place
from tests.flows.processes import CALM, WORKER, Processes, eventually
from tests.partnership.failing import CANARY, breaks, returns

TOKEN = "IjAxYTIwMDg5LWNjOGItNzRlNy1iYjFmIg:1vN2Ds:x0Pq7vVtq2pD3cU0wYk6R5mC1o"
FORMS = {"plain": PlainFormatter, "json": JsonLines}
each_form = pytest.mark.parametrize("form", FORMS)


@pytest.fixture
def log():
    """A logger in one of the forms, and the lines it wrote."""

    def log(form):
        written = io.StringIO()
        handler = logging.StreamHandler(written)
        handler.setFormatter(FORMS[form]())
        logger = logging.Logger("outbox.sending")
        logger.addHandler(handler)
        return logger, lambda: written.getvalue().splitlines()

    return log


def lines_of(written):
    return [json.loads(line) for line in written()]


def break_down(words=CANARY):
    try:
        raise ValueError(words)
    except ValueError as first:
        raise KeyError(f"about {words}") from first


def test_one_line_of_json_for_each_record(log):
    logger, written = log("json")
    logger.warning("Delivery %s failed.", "01a20089-cc8b-74e7-bb1f-03012087da93")
    (line,) = lines_of(written)
    assert line.keys() == {"time", "level", "logger", "message", "where"}
    assert (line["level"], line["logger"]) == ("WARNING", "outbox.sending")
    assert line["message"] == "Delivery 01a20089-cc8b-74e7-bb1f-03012087da93 failed."
    assert line["where"].startswith("test_logs:")
    assert line["time"].endswith("+00:00")


def test_an_exception_in_json_has_its_kind_and_place_and_stays_one_line(log):
    logger, written = log("json")
    try:
        break_down()
    except KeyError:
        logger.exception("It\nbroke.")
    (line,) = lines_of(written)
    assert line["where"].startswith("KeyError at break_down:")
    assert line["message"] == "It\nbroke."


@each_form
def test_no_form_says_what_an_exception_said(log, form):
    logger, written = log(form)
    try:
        break_down()
    except KeyError as problem:
        logger.exception("It broke: %s, %r, %s", problem, problem, str(problem.__cause__))
        logger.warning("It broke: %s", problem)
        logger.warning("It broke: %(what)s", {"what": problem})
    assert CANARY not in "".join(written())
    assert "KeyError" in "".join(written())


@each_form
def test_what_another_formatter_made_of_an_exception_is_not_used(log, form):
    logger, written = log(form)
    try:
        break_down()
    except KeyError:
        record = logger.makeRecord("x", 40, "x.py", 1, "It broke.", (), sys.exc_info())
    logging.Formatter().format(record)
    assert CANARY in record.exc_text
    logger.handle(record)
    assert CANARY not in "".join(written())


@each_form
def test_what_is_pinned_to_a_record_is_left_out(log, form):
    logger, written = log(form)
    logger.error("It broke.", extra={"data": {"args": CANARY}, "request": CANARY})
    assert CANARY not in "".join(written())


@each_form
def test_the_secret_part_of_a_link_is_left_out(log, form):
    logger, written = log(form)
    logger.error("Internal Server Error: %s", f"/mapleton/members/join/{TOKEN}/")
    assert TOKEN not in "".join(written())
    assert "/mapleton/members/join/(secret)/" in "".join(written())


def test_the_setting_names_the_form_for_the_web_server_too(monkeypatch):
    assert type(formatter()) is PlainFormatter
    monkeypatch.setenv("LOG_FORMAT", "json")
    assert type(formatter()) is JsonLines


def test_a_web_servers_log_has_our_form(monkeypatch):
    monkeypatch.setenv("LOG_FORMAT", "json")
    logger = QuietLogger(Config())
    assert {type(handler.formatter) for handler in logger.error_log.handlers} == {JsonLines}


def test_every_form_that_can_be_chosen_is_one_of_ours():
    forms = {form["()"] for form in settings.LOGGING["formatters"].values()}
    assert forms == {"partnership.logs.PlainFormatter", "partnership.logs.JsonLines"}


@pytest.fixture
def processes(tmp_path, transactional_db):
    with tempfile.TemporaryDirectory() as folder:
        broker = Valkey(Place(Path(folder)))
        broker.launch()
        broker.wait()
        running = Processes(tmp_path / "said.txt", REDIS_URL=broker.url())
        yield running
        running.stop()
        broker.stop()


def call(task, broker_url, *arguments):
    with task.app.connection_for_write(broker_url) as broker:
        task.apply_async(arguments, connection=broker, queue="routine", retry=False)


@pytest.mark.processes
@each_form
def test_a_task_that_breaks_says_where_and_not_with_which_words(processes, form):
    processes.environment["LOG_FORMAT"] = form
    # Everything that Celery would say with -l INFO too, where lines of what tasks return stand.
    processes._start(
        "-m", "celery", *WORKER, *CALM, "-l", "INFO", "-I", "tests.partnership.failing"
    )
    broker = processes.environment["REDIS_URL"].replace("unix://", "redis+socket://")
    call(breaks, broker, CANARY)
    call(returns, broker)
    eventually(lambda: "Retold" in processes.said.read_text())
    said = processes.said.read_text()
    assert "tests.breaks" in said
    assert "Retold at breaks:" in said
    assert "This task is about to break." in said
    assert CANARY not in said


@pytest.mark.processes
def test_every_line_of_a_worker_is_json(processes):
    processes.environment["LOG_FORMAT"] = "json"
    command = ("-W", "ignore", "-m", "celery", "-q", *WORKER, *CALM)
    processes._start(*command, "-I", "tests.partnership.failing")
    broker = processes.environment["REDIS_URL"].replace("unix://", "redis+socket://")
    call(breaks, broker, CANARY)
    eventually(lambda: "Retold" in processes.said.read_text())
    lines = [json.loads(line) for line in processes.said.read_text().splitlines()]
    assert "celery.app.trace" in {line["logger"] for line in lines}


@pytest.mark.processes
@each_form
def test_a_live_page_that_breaks_says_where_and_not_with_which_words(processes, form):
    processes.environment["LOG_FORMAT"] = form
    port = free_port()
    command = ("-m", "uvicorn", "tests.partnership.failing:page", "--log-level", "warning")
    processes._start(*command, "--port", str(port))
    eventually(lambda: answers(f"http://127.0.0.1:{port}/"))
    eventually(lambda: "ValueError at page:" in processes.said.read_text())
    assert CANARY not in processes.said.read_text()


def free_port():
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return door.getsockname()[1]


def answers(url):
    try:
        urllib.request.urlopen(url, timeout=2)  # noqa: S310 - our own process
    except URLError as problem:
        return getattr(problem, "code", None) == 500
    return True
