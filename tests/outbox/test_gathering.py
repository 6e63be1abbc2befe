"""Many notices of a kind become one for each person in each window; an alarm waits for none."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now

from outbox import sending
from outbox.claiming import claim
from outbox.models import Delivery


@pytest.fixture
def flood(every_way, tell, principal_rivera):
    def flood(count, urgency="routine"):
        for _ in range(count):
            tell(principal_rivera, urgency=urgency)

    return flood


def statuses(channel="email"):
    rows = Delivery.objects.filter(channel=channel).order_by("pk")
    return list(rows.values_list("status", flat=True))


def the_window_passes():
    hour = timedelta(hours=1)
    Delivery.objects.filter(submitted_at__isnull=False).update(submitted_at=Now() - hour)
    Delivery.objects.filter(status="planned").update(due_at=Now())


def test_many_at_once_go_out_as_one(flood, every_way, mapleton):
    flood(20)
    assert sending.carry(mapleton) == 1
    assert statuses() == ["superseded"] * 19 + ["submitted"]


def test_what_was_gathered_says_into_which(flood, mapleton):
    flood(2)
    sending.carry(mapleton)
    gathered, sent = Delivery.objects.filter(channel="email").order_by("pk")
    assert gathered.covered_by == sent


def test_what_follows_within_the_window_waits_for_its_end(flood, every_way, mapleton):
    flood(1)
    sending.carry(mapleton)
    flood(5)
    assert sending.carry(mapleton) == 0
    the_window_passes()
    assert sending.carry(mapleton) == 1
    assert len(every_way.sent) == 2


def test_seven_hundred_in_several_claims_are_one(flood, mapleton, principal_rivera):
    flood(1)
    row = Delivery.objects.get(channel="email")
    copies = [copy_of(row) for _ in range(699)]
    Delivery.objects.bulk_create(copies)
    assert sending.carry(mapleton) == 1
    the_window_passes()
    sending.carry(mapleton)
    assert statuses().count("submitted") == 2
    assert statuses().count("superseded") == 698


def copy_of(row):
    notification = row.notification
    notification.pk = None
    notification = type(notification)(
        partnership=row.partnership, kind=notification.kind, link=notification.link
    )
    notification.save(force_insert=True)
    return Delivery(
        partnership=row.partnership,
        notification=notification,
        membership=row.membership,
        channel="email",
        address=row.address,
        language="en",
        rank=row.rank,
        gathers_as=row.gathers_as,
    )


def test_an_urgent_one_is_not_gathered_with_routine_ones(flood, every_way, mapleton):
    flood(3)
    sending.carry(mapleton)
    flood(1, urgency="urgent")
    assert sending.carry(mapleton) == 1
    assert every_way.sent[-1].urgency == "urgent"


def test_alarms_are_never_gathered(flood, every_way, mapleton):
    flood(3, urgency="panic")
    sending.carry(mapleton)
    assert [parcel.channel for parcel in every_way.sent] == ["email"] * 3


def test_another_person_has_a_window_of_their_own(flood, every_way, tell, mapleton, officer_chen):
    flood(1)
    sending.carry(mapleton)
    tell(officer_chen)
    assert sending.carry(mapleton) == 1


def test_while_one_is_on_its_way_the_next_waits(flood, mapleton):
    flood(1)
    assert len(claim(mapleton)) == 1
    flood(1)
    assert claim(mapleton) == []


def test_another_try_is_not_held_up_by_a_window(flood, every_way, mapleton):
    flood(1)
    every_way.failures.extend([every_way.SendError("http-500")])
    sending.carry(mapleton)
    assert len(every_way.sent) == 1
    assert Delivery.objects.get(channel="email").attempts == 2
