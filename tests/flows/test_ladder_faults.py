"""Ladders in the hands of sweepers that die: each step is done once, and none is lost. With real
processes; time is moved in the rows."""

import signal
from collections import Counter
from datetime import timedelta

import pytest
from django.db import transaction
from django.db.models.functions import Now

from outbox.models import Escalation, Ladder, Notification, Rung
from partnership.tenancy import within
from tests.flows.crowd import KIND, MANY
from tests.flows.crowd import broker as broker
from tests.flows.crowd import crowd as crowd
from tests.flows.crowd import gateway_process as gateway_process
from tests.flows.crowd import processes as processes
from tests.flows.crowd import standby as standby
from tests.flows.crowd import standby_process as standby_process
from tests.flows.crowd import usual as usual
from tests.flows.processes import eventually, send, somebody_waits_for_a_lock

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]
STEPS = 3
SMALL = 40
NOTICES = SMALL + 1


@pytest.fixture
def climbing(crowd):
    """One alarm for everybody and many small ones, each on a ladder of three steps, a minute
    apart; the first has been done with the deed."""
    with within(crowd.partnership):
        ladder = Ladder.objects.create(
            partnership=crowd.partnership, kind=KIND, urgency="panic", stops=Ladder.Stops.ONE
        )
        for step in range(STEPS):
            Rung.objects.create(
                partnership=crowd.partnership,
                ladder=ladder,
                after_seconds=60 * step,
                channels=["sms"],
            )
    crowd.alarm()
    for person in crowd.people[:SMALL]:
        crowd.alarm(to=[person])
    return crowd


def a_minute_passes(crowd):
    """The next step's time has come, by the database's clock."""
    with within(crowd.partnership):
        Escalation.objects.open().update(next_at=Now() - timedelta(seconds=1))


def rungs(crowd):
    with within(crowd.partnership):
        return Counter(Escalation.objects.values_list("rung", flat=True))


def hold_notices(crowd):
    """Nobody changes them until our transaction ends: a step stands still in its middle."""
    with within(crowd.partnership):
        list(Notification.objects.select_for_update())


def told_in_waves(crowd):
    """How many messages each step has planned."""
    return Counter(row["wave"] for row in crowd.rows())


def all_have_done(crowd, steps):
    return lambda: rungs(crowd) == {steps: NOTICES}


def test_two_sweepers_climb_each_step_once_though_they_are_killed_between(processes, climbing):
    for step in range(1, STEPS):
        both = [processes.sweeper(), processes.sweeper()]
        a_minute_passes(climbing)
        eventually(all_have_done(climbing, step + 1))
        processes.kill(*both)
        climbing.let_leases_lapse()
    processes.sweeper()
    climbing.settle_accounts(leases=STEPS + 1)
    assert told_in_waves(climbing) == dict.fromkeys(range(1, STEPS + 1), MANY + SMALL)


def test_a_sweeper_killed_in_the_middle_of_a_step_leaves_it_to_be_done_once(processes, climbing):
    first = processes.sweeper()
    climbing.settle_accounts(leases=1)
    send(first, signal.SIGSTOP)
    a_minute_passes(climbing)
    with transaction.atomic():
        hold_notices(climbing)
        send(first, signal.SIGCONT)
        eventually(somebody_waits_for_a_lock)
        processes.kill(first)
    assert (rungs(climbing), set(told_in_waves(climbing))) == ({1: NOTICES}, {1})
    processes.sweeper()
    eventually(all_have_done(climbing, 2))
    climbing.settle_accounts(leases=1)
    assert told_in_waves(climbing) == dict.fromkeys([1, 2], MANY + SMALL)


def test_a_ladder_that_nobody_climbed_for_an_hour_goes_on_step_by_step(processes, climbing):
    for _ in range(STEPS * 3):
        a_minute_passes(climbing)
    processes.sweeper()
    eventually(all_have_done(climbing, 2))
    climbing.settle_accounts(leases=1)
    assert rungs(climbing) == {2: NOTICES}
