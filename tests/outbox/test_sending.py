from datetime import timedelta

import pytest
from django.core import mail
from django.db.models.functions import Now

from outbox import sending, settling
from outbox.breakers import Breakers
from outbox.channels.base import Receipt, SendError
from outbox.models import Delivery, Notification, Urgency
from outbox.patience import PAUSES
from outbox.van import Outcome


def make_due(minutes=10):
    Delivery.objects.update(due_at=Now() - timedelta(minutes=minutes))


def lapse():
    """The lease ends, as if its time had passed."""
    Delivery.objects.filter(status="leased").update(lease_until=Now() - timedelta(seconds=1))


def told_coordinators():
    return Delivery.objects.filter(notification__kind=settling.UNDELIVERABLE)


def settle(row, failure=None, provider="email-1"):
    """One attempt ended so."""
    receipt = None if failure else Receipt()
    outcome = Outcome(row, provider, receipt, failure, milliseconds=5)
    settling.settle(row.partnership, [outcome], Breakers())


def test_what_is_due_goes_out_and_is_noted(mapleton, tell, principal_rivera, email_to):
    tell(principal_rivera)
    assert sending.carry(mapleton) == 1
    assert [letter.to for letter in mail.outbox] == [["rivera@mapleton.example"]]
    row = email_to(principal_rivera)
    assert (row.status, row.attempts, row.lease_until) == ("submitted", 1, None)
    assert row.submitted_at is not None


def test_what_went_out_does_not_go_out_again(mapleton, tell, principal_rivera):
    tell(principal_rivera)
    sending.carry(mapleton)
    assert sending.carry(mapleton) == 0
    assert len(mail.outbox) == 1


def test_nothing_goes_out_before_its_time(mapleton, tell, principal_rivera):
    tell(principal_rivera)
    Delivery.objects.update(due_at=Now() + timedelta(seconds=30))
    assert sending.carry(mapleton) == 0


def test_the_urgent_goes_first(mapleton, tell, principal_rivera, officer_chen):
    tell(principal_rivera)
    tell(officer_chen, urgency="urgent")
    assert [row.membership for row in sending.claim(mapleton)] == [officer_chen, principal_rivera]


def test_what_one_process_holds_no_other_takes(mapleton, tell, principal_rivera):
    tell(principal_rivera)
    assert len(sending.claim(mapleton)) == 1
    assert sending.claim(mapleton) == []


def test_a_dead_process_loses_what_it_held(mapleton, tell, principal_rivera, email_to):
    tell(principal_rivera)
    sending.claim(mapleton)
    lapse()
    assert sending.carry(mapleton) == 1
    assert email_to(principal_rivera).attempts == 2


def test_whoever_lost_the_lease_notes_nothing(mapleton, tell, principal_rivera, email_to):
    tell(principal_rivera)
    (ours,) = sending.claim(mapleton)
    lapse()
    (theirs,) = sending.claim(mapleton)
    settle(ours, SendError("timeout", permanent=True))
    assert email_to(principal_rivera).status == "leased"
    settle(theirs)
    assert email_to(principal_rivera).status == "submitted"


def test_the_neighbors_letters_are_not_ours_to_carry(oakridge, mapleton, tell, principal_rivera):
    tell(principal_rivera)
    assert sending.carry(oakridge) == 0


def test_whoever_stops_gives_back_what_was_not_begun(
    mapleton, tell, principal_rivera, officer_chen
):
    tell(principal_rivera, officer_chen)
    assert sending.carry(mapleton, stopping=lambda: len(mail.outbox) == 1) == 1
    (left,) = Delivery.objects.filter(status="planned")
    assert (left.attempts, left.lease_until) == (0, None)


def test_a_slow_chunk_is_given_back_before_its_lease_ends(
    mapleton, tell, principal_rivera, settings
):
    settings.OUTBOX_LEASE_SECONDS = 0
    tell(principal_rivera)
    assert sending.carry(mapleton) == 0
    assert Delivery.objects.get(channel="email").status == "planned"


def test_a_failure_that_may_pass_waits_longer_each_time(mapleton, tell, principal_rivera):
    tell(principal_rivera)
    pauses = []
    for _ in PAUSES[Urgency.ROUTINE]:
        make_due()
        (row,) = sending.claim(mapleton)
        settle(row, SendError("smtp-451"))
        row = Delivery.objects.annotate(clock=Now()).get(pk=row.pk)
        pauses.append((row.due_at - row.clock).total_seconds())
        assert (row.status, row.last_failure) == ("failed_for_now", "smtp-451")
    assert pauses == pytest.approx(PAUSES[Urgency.ROUTINE], abs=3)


def test_the_last_failure_is_told_to_somebody(
    mapleton, tell, principal_rivera, coordinator_okafor, email_to
):
    tell(principal_rivera)
    for _ in range(len(PAUSES[Urgency.ROUTINE]) + 1):
        make_due()
        settle(*sending.claim(mapleton), SendError("timeout"))
    assert email_to(principal_rivera).status == "failed"
    assert [row.membership for row in told_coordinators()] == [coordinator_okafor]
    make_due()
    assert sending.claim(mapleton) == []


def test_a_refusal_for_good_is_not_tried_again(
    mapleton, tell, principal_rivera, coordinator_okafor, email_to
):
    tell(principal_rivera)
    settle(*sending.claim(mapleton), SendError("smtp-550", permanent=True))
    assert email_to(principal_rivera).status == "failed"
    told = told_coordinators().select_related("notification").get()
    assert (told.channel, told.status) == ("in_app", "submitted")
    assert told.notification.link == f"/mapleton/members/{principal_rivera.pk}/"


def test_coordinators_are_told_once_of_each_person(
    mapleton, tell, principal_rivera, officer_chen, coordinator_okafor
):
    for _ in range(2):
        tell(principal_rivera, officer_chen)
    for row in sending.claim(mapleton):
        settle(row, SendError("smtp-550", permanent=True))
    subjects = {row.notification.subject_id for row in told_coordinators()}
    assert told_coordinators().count() == 2
    assert subjects == {principal_rivera.pk, officer_chen.pk}


def test_a_failed_word_of_failure_makes_no_other(mapleton, tell, coordinator_okafor):
    tell(coordinator_okafor)
    Notification.objects.update(kind=settling.UNDELIVERABLE)
    settle(*sending.claim(mapleton), SendError("smtp-550", permanent=True))
    assert Notification.objects.count() == 1


def test_a_fault_of_our_own_keeps_nobody_waiting(
    mapleton, tell, principal_rivera, officer_chen, email_to
):
    tell(principal_rivera, urgency="urgent")
    Notification.objects.update(kind="school.without_words")
    tell(officer_chen)
    sending.carry(mapleton)
    assert email_to(officer_chen).status == "submitted"
    assert email_to(principal_rivera).last_failure == "fault"


def test_a_channel_that_nobody_serves_keeps_nobody_waiting(
    mapleton, tell, principal_rivera, officer_chen, email_to
):
    tell(principal_rivera, urgency="urgent")
    Delivery.objects.filter(channel="email").update(channel="pigeon")
    tell(officer_chen)
    sending.carry(mapleton)
    assert email_to(officer_chen).status == "submitted"
    assert Delivery.objects.get(channel="pigeon").last_failure == "fault"


@pytest.mark.parametrize(
    ("answer", "status"), [("451 later", "failed_for_now"), ("550 no", "failed")]
)
def test_a_mail_servers_no_is_understood(
    mapleton, tell, principal_rivera, coordinator_okafor, mail_server, email_to, answer, status
):
    mail_server.answers.append(answer)
    tell(principal_rivera)
    sending.carry(mapleton)
    row = email_to(principal_rivera)
    assert (row.status, row.last_failure) == (status, f"smtp-{answer[:3]}")
    assert told_coordinators().exists() == (status == "failed")


def test_a_mail_server_that_said_later_takes_it_later(
    mapleton, tell, principal_rivera, mail_server, email_to
):
    mail_server.answers.append("451 later")
    tell(principal_rivera)
    sending.carry(mapleton)
    make_due()
    sending.carry(mapleton)
    assert email_to(principal_rivera).status == "submitted"
    assert mail_server.ids == [f"<{email_to(principal_rivera).pk}@testserver>"]


def test_one_refused_letter_does_not_stop_the_others(
    mapleton, tell, principal_rivera, officer_chen, mail_server
):
    mail_server.answers.append("550 no such person")
    tell(principal_rivera, officer_chen)
    sending.carry(mapleton)
    assert len(mail_server.letters) == 1
