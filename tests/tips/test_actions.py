"""The steps of a tip, and what the audit keeps of them."""

import pytest

from outbox.models import Delivery
from partnership import audit
from partnership.crypto import SealBroken
from partnership.models import AuditEntry
from partnership.states import WrongStatus
from partnership.tenancy import NoPartnershipOpen, within
from tips import actions
from tips.models import Kind, Tip, TipMessage

Status = Tip.Status


@pytest.fixture
def tip(maple_high, principal_rivera, officer_chen):
    return actions.submit_tip(school=maple_high, text="There is a fight planned.", kind=Kind.FIGHT)


def test_the_first_reading_moves_it_on_and_every_reading_is_logged(
    tip, principal_rivera, officer_chen
):
    for reader in (principal_rivera, principal_rivera, officer_chen):
        actions.read_tip(Tip.objects.get(), by=reader)
    assert Tip.objects.get().status == Status.READ
    assert tip.recipients.exclude(first_read_at=None).count() == 2
    opened = AuditEntry.objects.filter(action="tip.opened").order_by("id")
    assert [entry.actor for entry in opened] == [
        principal_rivera.user,
        principal_rivera.user,
        officer_chen.user,
    ]


def test_reading_counts_the_notice_as_seen(tip, principal_rivera):
    actions.read_tip(tip, by=principal_rivera)
    mine = Delivery.objects.filter(membership=principal_rivera, channel="in_app")
    assert [notice.status for notice in mine] == ["seen"]


def test_the_first_to_take_it_has_it_and_the_second_is_told_so(tip, principal_rivera, officer_chen):
    actions.acknowledge_tip(tip, by=officer_chen)
    with pytest.raises(WrongStatus):
        actions.acknowledge_tip(Tip.objects.get(), by=principal_rivera)
    assert Tip.objects.get().holder == officer_chen
    assert tip.recipients.get(acknowledged_at__isnull=False).membership == officer_chen


def test_a_tip_is_closed_only_once_and_not_before_it_was_read(tip, principal_rivera):
    with pytest.raises(WrongStatus):
        actions.close_tip(tip, by=principal_rivera)
    actions.read_tip(tip, by=principal_rivera)
    actions.close_tip(tip, by=principal_rivera)
    with pytest.raises(WrongStatus):
        actions.close_tip(tip, by=principal_rivera)


def test_a_closed_tip_takes_no_answer(tip, principal_rivera):
    actions.read_tip(tip, by=principal_rivera)
    actions.close_tip(tip, by=principal_rivera)
    with pytest.raises(WrongStatus):
        actions.answer_tip(Tip.objects.get(), "one more thing", by=principal_rivera)
    assert not TipMessage.objects.exists()


def test_messages_stand_in_the_order_in_which_they_were_written(tip, principal_rivera):
    actions.answer_tip(tip, "When?", by=principal_rivera)
    actions.reply_to_tip(tip, "at noon")
    actions.answer_tip(tip, "Thank you.", by=principal_rivera)
    said = [(one.sequence, one.text, one.from_us) for one in tip.messages.all()]
    assert said == [(1, "When?", True), (2, "at noon", False), (3, "Thank you.", True)]
    assert not any(one.hour.minute for one in tip.messages.all())


def test_who_spoke_last_decides_whom_it_waits_for(tip, principal_rivera):
    actions.acknowledge_tip(tip, by=principal_rivera)
    mine = Tip.objects.visible_to(principal_rivera)
    assert mine.needing(principal_rivera).count() == 1
    actions.answer_tip(tip, "When?", by=principal_rivera)
    assert mine.needing(principal_rivera).count() == 0
    actions.reply_to_tip(tip, "at noon")
    assert mine.needing(principal_rivera).count() == 1


def test_what_a_sender_does_later_leaves_no_entry(tip):
    actions.reply_to_tip(tip, "at noon")
    assert [entry.action for entry in AuditEntry.objects.filter(subject__contains=tip.pk)] == [
        "tip.submitted"
    ]


def test_the_audit_of_a_whole_talk_is_whole_and_without_words(tip, principal_rivera):
    actions.read_tip(tip, by=principal_rivera)
    actions.acknowledge_tip(tip, by=principal_rivera)
    actions.answer_tip(tip, "By the gym?", by=principal_rivera)
    actions.close_tip(tip, by=principal_rivera)
    assert audit.verify().fault == ""
    written = str(list(AuditEntry.objects.values()))
    assert "gym" not in written
    assert "fight planned" not in written


def test_a_text_moved_to_another_tip_does_not_open(tip, maple_high):
    other = actions.submit_tip(school=maple_high, text="Something else.")
    stolen = Tip.objects.filter(pk=tip.pk).values_list("text", flat=True)[0]
    row = Tip.objects.get(pk=other.pk)
    row.__dict__["text"] = stolen
    with pytest.raises(SealBroken):
        _ = row.text


def test_the_neighbors_see_nothing(tip, oakridge):
    with within(oakridge):
        assert not Tip.objects.exists()
    with within(None), pytest.raises(NoPartnershipOpen):
        Tip.objects.exists()
