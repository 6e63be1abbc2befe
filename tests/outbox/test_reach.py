"""Who can not be reached, and why, before it matters."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from outbox.actions import contacts, send_test
from outbox.models import ContactPoint, Delivery
from partnership.models import Role, User
from partnership.states import advance
from tests.conftest import member

REACH = "/mapleton/notices/reach/"
NOBODY, EMAIL, FINE = range(3)
NOW = dt.datetime.now(dt.UTC)


@pytest.fixture
def okafor(every_way, coordinator_okafor, sign_in):
    return sign_in(coordinator_okafor)


def reach_of(page, person):
    return next(one for one in page.context["people"] if one.member == person)


def give_phone(person, number="+14055550134"):
    phone = contacts.new_contact("phone", number, label="Mine", by=person)
    advance(phone, to="verified", verified_at=NOW)
    return phone


def test_who_has_only_an_email_is_told_from_who_is_fine(okafor, principal_rivera, teacher_brown):
    give_phone(principal_rivera)
    page = okafor.get(REACH)
    assert reach_of(page, principal_rivera).reach == FINE
    assert reach_of(page, teacher_brown).reach == EMAIL
    assert dict(page.context["groups"]) == {NOBODY: 0, EMAIL: 2, FINE: 1}


def test_nobody_reaches_who_has_no_phone_and_a_mailbox_that_refused(okafor, teacher_brown):
    send_test(teacher_brown, "email")
    Delivery.objects.update(status="failed", last_failure="smtp-550")
    person = reach_of(okafor.get(REACH), teacher_brown)
    assert (person.reach, person.why) == (NOBODY, "there is no such mailbox, or it takes no mail")
    send_test(teacher_brown, "email")
    Delivery.objects.filter(status="planned").update(status="delivered", submitted_at=NOW)
    assert reach_of(okafor.get(REACH), teacher_brown).reach == EMAIL


def test_a_phone_that_stopped_working_is_shown_with_the_reason(okafor, teacher_brown):
    phone = give_phone(teacher_brown)
    advance(phone, to="broken", failed_at=NOW, last_failure="opted-out")
    page = okafor.get(REACH)
    assert reach_of(page, teacher_brown).reach == EMAIL
    assert "the person answered STOP to our messages" in page.text
    assert "Mine" not in page.text


def test_a_phone_is_of_no_use_where_no_provider_is(okafor, settings, teacher_brown):
    give_phone(teacher_brown)
    settings.OUTBOX_PROVIDERS = {"email": ["memory:"]}
    assert reach_of(okafor.get(REACH), teacher_brown).reach == EMAIL


def test_a_removed_phone_is_not_mentioned(okafor, teacher_brown):
    phone = give_phone(teacher_brown)
    contacts.remove_contact(phone, by=teacher_brown)
    person = reach_of(okafor.get(REACH), teacher_brown)
    assert (person.reach, person.broken) == (EMAIL, [])


def test_who_never_signed_in_is_marked(okafor, teacher_brown, coordinator_okafor):
    User.objects.update(last_login=NOW)
    assert "Never signed in" not in okafor.get(REACH).text
    User.objects.filter(pk=teacher_brown.user_id).update(last_login=None)
    assert okafor.get(REACH).text.count("Never signed in") == 1


def test_who_has_left_is_not_listed(okafor, teacher_brown):
    type(teacher_brown).objects.filter(pk=teacher_brown.pk).update(until_on="2020-01-01")
    assert "Brown" not in okafor.get(REACH).text


def test_the_worst_come_first_and_a_group_can_be_picked(okafor, principal_rivera, teacher_brown):
    give_phone(principal_rivera)
    names = [one.member.user.name for one in okafor.get(REACH).context["people"]]
    assert names == ["Brown", "Okafor", "Rivera"]
    picked = okafor.get(REACH, {"group": FINE}).context["people"]
    assert [one.member for one in picked] == [principal_rivera]


@pytest.mark.parametrize("query", ["group=9", "group=x", "group=²", "page=99", "page=-1"])
def test_a_query_that_is_none_shows_everybody(okafor, query):
    assert len(okafor.get(f"{REACH}?{query}").context["people"]) == 1


def test_many_people_cost_no_more_statements_than_one(okafor, mapleton, count_queries):
    okafor.get(REACH)
    with CaptureQueriesContext(connection) as few:
        okafor.get(REACH)
    for number in range(30):
        give_phone(member(f"person{number}", mapleton, Role.DISPATCHER))
    with count_queries(len(few)):
        okafor.get(REACH)


def test_the_list_comes_in_pages(okafor, mapleton):
    for number in range(50):
        member(f"person{number}", mapleton, Role.DISPATCHER)
    assert len(okafor.get(REACH).context["people"]) == 50
    assert len(okafor.get(REACH, {"page": 2}).context["people"]) == 1


def test_only_those_who_can_mend_it_may_look(
    every_way, superintendent_park, principal_rivera, sign_in
):
    assert sign_in(superintendent_park).get(REACH).status_code == 200
    assert sign_in(principal_rivera).get(REACH).status_code == 403


def test_a_phone_nobody_confirmed_counts_for_nothing(okafor, teacher_brown):
    contacts.new_contact(ContactPoint.Kind.PHONE, "+14055550134", label="x", by=teacher_brown)
    person = reach_of(okafor.get(REACH), teacher_brown)
    assert (person.reach, person.waiting) == (EMAIL, 1)
