"""A whole portal of real processes: it starts, reports what dies, and leaves nothing behind."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from partnership.running import supervisor
from partnership.running.place import Place
from partnership.running.supervisor import Process, Supervisor
from partnership.running.surroundings import Surroundings
from partnership.running.trouble import Trouble
from tests.running.portal_process import Running, free_port, pid_of, portal, reachable_folder

pytestmark = pytest.mark.processes


@pytest.fixture(scope="module")
def lived_in() -> Iterator[Path]:
    """A data folder that only the first start has to fill."""
    with reachable_folder() as folder:
        yield folder


@pytest.fixture
def running(lived_in) -> Iterator[Running]:
    portal_up = Running(lived_in).start()
    portal_up.wait_for("The portal is ready")
    yield portal_up
    portal_up.process.kill()
    portal_up.process.wait()
    assert portal_up.left_behind() == []


def test_what_dies_is_reported_and_comes_back_and_ctrl_c_leaves_nothing(running):
    programs = {"uvicorn": "live", " worker ": "worker", "valkey-server": "Valkey"}
    for program, name in programs.items():
        os.kill(pid_of(running.data, program), signal.SIGKILL)
        running.wait_for(f"{name} ended by SIGKILL; starting it again")
    os.kill(pid_of(running.data, "bin/postgres"), signal.SIGKILL)
    running.wait_for("PostgreSQL is back")

    assert running.status() == 200
    assert "already running" in portal("up", "--data", str(running.data)).stderr
    began = time.monotonic()
    assert running.end(signal.SIGINT) == 0
    assert time.monotonic() - began < 10
    assert running.left_behind(within=1) == []


def test_killing_the_supervisor_leaves_nothing(running):
    running.end(signal.SIGKILL)

    assert running.left_behind() == []


def test_a_stop_in_the_middle_of_the_set_up_leaves_nothing_and_the_next_start_works(data):
    broken_off = Running(data).start()
    broken_off.wait_for("preparing the databases")

    assert broken_off.end(signal.SIGTERM) == 1
    assert broken_off.left_behind() == []
    again = Running(data).start()
    again.wait_for("The portal is ready")
    assert again.end(signal.SIGTERM) == 0


@pytest.fixture
def watching(data, monkeypatch) -> Supervisor:
    """A supervisor of one process, which does not wait between two tries."""
    monkeypatch.setattr(supervisor, "BACKOFF_SECONDS", (0,))
    environment = {"PORTAL_PORT": str(free_port())}
    return Supervisor(Surroundings(Place(data)), environment)


def test_a_process_that_will_not_stay_up_stops_the_whole_with_its_last_words(watching, capsys):
    goodbye = Process("worker", ("-c", "print('out of paper'); raise SystemExit(3)"), {})
    watching.processes = [goodbye]

    with pytest.raises(Trouble, match=r"worker ended 5 times[^$]*worker \| out of paper"):
        watching.watch()
    assert capsys.readouterr().out.count("worker ended with code 3") == 5


def test_a_web_server_that_never_answers_is_not_waited_for(watching):
    watching.processes = [Process("web", ("-c", "raise SystemExit('no such module')"), {})]

    with pytest.raises(Trouble, match="web server did not start"):
        watching.start()
