import signal

import pytest
from django.core import mail
from django.core.management import call_command

from outbox import actions
from outbox.management.commands.sweeper import Command, leave
from outbox.models import Delivery
from partnership.pulse import beats_recently
from partnership.tenancy import within
from tests.outbox.conftest import BULLETIN

MORE_THAN_THE_COLUMN_HOLDS = 2**15


@pytest.fixture
def told_everywhere(tell, principal_rivera, oakridge, oakridge_principal, oakridge_high):
    tell(principal_rivera)
    with within(oakridge):
        actions.send(BULLETIN, to=[oakridge_principal], about=oakridge_high, link="/oakridge/")


def test_one_sweep_carries_for_every_partnership(told_everywhere):
    call_command("sweeper", once=True)
    assert {letter.to[0] for letter in mail.outbox} == {
        "rivera@mapleton.example",
        "hale@oakridge.example",
    }


def test_what_breaks_in_one_partnership_does_not_keep_the_next_one_waiting(told_everywhere):
    Delivery.objects.filter(channel="email").update(attempts=MORE_THAN_THE_COLUMN_HOLDS - 1)
    call_command("sweeper", once=True)
    assert [letter.to[0] for letter in mail.outbox] == ["hale@oakridge.example"]


def test_a_sweep_shows_that_the_sweeper_lives(db):
    call_command("sweeper", once=True)
    assert beats_recently("sweeper")


def test_a_stopped_sweeper_begins_nothing_more(told_everywhere):
    command = Command()
    command.stopped.set()
    command.sweep()
    assert mail.outbox == []


def test_being_asked_to_stop_leaves_a_moment_for_the_letter_under_way(db):
    command = Command()
    try:
        command.stop()
        assert command.stopped.is_set()
        assert 0 < signal.getitimer(signal.ITIMER_REAL)[0] < 1
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    with pytest.raises(SystemExit):
        leave()
