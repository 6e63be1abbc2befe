"""Whatever dies between a deed and its notices, each notice goes out. With real processes."""

import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.test import Client

from outbox import actions
from outbox.models import Delivery
from partnership.models import Partnership, Role, School
from partnership.running.embedded import Valkey
from partnership.tenancy import within
from tests.conftest import district, member
from tests.flows.crowd import broker as broker
from tests.flows.processes import Processes, cut_connections, eventually, send, signal_to
from tests.outbox.mail_server import MailServer

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]
KIND = "tips.tip_received"
# Two tenths of it is the most that a broker may take; the rest is a busy machine's.
QUICK_SECONDS = 1.0
# Two of them are promised; the mail server would hang for ten.
ENDS_WITHIN_SECONDS = 4
type Tell = Callable[[int], None]


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    with MailServer() as server:
        yield server


@pytest.fixture
def processes(
    transactional_db: None, mail_server: MailServer, broker: Valkey, tmp_path: Path
) -> Iterator[Processes]:
    running = Processes(
        tmp_path / "said.txt",
        EMAIL_URL=mail_server.url,
        REDIS_URL=broker.url(),
    )
    yield running
    running.stop()


@pytest.fixture
def town(transactional_db: None) -> Partnership:
    """Mapleton with its high school and one principal, all of it committed."""
    town = district("Mapleton")
    with within(town):
        school = School.objects.create(partnership=town, name="Maple High", level="high")
        member("rivera", town, Role.PRINCIPAL, schools=[school])
    return town


@pytest.fixture
def tell(town: Partnership) -> Tell:
    """Tell so many officers of something, and commit."""

    def tell(how_many: int) -> None:
        with within(town):
            people = [member(f"chen{number}", town, Role.SRO) for number in range(how_many)]
            school = School.objects.get()
            actions.send(KIND, to=people, about=school, link="/mapleton/", urgency="urgent")

    return tell


def statuses(town: Partnership) -> set[str]:
    with within(town):
        rows = Delivery.objects.filter(channel="email")
        return set(rows.values_list("status", flat=True))


def all_are_submitted(town: Partnership) -> bool:
    return statuses(town) == {"submitted"}


def test_a_worker_killed_between_commit_and_delivery_loses_nothing(
    processes, mail_server, tell, town
):
    worker = processes.worker()
    processes.awake("workers")
    send(worker, signal.SIGSTOP)
    tell(5)
    send(worker, signal.SIGKILL)
    assert statuses(town) == {"planned"}
    processes.sweeper()
    eventually(lambda: all_are_submitted(town))
    assert len(mail_server.ids) == len(set(mail_server.ids)) == 5


def test_a_worker_alone_delivers_at_once(processes, mail_server, tell, town):
    processes.worker()
    processes.awake("workers")
    tell(5)
    eventually(lambda: all_are_submitted(town))
    assert len(mail_server.ids) == len(set(mail_server.ids)) == 5


@pytest.mark.parametrize("who", ["workers", "sweeper"])
def test_a_process_killed_between_the_servers_yes_and_our_note_costs_one_copy(
    processes, mail_server, tell, town, who
):
    processes.environment["OUTBOX_LEASE_SECONDS"] = "2"
    mail_server.holding.set()
    first = processes.worker() if who == "workers" else processes.sweeper()
    processes.awake(who)
    tell(3)
    eventually(lambda: len(mail_server.letters) == 3)
    send(first, signal.SIGKILL)
    mail_server.holding.clear()
    processes.sweeper()
    eventually(lambda: all_are_submitted(town))
    assert len(set(mail_server.ids)) == 3
    assert len(mail_server.ids) == 6


@pytest.mark.parametrize("fault", [signal.SIGKILL, signal.SIGSTOP])
def test_without_a_broker_a_tip_is_taken_at_once_and_its_notices_go_out(
    processes, broker, mail_server, town, fault
):
    with within(town):
        tip = {"text": "They push him on the stairs.", "school": School.objects.get().pk}
    Client().get("/mapleton/tell/form/")  # what a process loads once is not the broker's doing
    signal_to(broker, fault)
    began = time.perf_counter()
    assert Client().post("/mapleton/tell/form/", tip).status_code == 200
    assert time.perf_counter() - began < QUICK_SECONDS
    processes.sweeper()
    eventually(lambda: all_are_submitted(town))
    assert [letter["To"] for letter in mail_server.letters] == ["rivera@mapleton.example"]


def test_a_mail_server_that_says_later_gets_it_later(processes, mail_server, tell, town):
    mail_server.answers.extend(["451 later", "250 taken", "550 never"])
    tell(3)
    processes.sweeper()
    eventually(lambda: statuses(town) == {"submitted", "failed"})
    assert len(mail_server.ids) == len(set(mail_server.ids)) == 2


def test_a_sweeper_outlives_a_cut_connection(processes, mail_server, tell, town):
    processes.sweeper()
    processes.awake("sweeper")
    assert cut_connections() >= 1
    tell(2)
    eventually(lambda: all_are_submitted(town))


def test_a_sweeper_asked_to_end_does_not_wait_for_a_mail_server_that_hangs(
    processes, mail_server, tell
):
    mail_server.holding.set()
    sweeper = processes.sweeper()
    tell(2)
    eventually(lambda: mail_server.letters)
    sweeper.terminate()
    assert sweeper.wait(ENDS_WITHIN_SECONDS) == 0
