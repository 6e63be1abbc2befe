"""Ladders: whom a notice reaches next when nobody answers it."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django.utils import timezone

from outbox import actions, escalating, sending
from outbox.models import Delivery, Escalation, Ladder, Preference, Rung


@pytest.fixture
def ladder(mapleton):
    """Build a ladder of rungs for urgent bulletins."""

    def ladder(*rungs, **facts):
        made = Ladder.objects.create(
            partnership=mapleton, kind="school.bulletin", urgency="urgent", **facts
        )
        for rung in rungs:
            Rung.objects.create(partnership=mapleton, ladder=made, **{"channels": ["sms"], **rung})
        return made

    return ladder


def time_passes():
    """The next step's time has come, by the database's clock."""
    Escalation.objects.open().update(next_at=Now() - timedelta(seconds=1))


def silence_told():
    rows = Delivery.objects.filter(notification__kind="outbox.unanswered", channel="in_app")
    return [row.membership for row in rows.select_related("membership")]


def told_by(channel):
    rows = Delivery.objects.filter(channel=channel).order_by("pk")
    return [row.membership for row in rows.select_related("membership")]


@pytest.fixture
def one_at_a_time(every_way, ladder, reach, principal_rivera, officer_chen):
    for person in (principal_rivera, officer_chen):
        reach(person)
    return ladder({"one_at_a_time": True, "each_seconds": 60})


def test_one_at_a_time_tells_the_first_and_shows_it_to_all(
    one_at_a_time, tell, principal_rivera, officer_chen
):
    tell(principal_rivera, officer_chen, urgency="urgent")
    assert told_by("sms") == [principal_rivera]
    assert told_by("in_app") == [principal_rivera, officer_chen]
    assert told_by("email") == []


def test_the_next_is_told_when_the_first_is_silent(
    one_at_a_time, tell, mapleton, principal_rivera, officer_chen
):
    tell(principal_rivera, officer_chen, urgency="urgent")
    assert escalating.climb_due(mapleton) == 0
    time_passes()
    assert escalating.climb_due(mapleton) == 1
    assert told_by("sms") == [principal_rivera, officer_chen]


def test_an_answer_ends_the_ladder(one_at_a_time, tell, mapleton, principal_rivera, officer_chen):
    tell(principal_rivera, officer_chen, urgency="urgent")
    sending.carry(mapleton)
    actions.acknowledge(Delivery.objects.get(channel="sms"))
    escalation = Escalation.objects.get()
    assert (escalation.status, escalation.acknowledged_by) == ("acknowledged", principal_rivera)
    assert escalating.climb_due(mapleton) == 0
    assert escalation.next_at is None


def test_in_an_emergency_an_answer_silences_only_its_own(
    every_way, ladder, reach, tell, mapleton, principal_rivera, officer_chen
):
    for person in (principal_rivera, officer_chen):
        reach(person)
    ladder({}, {"after_seconds": 60, "channels": ["voice"]}, stops="one")
    tell(principal_rivera, officer_chen, urgency="urgent")
    sending.carry(mapleton)
    actions.acknowledge(Delivery.objects.get(channel="sms", membership=principal_rivera))
    time_passes()
    escalating.climb_due(mapleton)
    assert told_by("voice") == [officer_chen]
    assert Escalation.objects.get().status == "open"


def test_the_last_step_is_repeated_and_then_the_coordinators_learn_of_the_silence(
    every_way, ladder, reach, tell, mapleton, principal_rivera, coordinator_okafor
):
    reach(principal_rivera)
    ladder({"roles": ["principal"]}, repeats=2)
    tell(principal_rivera, coordinator_okafor, urgency="urgent")
    for _ in range(3):
        time_passes()
        escalating.climb_due(mapleton)
    assert told_by("sms") == [principal_rivera] * 3
    assert Escalation.objects.get().status == "unanswered"
    assert silence_told() == [coordinator_okafor]


def test_a_coordinator_whom_the_notice_is_not_for_learns_of_no_silence(
    every_way, ladder, reach, tell, mapleton, principal_rivera, coordinator_okafor
):
    reach(principal_rivera)
    ladder({})
    tell(principal_rivera, urgency="urgent")
    time_passes()
    escalating.climb_due(mapleton)
    assert silence_told() == [principal_rivera]


def test_an_answer_after_the_last_step_counts(
    one_at_a_time, tell, mapleton, principal_rivera, officer_chen
):
    tell(principal_rivera, officer_chen, urgency="urgent")
    for _ in range(2):
        time_passes()
        escalating.climb_due(mapleton)
    sending.carry(mapleton)
    actions.acknowledge(Delivery.objects.filter(channel="sms").first())
    assert Escalation.objects.get().status == "acknowledged"


def test_a_changed_ladder_does_not_change_one_that_is_being_climbed(
    one_at_a_time, tell, mapleton, principal_rivera, officer_chen
):
    tell(principal_rivera, officer_chen, urgency="urgent")
    one_at_a_time.rungs.all().delete()
    time_passes()
    escalating.climb_due(mapleton)
    assert told_by("sms") == [principal_rivera, officer_chen]


def test_a_step_done_twice_at_once_is_done_once(
    one_at_a_time, tell, mapleton, principal_rivera, officer_chen
):
    tell(principal_rivera, officer_chen, urgency="urgent")
    stale = Escalation.objects.select_related("notification").get()
    stale.notification.partnership = mapleton
    escalating.climb(stale)
    escalating.climb(stale)
    assert Escalation.objects.get().rung == 2
    assert told_by("sms") == [principal_rivera, officer_chen]


def test_a_standstill_of_an_hour_does_not_wake_everybody_at_once(
    one_at_a_time, tell, mapleton, principal_rivera, officer_chen
):
    tell(principal_rivera, officer_chen, urgency="urgent")
    Escalation.objects.update(next_at=Now() - timedelta(hours=1))
    escalating.climb_due(mapleton)
    assert escalating.climb_due(mapleton) == 0
    assert Escalation.objects.get().next_at > timezone.now() + timedelta(seconds=30)


def test_who_is_away_is_passed_over_for_the_one_who_stands_in(
    one_at_a_time, tell, principal_rivera, officer_chen
):
    day, now = timedelta(days=1), timezone.now()
    Preference.objects.create(
        partnership=principal_rivera.partnership,
        membership=principal_rivera,
        away_from=now - day,
        away_until=now + day,
        backup=officer_chen,
    )
    tell(principal_rivera, officer_chen, urgency="urgent")
    assert told_by("sms") == [officer_chen]


def test_a_ladder_never_reaches_anybody_the_notice_is_not_for(
    every_way, ladder, reach, tell, principal_rivera, officer_chen
):
    reach(officer_chen)
    ladder({"roles": ["sro"]})
    tell(principal_rivera, urgency="urgent")
    assert told_by("sms") == []
    assert told_by("email") == [principal_rivera]


def test_who_has_no_telephone_gets_an_email_instead(every_way, ladder, tell, principal_rivera):
    ladder({"channels": ["voice"]})
    tell(principal_rivera, urgency="urgent")
    assert told_by("email") == [principal_rivera]


def test_a_matter_that_is_over_is_called_off(
    one_at_a_time, tell, mapleton, maple_high, principal_rivera, officer_chen
):
    tell(principal_rivera, officer_chen, urgency="urgent")
    actions.call_off(maple_high)
    assert Escalation.objects.get().status == "called_off"
    assert sending.carry(mapleton) == 0
