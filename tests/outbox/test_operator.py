"""The operator's view: what it shows, what it keeps to itself, and what may be sent again."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django.utils import timezone

from outbox import actions, auditing, sending
from outbox.actions.operating import retry, retry_all
from outbox.breakers import FAILURES, Breakers, Trial
from outbox.channels.base import SendError
from outbox.models import Delivery, Escalation, Finding
from partnership.models import AuditEntry
from partnership.states import WrongStatus
from partnership.tenancy import within
from tests.outbox.conftest import BULLETIN

PAGE = "/mapleton/notices/operator/"
RETRY_ALL = f"{PAGE}retry/"


@pytest.fixture
def look(sign_in, coordinator_okafor):
    """What the coordinator reads there."""
    client = sign_in(coordinator_okafor)
    return lambda **more: " ".join(client.get(PAGE, more).text.split())


@pytest.fixture
def dead(tell, principal_rivera, officer_chen):
    """Two letters that failed for good: the first to Rivera, the second to Chen."""

    def dead(*, urgency="urgent"):
        tell(principal_rivera, officer_chen, urgency=urgency)
        letters = Delivery.objects.filter(channel="email")
        letters.update(status="failed", last_failure="smtp-550", attempts=3)
        return letters.order_by("membership__user__name")

    return dead


def retry_page(delivery):
    return f"{PAGE}{delivery.pk}/retry/"


def test_an_idle_outbox_says_so(look):
    page = look()
    for words in ("Nothing is wrong now", "Nothing waits.", "None. Everything that left"):
        assert words in page


def test_what_waits_stands_there_by_urgency_and_channel(look, tell, principal_rivera, officer_chen):
    tell(principal_rivera, officer_chen, urgency="urgent")
    letters = Delivery.objects.filter(channel="email")
    letters.update(due_at=Now() - timedelta(minutes=7))
    letters.filter(membership=officer_chen).update(status="failed_for_now")
    page = look()
    assert "<td>Urgent</td><td>E-mail</td> <td>2 wait" in page
    assert "1 of them has failed before" in page
    assert "7 min late" in page
    assert "<dt>Late by</dt><dd>7 min</dd>" in page


def test_what_waits_for_the_morning_is_not_late(look, tell, principal_rivera):
    tell(principal_rivera)
    Delivery.objects.filter(channel="email").update(due_at=Now() + timedelta(hours=9))
    assert "not late" in look()


def test_how_a_provider_does_stands_there(look, every_way, tell, mapleton, principal_rivera):
    tell(principal_rivera, urgency="urgent")
    every_way.failures.append(SendError("timeout"))
    sending.carry(mapleton)
    Breakers().note([Trial("sms-2", "timeout")] * FAILURES)
    page = look()
    assert "0 taken, 1 not" in page
    assert "1 taken, 0 not" in page
    assert "half within" in page
    assert "Left alone until" in page


def test_another_districts_messages_count_for_no_provider_here(
    look, every_way, oakridge, oakridge_principal
):
    with within(oakridge):
        about = oakridge_principal
        actions.send(BULLETIN, to=[oakridge_principal], about=about, link="/oakridge/")
    sending.carry(oakridge)
    assert "taken, 0 not" not in look()


def test_ladders_that_nobody_has_answered_stand_there(look, tell, principal_rivera):
    tell(principal_rivera)
    notice = Delivery.objects.filter(channel="email").get().notification
    Escalation.objects.create(
        partnership=notice.partnership,
        notification=notice,
        rungs=[{}, {}, {}],
        rung=1,
        next_at=Now(),
    )
    assert "Steps done: 1 of 3." in look()


def test_findings_stand_there_and_the_neighbors_do_not(look, tell, principal_rivera, oakridge):
    tell(principal_rivera)
    Delivery.objects.filter(channel="email").update(due_at=Now() - timedelta(minutes=1))
    auditing.audit(processes=False)
    Finding.objects.create(what="lapsed", partnership=oakridge)
    Finding.objects.create(what="sweeper", ended_at=Now())
    page = look()
    assert "Messages wait although their time has come (1)" in page
    assert "The sweeper gives no sign of life" in page
    assert "Messages were taken in hand and not finished" not in page


def test_a_dead_letter_is_told_by_name_channel_kind_and_reason(look, dead):
    dead()
    page = look()
    assert "Rivera</a>" in page
    assert "There is no such mailbox" in page
    assert "E-mail" in page


def test_neither_address_nor_words_stand_on_the_page(look, dead):
    dead()
    mapleton = Delivery.objects.first().partnership
    link = {"about": Delivery.objects.first().notification, "link": "/mapleton/"}
    actions.send_to_address("partnership.invitation", address="new@mapleton.example", **link)
    Delivery.objects.filter(address="new@mapleton.example").update(status="failed")
    page = look()
    assert "Somebody without an account yet" in page
    assert "An invitation" in page
    assert f"@{mapleton.slug}" not in page


def test_the_page_costs_the_same_for_one_dead_letter_and_for_many(
    sign_in, coordinator_okafor, dead, count_queries, django_assert_max_num_queries
):
    client = sign_in(coordinator_okafor)
    client.get(PAGE)
    with django_assert_max_num_queries(40) as few:
        client.get(PAGE)
    for _ in range(3):
        dead()
    with count_queries(len(few) + 1):  # an empty page asks for no lines
        client.get(PAGE)


def test_dead_letters_come_by_pages(look, dead):
    for _ in range(14):
        dead()
    assert "1 to 25 of 28" in look()
    assert "26 to 28 of 28" in look(page=2)


def test_the_part_that_renews_itself_comes_alone(sign_in, coordinator_okafor):
    part = sign_in(coordinator_okafor).get(PAGE, headers={"HX-Request": "true"}).text
    assert part.lstrip().startswith('<div id="now"')
    assert "<html" not in part


def test_a_dead_letter_is_sent_once_more_and_the_audit_says_by_whom(
    sign_in, coordinator_okafor, dead, mapleton
):
    letter = dead()[1]
    answer = sign_in(coordinator_okafor).post(retry_page(letter))
    assert answer.headers["Location"] == PAGE
    letter.refresh_from_db()
    assert (letter.status, letter.attempts, letter.last_failure) == ("planned", 0, "")
    entry = AuditEntry.objects.get(action="delivery.retried")
    assert entry.actor == coordinator_okafor.user
    assert entry.facts == {"channel": "email", "kind": BULLETIN}
    sending.carry(mapleton)
    assert Delivery.objects.get(pk=letter.pk).status == "submitted"


def test_who_comes_second_is_told_that_it_is_done(sign_in, coordinator_okafor, dead):
    client, letter = sign_in(coordinator_okafor), dead()[0]
    client.post(retry_page(letter))
    assert client.post(retry_page(letter)).status_code == 409
    assert AuditEntry.objects.filter(action="delivery.retried").count() == 1


def test_a_stale_alarm_is_not_sent_by_hand_either(sign_in, coordinator_okafor, dead, look):
    letter = dead(urgency="panic")[0]
    letter.notification.expires_at = timezone.now() - timedelta(seconds=1)
    letter.notification.save()
    assert "It would come too late." in look()
    assert sign_in(coordinator_okafor).post(retry_page(letter)).status_code == 409
    assert retry_all(by=coordinator_okafor.user) == 0
    with pytest.raises(WrongStatus):
        retry(letter, by=coordinator_okafor.user)


def test_all_are_sent_once_more_at_most_so_many(
    sign_in, coordinator_okafor, dead, monkeypatch, look
):
    for _ in range(3):
        dead()
    monkeypatch.setattr("outbox.actions.operating.MOST_AT_ONCE", 4)
    client = sign_in(coordinator_okafor)
    page = client.post(RETRY_ALL, follow=True).text
    assert "4 messages are sent once more." in page
    assert Delivery.objects.filter(status="failed").count() == 2
    assert AuditEntry.objects.filter(action="delivery.retried").count() == 4


def test_a_neighbors_dead_letter_is_not_found(
    sign_in, coordinator_okafor, oakridge, oakridge_principal
):
    with within(oakridge):
        about = oakridge_principal
        actions.send(BULLETIN, to=[oakridge_principal], about=about, link="/oakridge/")
        Delivery.objects.filter(channel="email").update(status="failed")
        theirs = Delivery.objects.get(channel="email")
    assert sign_in(coordinator_okafor).post(retry_page(theirs)).status_code == 404


@pytest.mark.parametrize("role", ["superintendent_park", "auditor_silva"])
def test_who_only_looks_has_no_button(request, sign_in, dead, role):
    client = sign_in(request.getfixturevalue(role))
    letter = dead()[0]
    page = client.get(PAGE)
    assert page.status_code == 200
    assert "Rivera" in page.text
    assert "Send again" not in page.text
    assert client.post(retry_page(letter)).status_code == 403
    assert client.post(RETRY_ALL).status_code == 403


def test_a_principal_has_no_business_there(sign_in, principal_rivera):
    assert sign_in(principal_rivera).get(PAGE).status_code == 403


def test_looking_writes_nothing(sign_in, coordinator_okafor, dead):
    letter = dead()[0]
    assert sign_in(coordinator_okafor).get(retry_page(letter)).status_code == 405
    assert not AuditEntry.objects.filter(action="delivery.retried").exists()
