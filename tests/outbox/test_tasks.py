import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from outbox import tasks
from outbox.models import Delivery
from partnership.pulse import beats_recently

MOST_SECONDS = 0.3


@pytest.fixture
def broker_at(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Point the portal at another broker."""
    return lambda url: monkeypatch.setattr(tasks.carry.app.conf, "broker_write_url", url)


@pytest.fixture
def hanging_socket(tmp_path: Path) -> Iterator[str]:
    """Takes every connection and never says a word."""
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(str(tmp_path / "hang.sock"))
        door.listen(16)
        yield f"redis+socket://{tmp_path / 'hang.sock'}"


@pytest.fixture
def hanging_host() -> Iterator[str]:
    """The same by TCP."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        door.listen(16)
        yield f"redis://127.0.0.1:{door.getsockname()[1]}/0"


def held_for() -> float:
    """How long a caller is held."""
    began = time.perf_counter()
    tasks.wake(1, "urgent")
    return time.perf_counter() - began


@pytest.mark.parametrize("url", ["redis://127.0.0.1:1/0", "redis+socket:///var/empty/none.sock"])
def test_a_dead_broker_is_no_error_and_holds_nobody(broker_at, url):
    broker_at(url)
    assert held_for() < MOST_SECONDS


@pytest.mark.parametrize("broker", ["hanging_socket", "hanging_host"])
def test_a_hanging_broker_is_no_error_and_holds_nobody(broker_at, request, broker):
    broker_at(request.getfixturevalue(broker))
    assert held_for() < MOST_SECONDS


def test_a_broker_that_did_not_answer_is_left_alone_for_a_while(broker_at, hanging_socket):
    broker_at(hanging_socket)
    tasks.wake(1, "urgent")
    assert held_for() < 0.01


def test_a_worker_carries_what_is_due(mapleton, tell, principal_rivera):
    tell(principal_rivera)
    tasks.carry(mapleton.pk)
    assert Delivery.objects.get(channel="email").status == "submitted"


def test_a_worker_that_hears_of_it_shows_that_workers_live(db):
    assert not beats_recently("workers")
    tasks.pulse()
    assert beats_recently("workers")


def test_celery_alone_carries_what_is_due_again(mapleton, tell, principal_rivera, email_to):
    tell(principal_rivera)
    tasks.carry_all()
    assert email_to(principal_rivera).status == "submitted"
