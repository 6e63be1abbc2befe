"""An alarm to hundreds of people, and whatever dies in the middle of it: every message goes out,
at most once for each lease, and always under the same id. With real processes."""

import signal
import time
from statistics import median

import pytest
from django.db import connection, transaction

from outbox.models import Provider
from tests.flows.crowd import MANY, Status, lock_table
from tests.flows.crowd import broker as broker
from tests.flows.crowd import crowd as crowd
from tests.flows.crowd import gateway_process as gateway_process
from tests.flows.crowd import processes as processes
from tests.flows.crowd import standby as standby
from tests.flows.crowd import standby_process as standby_process
from tests.flows.crowd import usual as usual
from tests.flows.processes import (
    OTHERS,
    cut_connections,
    eventually,
    send,
    signal_to,
    somebody_waits_for_a_lock,
)

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]
# Two tenths of it is the most that a broker may take; the rest is a busy machine's.
QUICK_SECONDS = 1.0
# Long enough that a fan-out can be broken off in its middle.
SLOW_MS = 250
# A bell is heard at once; the rest is a busy machine's.
HEARD_SECONDS = 1.5
LEASE_SECONDS = 6
# Two of them are promised.
ENDS_WITHIN_SECONDS = 6
# So many wait for one provider's answer.
AT_ONCE = 100
# People in one of many notices, and how often an alarm is tried.
NOTICE, LEASES_OF_PANIC = 10, 6


def took(deed):
    began = time.perf_counter()
    deed()
    return time.perf_counter() - began


def ring_for(key):
    """As if a deed had been done in that partnership."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify('outbox', %s)", [str(key)])


def sweepers_at_the_bell():
    """How many have said that they listen, and done nothing there since."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) {OTHERS} AND query LIKE 'LISTEN%'")
        return cursor.fetchone()[0]


def stop_and_go(those, number):
    for child in those:
        send(child, number)


@pytest.fixture
def two_providers(processes, standby):
    processes.environment["SMS_STANDBY_URL"] = standby.providers["sms"][0]
    return processes


def test_every_worker_killed_in_the_middle_loses_nothing(processes, crowd, usual):
    usual.control("sms", latency_ms=SLOW_MS)
    workers = processes.worker(abreast=2)
    processes.awake("workers")
    crowd.alarm()
    eventually(lambda: crowd.came() >= 50)
    processes.kill(workers)
    held = crowd.held()
    assert held
    processes.sweeper()
    eventually(lambda: not crowd.statuses()[Status.PLANNED])
    assert max(crowd.copies().values()) == 1  # what the dead held is not touched in their lease
    crowd.let_leases_lapse()
    crowd.settle_accounts(leases=2)
    assert crowd.came_again() <= held


@pytest.mark.parametrize("who", ["workers", "sweeper"])
def test_killed_between_the_providers_yes_and_our_note_costs_one_copy(processes, crowd, usual, who):
    first = processes.sweeper() if who == "sweeper" else processes.worker(abreast=2)
    processes.awake(who)
    usual.control("sms", stall=20)
    crowd.alarm("urgent")
    eventually(lambda: crowd.came() >= AT_ONCE)
    processes.kill(first)
    held = crowd.held()
    assert set(crowd.statuses()) <= {Status.PLANNED, Status.LEASED}
    usual.control("sms", stall=0)
    crowd.let_leases_lapse()
    processes.sweeper()
    crowd.settle_accounts(leases=2)
    assert len(crowd.came_again()) >= AT_ONCE
    assert crowd.came_again() <= held


def test_many_who_carry_at_once_send_nothing_twice(processes, crowd, usual):
    usual.control("sms", latency_ms=SLOW_MS)
    processes.worker(abreast=2)
    processes.sweeper()
    processes.sweeper()
    processes.awake("workers", "sweeper")
    crowd.alarm()
    crowd.alarm("urgent")
    crowd.settle_accounts(leases=1)


@pytest.mark.parametrize("fault", [signal.SIGKILL, signal.SIGSTOP])
def test_without_a_broker_an_alarm_commits_at_once_and_goes_out(processes, crowd, broker, fault):
    crowd.alarm(to=crowd.people[:1])  # what a process loads once is not the broker's doing
    signal_to(broker, fault)
    assert took(crowd.alarm) < QUICK_SECONDS
    processes.sweeper()
    crowd.settle_accounts(leases=1)


def test_a_broker_that_hangs_in_the_middle_holds_nobody_up(processes, crowd, broker, usual):
    usual.control("sms", latency_ms=SLOW_MS)
    processes.worker(abreast=2)
    processes.sweeper()
    processes.awake("workers", "sweeper")
    crowd.alarm()
    eventually(lambda: crowd.came() >= 50)
    signal_to(broker, signal.SIGSTOP)
    assert took(crowd.alarm) < QUICK_SECONDS
    crowd.settle_accounts(leases=1)


@pytest.mark.parametrize("urgency", ["panic", "urgent"])
def test_workers_that_come_late_carry_it_alone(processes, crowd, urgency):
    crowd.alarm(urgency)
    processes.worker(abreast=2)
    crowd.settle_accounts(leases=1)


def test_a_sweeper_hears_of_a_deed_before_its_next_round(processes, crowd):
    processes.sweeper_that_only_hears()
    processes.awake("sweeper")
    waits = []
    for person in crowd.people[:20]:
        crowd.alarm(to=[person])
        told = crowd.came()
        began = time.perf_counter()
        eventually(lambda told=told: crowd.came() > told or crowd.is_settled())
        waits.append(time.perf_counter() - began)
    assert median(waits) < HEARD_SECONDS
    crowd.alarm()
    crowd.settle_accounts(leases=1)


def test_a_sweeper_that_has_gone_deaf_still_carries(processes, crowd):
    processes.sweeper()
    processes.awake("sweeper")
    eventually(lambda: cut_connections("query LIKE 'LISTEN%'"))
    crowd.alarm()
    crowd.settle_accounts(leases=1)


def test_a_bell_for_a_partnership_that_is_gone_ends_no_sweeper(processes, crowd):
    sweeper = processes.sweeper()
    processes.awake("sweeper")
    ring_for(2**31)
    ring_for(2**70)
    crowd.alarm()
    crowd.settle_accounts(leases=1)
    assert sweeper.poll() is None


def test_a_provider_that_fails_is_relieved_at_once(two_providers, crowd, usual):
    usual.control("sms", fail=500, times=400)
    crowd.alarm()
    two_providers.sweeper()
    crowd.settle_accounts(leases=2)
    assert crowd.statuses() == {Status.SUBMITTED: MANY}
    rows = [row for row in crowd.rows() if row["channel"] == "sms"]
    assert {row["provider"] for row in rows} == {"sms-2"}
    assert len({row["membership_id"] for row in rows}) == MANY
    tries = crowd.tries()
    assert (tries["sms-2", ""], tries["sms-1", ""]) == (MANY, 0)
    assert tries["sms-1", "http-500"] == usual.counts("sms")["requests"] < 400
    breaker = Provider.objects.get(name="sms-1")
    assert (breaker.last_code, breaker.closed_until is None) == ("http-500", False)
    assert breaker.failures == tries["sms-1", "http-500"]


def test_a_provider_that_stalls_is_relieved_within_its_lease(two_providers, crowd, usual):
    two_providers.environment["OUTBOX_LEASE_SECONDS"] = str(LEASE_SECONDS)
    two_providers.sweeper()
    two_providers.awake("sweeper")
    usual.control("sms", stall=30)
    crowd.alarm()
    eventually(lambda: crowd.tries()["sms-1", "timeout"], within=LEASE_SECONDS)
    crowd.settle_accounts(leases=2)
    tries = crowd.tries()
    assert tries["sms-2", ""] == MANY
    assert 0 < tries["sms-1", "timeout"] == usual.counts("sms")["requests"] <= MANY
    assert crowd.longest_try() < LEASE_SECONDS


def test_connections_cut_in_the_middle_of_a_claim_take_nothing_with_them(processes, crowd):
    sweeper = processes.sweeper()
    processes.awake("sweeper")
    send(sweeper, signal.SIGSTOP)
    crowd.alarm()
    with transaction.atomic():
        lock_table("outbox_contactpoint")
        send(sweeper, signal.SIGCONT)
        eventually(somebody_waits_for_a_lock)
        assert cut_connections() >= 1
    crowd.settle_accounts(leases=1)
    assert {row["attempts"] for row in crowd.rows()} == {1}
    assert sweeper.poll() is None


def test_connections_cut_in_the_middle_of_a_fan_out_cost_one_copy_at_most(processes, crowd, usual):
    usual.control("sms", latency_ms=SLOW_MS)
    sweeper = processes.sweeper()
    processes.worker(abreast=2)
    processes.awake("workers", "sweeper")
    crowd.alarm()
    eventually(lambda: crowd.came() >= 50)
    cut_connections()
    eventually(lambda: not crowd.statuses()[Status.PLANNED])
    crowd.let_leases_lapse()
    crowd.settle_accounts(leases=2)
    processes.kill(sweeper)
    crowd.alarm()
    crowd.settle_accounts(leases=2)  # the workers found their way back as well


def test_a_stale_alarm_in_dead_hands_is_never_sent(processes, crowd, usual):
    usual.control("sms", stall=20)
    first = processes.sweeper()
    crowd.alarm("urgent")
    eventually(lambda: crowd.came() >= AT_ONCE)
    processes.kill(first)
    crowd.let_leases_lapse()
    crowd.let_expire()
    usual.control("sms", stall=0)
    processes.worker(abreast=2)
    processes.sweeper()
    processes.awake("sweeper", "workers")
    eventually(crowd.is_settled)
    assert crowd.statuses() == {Status.EXPIRED: MANY}
    assert not crowd.came_again()


def test_many_notices_that_fail_at_once_do_not_stop_each_other(processes, crowd, usual):
    usual.control("sms", fail=500, times=2 * MANY)
    both = [processes.sweeper(), processes.sweeper()]
    eventually(lambda: sweepers_at_the_bell() == len(both))
    stop_and_go(both, signal.SIGSTOP)
    for first in range(0, MANY, NOTICE):
        for _ in both:
            crowd.alarm(to=crowd.people[first : first + NOTICE])
    crowd.shuffle()
    stop_and_go(both, signal.SIGCONT)
    crowd.settle_accounts(leases=LEASES_OF_PANIC)
    assert not crowd.came_again()
    assert crowd.statuses("email")[Status.SUBMITTED] > 0
    assert "database is away" not in processes.said.read_text()


def test_a_sweeper_asked_to_end_in_the_middle_hands_over_without_a_copy(processes, crowd, usual):
    usual.control("sms", latency_ms=SLOW_MS)
    first = processes.sweeper()
    processes.awake("sweeper")
    crowd.alarm()
    eventually(lambda: crowd.came() >= 50)
    first.terminate()
    assert first.wait(ENDS_WITHIN_SECONDS) == 0
    assert not crowd.is_settled()
    processes.sweeper()
    crowd.settle_accounts(leases=1)
