"""What follows from how an attempt ended: again, another provider, another way, or somebody."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now

from outbox import sending, settling
from outbox.breakers import FAILURES, Breakers, Trial
from outbox.channels.base import SendError
from outbox.models import ContactPoint, Delivery, DeliveryAttempt, Provider, Urgency
from outbox.patience import pause_after

AWAY = SendError("unreachable")
NO_SUCH_NUMBER = SendError("invalid", address_is_dead=True)


@pytest.fixture
def told(every_way, tell, reach, principal_rivera):
    """An urgent notice for somebody with a telephone: e-mail and text message."""

    def told(*, urgency="urgent", **facts):
        contact = reach(principal_rivera, **facts)
        tell(principal_rivera, urgency=urgency)
        Delivery.objects.filter(channel="email").update(status="superseded")
        return contact

    return told


def sms():
    return Delivery.objects.get(channel="sms")


def test_every_try_is_kept_with_its_provider_and_time(every_way, told, mapleton):
    told()
    every_way.failures.append(AWAY)
    sending.carry(mapleton)
    tries = DeliveryAttempt.objects.order_by("number").values_list("number", "provider", "code")
    assert list(tries) == [(1, "sms-1", "unreachable"), (2, "sms-2", "")]


def test_the_second_provider_takes_over_after_one_failure(every_way, told, mapleton):
    told()
    every_way.failures.append(AWAY)
    sending.carry(mapleton)
    assert (sms().status, sms().provider, sms().attempts) == ("submitted", "sms-2", 2)
    assert sms().provider_message_id.startswith("sms-2-")


def test_two_failing_providers_are_not_asked_in_turn_without_a_pause(every_way, told, mapleton):
    told()
    every_way.failures.extend([AWAY, AWAY])
    sending.carry(mapleton)
    assert (sms().status, sms().attempts) == ("failed_for_now", 2)
    assert not [parcel for parcel in every_way.sent if parcel.channel == "sms"]


def test_a_number_that_does_not_exist_fails_once_and_the_next_way_is_planned_at_once(
    every_way, told, mapleton
):
    contact = told()
    Delivery.objects.filter(channel="email").delete()
    every_way.failures.append(NO_SUCH_NUMBER)
    sending.carry(mapleton)
    assert (sms().status, sms().attempts) == ("failed", 1)
    assert Delivery.objects.get(channel="email").status == "submitted"
    contact.refresh_from_db()
    assert (contact.status, contact.last_failure) == ("broken", "invalid")


def test_an_alarm_is_not_patient_with_one_channel(every_way, told, mapleton):
    told(urgency="panic")
    Delivery.objects.filter(channel="voice").delete()
    every_way.failures.append(AWAY)
    sending.carry(mapleton)
    assert Delivery.objects.filter(channel="voice").exists()


def test_who_can_be_reached_no_way_is_told_to_a_coordinator(
    every_way, told, mapleton, coordinator_okafor
):
    told()
    Delivery.objects.filter(channel="email").update(status="failed")
    Delivery.objects.filter(channel="sms").update(wave=1)
    every_way.failures.extend([NO_SUCH_NUMBER, NO_SUCH_NUMBER])
    sending.carry(mapleton)
    told_them = Delivery.objects.filter(membership=coordinator_okafor)
    assert [row.notification.kind for row in told_them] == [settling.UNDELIVERABLE]


def test_while_another_way_is_open_nobody_is_alarmed(every_way, told, mapleton, coordinator_okafor):
    told()
    Delivery.objects.filter(channel="email").update(status="submitted", submitted_at=Now())
    every_way.failures.extend([NO_SUCH_NUMBER, NO_SUCH_NUMBER])
    sending.carry(mapleton)
    assert not Delivery.objects.filter(membership=coordinator_okafor).exists()


def test_a_no_that_comes_later_is_a_no(every_way, told, mapleton):
    contact = told()
    Delivery.objects.filter(channel="email").delete()
    sending.carry(mapleton)
    settling.refuse_afterwards(sms(), code="undelivered", address_is_dead=True)
    assert sms().status == "failed"
    assert Delivery.objects.filter(channel="email", status="planned").exists()
    assert ContactPoint.objects.get(pk=contact.pk).status == "broken"


def test_what_has_been_seen_is_not_refused_afterwards(every_way, told, mapleton):
    told()
    sending.carry(mapleton)
    Delivery.objects.filter(channel="sms").update(status="seen", seen_at=Now())
    settling.refuse_afterwards(sms(), code="undelivered")
    assert sms().status == "seen"


def test_a_stale_alarm_is_not_sent(every_way, told, mapleton):
    told(urgency="panic")
    Delivery.objects.update(expires_at=Now() - timedelta(seconds=1))
    assert sending.expire(mapleton) == 2
    assert sending.carry(mapleton) == 0
    assert sms().status == "expired"


def test_a_provider_that_fails_often_rests_and_the_other_takes_all(mapleton, every_way):
    breakers = Breakers()
    breakers.note(Trial("sms-1", "timeout") for _ in range(FAILURES))
    assert breakers.pick("sms", last="") == "sms-2"
    assert Breakers().pick("sms", last="") == "sms-2"


def test_when_all_rest_the_first_is_asked_all_the_same(mapleton, every_way):
    breakers = Breakers()
    for name in ("sms-1", "sms-2"):
        breakers.note([Trial(name, "timeout")] * FAILURES)
    assert breakers.pick("sms", last="") == "sms-1"


def test_one_yes_opens_a_provider_again(mapleton, every_way):
    breakers = Breakers()
    breakers.note([Trial("sms-1", "timeout")] * FAILURES)
    breakers.note([Trial("sms-1", "")])
    row = Provider.objects.get(name="sms-1")
    assert (row.failures, row.closed_until, row.last_code) == (0, None, "timeout")
    assert breakers.pick("sms", last="") == "sms-1"


def test_failures_are_counted_over_batches(mapleton, every_way):
    breakers = Breakers()
    for _ in range(FAILURES):
        breakers.note([Trial("sms-1", "http-500")])
    assert breakers.pick("sms", last="") == "sms-2"


def test_a_dead_number_says_nothing_of_the_provider(every_way, told, mapleton):
    told()
    every_way.failures.append(NO_SUCH_NUMBER)
    sending.carry(mapleton)
    assert not Provider.objects.filter(failures__gt=0).exists()


def test_a_delivery_that_kills_its_process_each_time_comes_to_an_end(every_way, told, mapleton):
    told()
    Delivery.objects.filter(channel="sms").update(attempts=sending.MOST_ATTEMPTS)
    sending.carry(mapleton)
    assert (sms().status, sms().last_failure) == ("failed", "gave-up")


def test_mail_that_stays_away_for_a_school_day_is_waited_for():
    waits = [pause_after(Urgency.ROUTINE, "email", attempt) for attempt in range(1, 30)]
    assert sum(pause or 0 for pause in waits) > 12 * 60 * 60


def test_a_webhook_in_an_emergency_is_asked_for_a_quarter_of_an_hour():
    waits = [pause_after(Urgency.PANIC, "webhook", attempt) for attempt in range(1, 80)]
    assert 14 * 60 < sum(pause or 0 for pause in waits) < 16 * 60
