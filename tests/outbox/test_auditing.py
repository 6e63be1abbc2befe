"""What the auditor sees, what it leaves alone, and when it keeps silent towards the outside."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from outbox import actions, auditing, escalating, sending
from outbox.auditing import What
from outbox.channels.base import SendError
from outbox.models import Delivery, Escalation, Finding, Ladder, Notification, Rung
from partnership.models import Heartbeat
from partnership.pulse import beat
from partnership.tenancy import new_id, within

NO_SUCH_NUMBER = SendError("invalid", address_is_dead=True)


@pytest.fixture
def wrong():
    """What one look finds in the partnerships, by name."""
    return lambda: {what: count for (what, _), count in auditing.audit(processes=False).items()}


def ago(**time):
    return Now() - timedelta(**time)


def test_where_everything_goes_its_way_nothing_is_found(
    every_way, tell, wrong, mapleton, principal_rivera
):
    tell(principal_rivera)
    assert wrong() == {}
    sending.carry(mapleton)
    assert wrong() == {}
    assert not Finding.objects.exists()


def test_a_message_whose_time_has_come_is_found(tell, wrong, principal_rivera):
    tell(principal_rivera)
    letters = Delivery.objects.filter(channel="email")
    letters.update(due_at=ago(seconds=29))
    assert wrong() == {}
    letters.update(due_at=ago(seconds=31))
    assert wrong() == {What.OVERDUE: 1}
    letters.update(status="failed_for_now")
    assert wrong() == {What.OVERDUE: 1}


def test_an_alarm_may_wait_five_seconds(tell, wrong, principal_rivera):
    tell(principal_rivera, urgency="panic")
    letters = Delivery.objects.filter(channel="email")
    letters.update(due_at=ago(seconds=4))
    assert wrong() == {}
    letters.update(due_at=ago(seconds=6))
    assert wrong() == {What.OVERDUE: 1}


def test_a_letter_that_waits_for_the_morning_is_not_late(tell, wrong, principal_rivera):
    tell(principal_rivera)
    Delivery.objects.filter(channel="email").update(due_at=Now() + timedelta(hours=9))
    assert wrong() == {}


def test_what_a_dead_process_had_in_hand_is_found(tell, wrong, principal_rivera):
    tell(principal_rivera)
    letters = Delivery.objects.filter(channel="email")
    letters.update(status="leased", lease_until=ago(seconds=4))
    assert wrong() == {}
    letters.update(lease_until=ago(seconds=6))
    assert wrong() == {What.LAPSED: 1}


def test_a_ladder_that_does_not_go_on_is_found(
    every_way, reach, tell, wrong, mapleton, principal_rivera
):
    reach(principal_rivera)
    ladder = Ladder.objects.create(partnership=mapleton, kind="school.bulletin", urgency="urgent")
    Rung.objects.create(partnership=mapleton, ladder=ladder, channels=["sms"])
    tell(principal_rivera, urgency="urgent")
    assert wrong() == {}
    Escalation.objects.update(next_at=ago(seconds=6))
    assert wrong() == {What.STANDSTILL: 1}
    escalating.climb_due(mapleton)
    assert wrong() == {}


def test_a_notice_that_lost_a_message_is_found(tell, wrong, principal_rivera, officer_chen):
    tell(principal_rivera, officer_chen)
    Delivery.objects.filter(membership=officer_chen, channel="email").delete()
    assert wrong() == {What.INCOMPLETE: 1}


def test_messages_to_one_address_and_tests_are_whole(tell, wrong, mapleton, principal_rivera):
    link = {"about": principal_rivera, "link": "/mapleton/"}
    actions.send_to_address("partnership.invitation", address="new@mapleton.example", **link)
    actions.send_test(principal_rivera, "email")
    assert wrong() == {}


def test_a_notice_for_nobody_is_found_unless_a_coordinator_was_told(tell, wrong):
    tell()
    assert wrong() == {What.NOBODY: 1}


def test_a_notice_for_nobody_that_a_coordinator_knows_of_is_none(tell, wrong, coordinator_okafor):
    tell()
    assert wrong() == {}


def test_an_old_notice_is_not_counted_again(tell, wrong, mapleton, maple_high):
    facts = {"partnership": mapleton, "kind": "school.bulletin", "link": "/mapleton/"}
    moment = timezone.now() - timedelta(minutes=61)
    Notification.objects.create(pk=new_id(moment), recipients=4, **facts)
    assert wrong() == {}


@pytest.fixture
def unreached(every_way, tell, reach, mapleton, principal_rivera):
    """A principal whom no way has reached."""
    tell(principal_rivera, urgency="urgent")
    every_way.failures.append(NO_SUCH_NUMBER)
    sending.carry(mapleton)
    assert Delivery.objects.get(channel="email").status == "failed"


def test_whom_nothing_reached_is_found_when_nobody_was_told(unreached, wrong):
    assert wrong() == {What.UNREACHED: 1}


def test_whom_nothing_reached_is_somebody_elses_matter_once_they_know(
    coordinator_okafor, unreached, wrong
):
    assert wrong() == {}
    Delivery.objects.filter(membership=coordinator_okafor).update(status="seen", seen_at=Now())
    assert wrong() == {}


def test_an_older_word_about_a_person_that_was_seen_does_not_count_for_the_next(
    coordinator_okafor, unreached, tell, wrong, mapleton, principal_rivera
):
    Delivery.objects.filter(membership=coordinator_okafor).update(status="seen", seen_at=Now())
    tell(principal_rivera, urgency="urgent")
    Delivery.objects.filter(status="planned").update(status="failed")
    assert wrong() == {What.UNREACHED: 1}


def test_who_was_reached_another_way_is_no_finding(unreached, reach, wrong, principal_rivera):
    letter = Delivery.objects.get(channel="email")
    facts = {"notification": letter.notification, "membership": principal_rivera, "rank": 20}
    Delivery.objects.create(
        partnership=letter.partnership,
        channel="sms",
        status="submitted",
        submitted_at=Now(),
        language="en",
        **facts,
    )
    assert wrong() == {}


def test_a_neighbors_finding_is_theirs(tell, wrong, oakridge, principal_rivera):
    tell(principal_rivera)
    Delivery.objects.filter(channel="email").update(due_at=ago(minutes=1))
    wrong()
    assert not Finding.objects.concerning(oakridge).exists()
    assert Finding.objects.concerning(principal_rivera.partnership).count() == 1


def test_a_finding_is_said_when_it_begins_and_when_it_ends(tell, wrong, principal_rivera, caplog):
    tell(principal_rivera)
    letters = Delivery.objects.filter(channel="email")
    letters.update(due_at=ago(minutes=1))
    wrong(), wrong()
    assert Finding.objects.get().ended_at is None
    letters.update(due_at=Now())
    wrong(), wrong()
    assert Finding.objects.get().ended_at is not None
    said = [record.getMessage() for record in caplog.records if "overdue" in record.getMessage()]
    assert [line.split()[0] for line in said] == ["Found", "No"]


def test_the_same_thing_again_is_a_new_finding(tell, wrong, principal_rivera):
    tell(principal_rivera)
    letters = Delivery.objects.filter(channel="email")
    for due in (ago(minutes=1), Now(), ago(minutes=1)):
        letters.update(due_at=due)
        wrong()
    assert Finding.objects.count() == 2
    assert Finding.objects.open().count() == 1


def processes_missing():
    return {what for what, _ in auditing.audit()}


def test_who_carries_must_give_signs_of_life(db):
    assert processes_missing() == {What.SWEEPER, What.WORKERS}
    beat("sweeper")
    beat("workers")
    assert processes_missing() == set()
    Heartbeat.objects.filter(process="sweeper").update(at=ago(seconds=91))
    assert processes_missing() == {What.SWEEPER}


def test_live_pages_that_once_lived_are_missed(db):
    beat("sweeper"), beat("workers"), beat("live")
    assert processes_missing() == set()
    Heartbeat.objects.filter(process="live").update(at=ago(seconds=91))
    assert processes_missing() == {What.LIVE}


def test_a_look_that_takes_too_long_is_a_finding_and_nothing_counts_as_mended(
    tell, wrong, principal_rivera, monkeypatch
):
    tell(principal_rivera)
    Delivery.objects.filter(channel="email").update(due_at=ago(minutes=1))
    wrong()
    monkeypatch.setattr(auditing, "LONGEST_LOOK", "50ms")
    monkeypatch.setattr(auditing, "CHECKS", {**auditing.CHECKS, What.OVERDUE: sleeps})
    assert wrong() == {What.UNCHECKED: 1}
    assert Finding.objects.open().filter(what=What.OVERDUE).exists()


def sleeps():
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(5)")
    return 0


OLD_ROWS = """
INSERT INTO outbox_delivery (id, partnership_id, notification_id, membership_id, channel, address,
    language, wave, rank, gathers_as, status, due_at, attempts, provider, provider_message_id,
    last_failure, submitted_at)
SELECT uuidv7(make_interval(days => -9, secs => -number)), %s, %s, %s, 'email',
    'chen@mapleton.example', 'en', number %% 30000, 30, '',
    CASE WHEN number %% 100 = 0 THEN 'failed' ELSE 'submitted' END, now() - interval '9 days',
    1, 'email-1', '', '', now() - interval '9 days'
FROM generate_series(1, 30000) number
"""


def test_many_old_messages_do_not_slow_the_look(tell, mapleton, principal_rivera):
    tell(principal_rivera)
    notice = Notification.objects.get()
    with connection.cursor() as cursor:
        cursor.execute(OLD_ROWS, [mapleton.pk, notice.pk, principal_rivera.pk])
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # a look leaves two seconds for it later
    tell(principal_rivera)
    Delivery.objects.filter(channel="email", status="planned").update(status="failed")
    with CaptureQueriesContext(connection) as looks:
        auditing.audit(processes=False)
    asked = [look["sql"] for look in looks if 'FROM "outbox_' in look["sql"]]
    plans = [plan_of(sql) for sql in asked if "outbox_finding" not in sql]
    assert len(plans) == 8
    assert not [plan for plan in plans if re.search("Seq Scan on outbox_(delivery|notif)", plan)]


def plan_of(sql):
    """The plan when a whole table is read only where no index serves: what the planner would
    choose depends on statistics that no test controls."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {sql}")
        return "\n".join(line for (line,) in cursor.fetchall())


def test_the_look_opens_each_partnership_for_itself(tell, oakridge, principal_rivera):
    with within(oakridge):
        found = auditing.audit(processes=False)
    assert found == {}
