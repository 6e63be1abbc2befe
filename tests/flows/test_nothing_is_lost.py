"""Whatever dies between a deed and its notices, each notice goes out. With real processes."""

import os
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import connection

from outbox import actions, tasks
from outbox.models import Delivery
from partnership.models import Partnership, Role, School
from partnership.pulse import beats_recently
from partnership.running.embedded import Valkey
from partnership.running.place import Place
from partnership.tenancy import within
from tests.conftest import district, member
from tests.flows.processes import LEASE_SECONDS, Processes, eventually, send
from tests.outbox.mail_server import MailServer

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]
KIND = "tips.tip_received"
type Tell = Callable[[int], None]


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    with MailServer() as server:
        yield server


@pytest.fixture
def broker(monkeypatch: pytest.MonkeyPatch) -> Iterator[Valkey]:
    """A broker of the test's own, so that it can be broken; this process rings there too."""
    with tempfile.TemporaryDirectory() as folder:
        valkey = Valkey(Place(Path(folder)))
        valkey.launch()
        valkey.wait()
        address = valkey.url().replace("unix://", "redis+socket://")
        monkeypatch.setattr(tasks.carry.app.conf, "broker_write_url", address)
        monkeypatch.setattr(tasks, "_rests_until", 0.0)
        yield valkey
        signal_to(valkey, signal.SIGCONT)
        valkey.stop()


@pytest.fixture
def processes(
    transactional_db: None, mail_server: MailServer, broker: Valkey, tmp_path: Path
) -> Iterator[Processes]:
    running = Processes(
        tmp_path / "said.txt",
        EMAIL_URL=mail_server.url,
        REDIS_URL=broker.url(),
        OUTBOX_LEASE_SECONDS=str(LEASE_SECONDS),
    )
    yield running
    running.stop()


@pytest.fixture
def town(transactional_db: None) -> Partnership:
    return district("Mapleton")


@pytest.fixture
def tell(town: Partnership) -> Tell:
    """Tell so many officers of something at their school, and commit."""

    def tell(how_many: int) -> None:
        with within(town):
            school = School.objects.create(partnership=town, name="Maple High", level="high")
            people = [member(f"chen{number}", town, Role.SRO) for number in range(how_many)]
        with within(town):
            actions.send(KIND, to=people, about=school, link="/mapleton/", urgency="urgent")

    return tell


def signal_to(valkey: Valkey, number: signal.Signals) -> None:
    assert valkey.process is not None
    os.kill(valkey.process.pid, number)


def statuses(town: Partnership) -> set[str]:
    with within(town):
        rows = Delivery.objects.filter(channel="email")
        return set(rows.values_list("status", flat=True))


def all_are_submitted(town: Partnership) -> bool:
    return statuses(town) == {"submitted"}


def wait_for_a_worker() -> None:
    """Ring, and wait for the answer: a worker takes some seconds to start."""

    with tasks.carry.app.connection_for_write() as connection:
        tasks.pulse.apply_async(connection=connection)
    eventually(lambda: beats_recently("workers"))


def test_a_worker_killed_between_commit_and_delivery_loses_nothing(
    processes, mail_server, tell, town
):
    worker = processes.worker()
    wait_for_a_worker()
    send(worker, signal.SIGSTOP)
    tell(5)
    send(worker, signal.SIGKILL)
    assert statuses(town) == {"planned"}
    processes.sweeper()
    eventually(lambda: all_are_submitted(town))
    assert len(mail_server.ids) == len(set(mail_server.ids)) == 5


def test_a_worker_alone_delivers_at_once(processes, mail_server, tell, town):
    processes.worker()
    wait_for_a_worker()
    tell(5)
    eventually(lambda: all_are_submitted(town))
    assert len(mail_server.ids) == len(set(mail_server.ids)) == 5


@pytest.mark.parametrize("who", ["worker", "sweeper"])
def test_a_process_killed_between_the_servers_yes_and_our_note_costs_one_copy(
    processes, mail_server, tell, town, who
):
    mail_server.holding.set()
    first = getattr(processes, who)()
    if who == "worker":
        wait_for_a_worker()
    tell(3)
    eventually(lambda: mail_server.letters)
    send(first, signal.SIGKILL)
    mail_server.holding.clear()
    processes.sweeper()
    eventually(lambda: all_are_submitted(town))
    assert len(set(mail_server.ids)) == 3
    assert len(mail_server.ids) == 4


@pytest.mark.parametrize("fault", [signal.SIGKILL, signal.SIGSTOP])
def test_without_a_broker_the_deed_is_quick_and_its_notices_go_out(
    processes, broker, mail_server, tell, town, fault
):
    signal_to(broker, fault)
    tell(0)
    began = time.perf_counter()
    with within(town):
        actions.send(KIND, to=[member("rivera", town, Role.SERGEANT)], about=town_school(), link="/")
    assert time.perf_counter() - began < 0.4
    processes.sweeper()
    eventually(lambda: all_are_submitted(town))
    assert len(mail_server.letters) == 1


def town_school() -> School:
    return School.objects.get()


def test_two_sweepers_at_once_send_no_letter_twice(processes, mail_server, tell, town):
    tell(60)
    processes.sweeper()
    processes.sweeper()
    eventually(lambda: all_are_submitted(town))
    assert len(mail_server.ids) == len(set(mail_server.ids)) == 60


def test_a_mail_server_that_says_later_gets_it_later(processes, mail_server, tell, town):
    mail_server.answers.extend(["451 later", "250 taken", "550 never"])
    tell(3)
    processes.sweeper()
    eventually(lambda: statuses(town) == {"submitted", "failed"})
    assert len(mail_server.ids) == len(set(mail_server.ids)) == 2


def test_a_sweeper_outlives_a_cut_connection(processes, mail_server, tell, town):
    processes.sweeper()
    eventually(lambda: beats_recently("sweeper"))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        assert cursor.fetchone() >= (1,)
    tell(2)
    eventually(lambda: all_are_submitted(town))


def test_a_sweeper_asked_to_end_ends_soon_even_when_the_mail_server_hangs(
    processes, mail_server, tell
):
    mail_server.holding.set()
    sweeper = processes.sweeper()
    tell(2)
    eventually(lambda: mail_server.letters)
    began = time.monotonic()
    sweeper.terminate()
    assert sweeper.wait(5) == 0
    assert time.monotonic() - began < 2
