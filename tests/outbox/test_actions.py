import pytest
from celery.signals import before_task_publish
from django.db import IntegrityError, transaction
from django.utils import timezone

from outbox import actions
from outbox.models import Delivery, Notification
from partnership.tenancy import within
from tests.outbox.conftest import BULLETIN


def test_each_person_gets_a_notice_in_the_portal_and_an_email(tell, principal_rivera, officer_chen):
    tell(principal_rivera, officer_chen)
    rows = Delivery.objects.values_list("membership", "channel", "status", "address")
    assert set(rows) == {
        (principal_rivera.pk, "in_app", "submitted", ""),
        (principal_rivera.pk, "email", "planned", "rivera@mapleton.example"),
        (officer_chen.pk, "in_app", "submitted", ""),
        (officer_chen.pk, "email", "planned", "chen@mapleton.example"),
    }


def test_a_deed_that_fails_tells_nobody(tell, principal_rivera):
    @transaction.atomic
    def deed():
        tell(principal_rivera)
        raise LookupError

    with pytest.raises(LookupError):
        deed()
    assert not Notification.objects.exists()
    assert not Delivery.objects.exists()


def test_the_address_is_the_one_of_the_moment(tell, principal_rivera, email_to):
    tell(principal_rivera)
    principal_rivera.user.email = "elsewhere@mapleton.example"
    principal_rivera.user.save()
    assert email_to(principal_rivera).address == "rivera@mapleton.example"


def test_the_language_is_the_persons_own_or_the_houses(
    tell, principal_rivera, officer_chen, email_to
):
    principal_rivera.user.language = "es"
    principal_rivera.user.save()
    tell(principal_rivera, officer_chen)
    assert email_to(principal_rivera).language == "es"
    assert email_to(officer_chen).language == "en"


def test_who_has_left_is_not_told(tell, principal_rivera, officer_chen):
    principal_rivera.from_on = principal_rivera.until_on = timezone.localdate().replace(year=2020)
    principal_rivera.save()
    tell(principal_rivera, officer_chen)
    assert {row.membership_id for row in Delivery.objects.all()} == {officer_chen.pk}


def test_who_is_named_twice_is_told_once(tell, principal_rivera):
    tell(principal_rivera, principal_rivera)
    assert Delivery.objects.count() == 2


def test_nobody_to_tell_plans_nothing(tell):
    tell()
    assert Notification.objects.get().recipients == 0
    assert not Delivery.objects.exists()


@pytest.mark.parametrize("link", ["https://elsewhere.example/", "//elsewhere.example/", r"/\e.x"])
def test_a_notice_never_leads_out_of_the_portal(maple_high, principal_rivera, link):
    with pytest.raises(IntegrityError), transaction.atomic():
        actions.send(BULLETIN, to=[principal_rivera], about=maple_high, link=link)


def test_an_unknown_urgency_is_refused(tell, principal_rivera):
    with pytest.raises(ValueError, match="soon"):
        tell(principal_rivera, urgency="soon")


def test_many_people_cost_no_more_statements_than_one(
    tell, principal_rivera, officer_chen, teacher_brown, analyst_ito, count_queries
):
    with count_queries(4):
        tell(principal_rivera)
    with count_queries(4):
        tell(principal_rivera, officer_chen, teacher_brown, analyst_ito)


def test_the_commit_rings_with_the_partnerships_key_and_nothing_else(
    tell, principal_rivera, committed, mapleton
):
    rung = []

    def listen(body, routing_key, headers, **_):
        rung.append((routing_key, body[0], body[1], headers["task"]))

    before_task_publish.connect(listen)
    with committed():
        tell(principal_rivera, urgency="urgent")
    assert rung == [("urgent", (mapleton.pk,), {}, "outbox.tasks.carry")]


def test_a_stranger_is_written_to_by_email_alone(mapleton, maple_high):
    actions.send_to_address(
        BULLETIN, address="new@mapleton.example", about=maple_high, link="/accounts/{signed}/"
    )
    row = Delivery.objects.get()
    assert (row.membership, row.channel, row.address) == (None, "email", "new@mapleton.example")


def test_the_neighbors_see_nothing_of_it(tell, principal_rivera, oakridge):
    tell(principal_rivera)
    with within(oakridge):
        assert not Notification.objects.exists()
        assert not Delivery.objects.exists()


def test_a_notice_is_seen_once_and_keeps_its_time(tell, principal_rivera, notice_to):
    tell(principal_rivera)
    actions.see_notice(notice_to(principal_rivera))
    first = notice_to(principal_rivera).seen_at
    actions.see_notice(notice_to(principal_rivera))
    assert notice_to(principal_rivera).status == "seen"
    assert notice_to(principal_rivera).seen_at == first


def test_seeing_the_thing_itself_is_seeing_its_notices(
    tell, principal_rivera, officer_chen, maple_high, maple_middle, notice_to
):
    tell(principal_rivera, officer_chen)
    assert actions.see_notices_about(maple_middle, by=principal_rivera) == 0
    assert actions.see_notices_about(maple_high, by=principal_rivera) == 1
    assert notice_to(officer_chen).status == "submitted"
