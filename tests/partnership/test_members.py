"""People and roles: who sees whom, and what the coordinator may do with them."""

import datetime as dt

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from partnership import actions
from partnership.accounts import passphrase
from partnership.models import AuditEntry, Invitation, Membership, Role, User
from partnership.states import WrongStatus
from partnership.tenancy import within
from tests.conftest import member
from tests.partnership.signing_in import a_browser, try_passphrase, with_passphrase

MEMBERS = "/mapleton/members/"
EMPLOYEE = Membership.Basis.EMPLOYEE
TEACHER = actions.Place(Role.TEACHER, EMPLOYEE)


def names(response):
    return [member.user.name for member in response.context["members"]]


def page_of(someone, deed=""):
    return f"{MEMBERS}{someone.pk}/{deed}"


def actions_told():
    return list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))


@pytest.fixture
def people(coordinator_okafor, principal_rivera, officer_chen, teacher_brown):
    """The coordinator and three people of Maple High."""


@pytest.fixture
def okafor(people, coordinator_okafor, sign_in):
    return sign_in(coordinator_okafor)


def test_the_coordinator_sees_everybody(okafor, sergeant_ortiz):
    assert names(okafor.get(MEMBERS)) == ["Brown", "Chen", "Okafor", "Ortiz", "Rivera"]


def test_a_principal_sees_only_people_of_the_own_school(
    people, principal_rivera, sign_in, mapleton, maple_middle
):
    elsewhere = member("gray", mapleton, Role.TEACHER, schools=[maple_middle])
    client = sign_in(principal_rivera)
    assert names(client.get(MEMBERS)) == ["Brown", "Chen", "Rivera"]
    assert client.get(page_of(elsewhere)).status_code == 404
    assert client.get(MEMBERS).context["invitations"] == []


def test_people_of_two_schools_are_listed_once(
    okafor, principal_rivera, teacher_brown, maple_high, maple_middle, sign_in
):
    for someone in (principal_rivera, teacher_brown):
        actions.members.serve_schools(someone, [maple_high, maple_middle])
    assert names(sign_in(principal_rivera).get(MEMBERS)) == ["Brown", "Chen", "Rivera"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=riv", ["Rivera"]),
        ("q=BROWN@maple", ["Brown"]),
        ("q=%25", []),
        ("q=nobody", []),
        ("kind=outside", ["Chen"]),
        ("kind=no-second-factor", ["Brown", "Chen", "Rivera"]),
        ("kind=ending", []),
        ("kind=outside&q=riv", []),
        ("kind=nonsense", ["Brown", "Chen", "Okafor", "Rivera"]),
        ("q=" + "x" * 3000, ["Brown", "Chen", "Okafor", "Rivera"]),
        ("page=99", ["Brown", "Chen", "Okafor", "Rivera"]),
    ],
)
def test_the_list_can_be_narrowed(query, found, okafor):
    assert names(okafor.get(f"{MEMBERS}?{query}")) == found


def test_access_that_ends_soon_is_found(okafor, teacher_brown):
    soon = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=10)
    Membership.objects.filter(pk=teacher_brown.pk).update(until_on=soon)
    assert names(okafor.get(f"{MEMBERS}?kind=ending")) == ["Brown"]


def test_the_list_asks_the_database_as_often_for_many(
    okafor, mapleton, maple_high, maple_middle, mapleton_police, count_queries
):
    okafor.get(MEMBERS)
    with CaptureQueriesContext(connection) as few:
        okafor.get(MEMBERS)
    for number in range(20):
        schools, agency = [maple_high, maple_middle], mapleton_police
        member(f"person{number}", mapleton, Role.SRO, schools=schools, agency=agency)
    with count_queries(len(few)):
        okafor.get(MEMBERS)


def test_neighbors_find_nothing(okafor, oakridge_principal, sign_in, coordinator_okafor):
    client = sign_in(oakridge_principal)
    assert client.get(MEMBERS).status_code == 404
    assert client.get(page_of(coordinator_okafor)).status_code == 404
    assert okafor.get(f"{MEMBERS}{oakridge_principal.pk}/").status_code == 404


@pytest.mark.parametrize("deed", ["change/", "end/", "release/", "way-back/"])
def test_only_the_coordinator_does_deeds(deed, people, principal_rivera, teacher_brown, sign_in):
    client = sign_in(principal_rivera)
    assert client.post(page_of(teacher_brown, deed)).status_code == 403
    assert client.get(page_of(teacher_brown)).context["form"] is None


def test_a_member_gets_another_role(okafor, teacher_brown):
    typed = {"role": "analyst", "basis": "employee", "until_on": ""}
    okafor.post(page_of(teacher_brown, "change/"), typed)
    teacher_brown.refresh_from_db()
    assert teacher_brown.role == Role.ANALYST
    assert not teacher_brown.schools.exists()
    entry = AuditEntry.objects.get(action="membership.changed")
    assert entry.facts == {"was": "teacher", "role": "analyst"}


def test_a_member_moves_to_another_school(okafor, teacher_brown, maple_middle):
    typed = {"role": "counselor", "basis": "employee", "schools": [maple_middle.pk]}
    okafor.post(page_of(teacher_brown, "change/"), typed)
    assert [place.school for place in teacher_brown.schools.all()] == [maple_middle]


@pytest.mark.parametrize(
    "typed",
    [
        {},
        {"role": "king", "basis": "employee"},
        {"role": "principal", "basis": "employee"},
        {"role": "principal", "basis": "employee", "schools": ["x", "0"]},
        {"role": "sergeant", "basis": "law_enforcement_unit"},
        {"role": "analyst", "basis": "employee", "until_on": "2020-01-01"},
        {"role": "analyst", "basis": "employee", "until_on": "tomorrow\x00"},
    ],
)
def test_what_does_not_fit_together_is_said_beside_the_field(typed, okafor, teacher_brown):
    answer = okafor.post(page_of(teacher_brown, "change/"), typed)
    assert answer.status_code == 422
    assert answer.context["form"].errors
    assert Membership.objects.get(pk=teacher_brown.pk).role == Role.TEACHER


def test_a_school_of_the_neighbors_can_not_be_chosen(okafor, teacher_brown, oakridge_high):
    typed = {"role": "teacher", "basis": "employee", "schools": [oakridge_high.pk]}
    assert okafor.post(page_of(teacher_brown, "change/"), typed).status_code == 422


def test_nobody_changes_or_ends_the_own_access(okafor, coordinator_okafor, mapleton):
    member("second", mapleton, Role.COORDINATOR)
    typed = {"role": "analyst", "basis": "employee"}
    okafor.post(page_of(coordinator_okafor, "change/"), typed)
    okafor.post(page_of(coordinator_okafor, "end/"))
    coordinator_okafor.refresh_from_db()
    assert (coordinator_okafor.role, coordinator_okafor.is_current) == (Role.COORDINATOR, True)
    assert actions_told() == []


def test_the_last_coordinator_stays(coordinator_okafor, principal_rivera):
    with pytest.raises(actions.Refused):
        actions.end_access(coordinator_okafor, by=principal_rivera.user)
    with pytest.raises(actions.Refused):
        actions.change_member(coordinator_okafor, TEACHER, by=principal_rivera.user)


def test_a_second_coordinator_can_go(coordinator_okafor, mapleton):
    second = member("second", mapleton, Role.COORDINATOR)
    actions.end_access(second, by=coordinator_okafor.user)
    assert not Membership.objects.current().filter(pk=second.pk).exists()


def test_ended_access_ends_now(okafor, teacher_brown, sign_in):
    client = sign_in(teacher_brown)
    assert client.get("/mapleton/board/").status_code == 200
    okafor.post(page_of(teacher_brown, "end/"))
    assert client.get("/mapleton/board/").url.startswith("/accounts/login/")
    assert "membership.ended" in actions_told()
    assert "Brown" not in names(okafor.get(MEMBERS))


def test_who_still_belongs_elsewhere_stays_signed_in_there(
    okafor, teacher_brown, oakridge, sign_in
):
    with within(oakridge):
        Membership.objects.create(
            partnership=oakridge, user=teacher_brown.user, role=Role.TEACHER, basis=EMPLOYEE
        )
    client = sign_in(teacher_brown)
    okafor.post(page_of(teacher_brown, "end/"))
    assert client.get("/mapleton/board/").status_code == 404
    assert client.get("/oakridge/board/").status_code == 200


def test_access_ends_with_its_last_day(teacher_brown, sign_in):
    last = dt.datetime(2026, 3, 2, 23, 50, tzinfo=dt.UTC)
    with time_machine.travel(last, tick=False) as clock:
        Membership.objects.filter(pk=teacher_brown.pk).update(
            from_on=dt.date(2026, 1, 1), until_on=last.date()
        )
        client = sign_in(teacher_brown)
        assert client.get("/mapleton/board/").status_code == 200
        clock.shift(dt.timedelta(minutes=15))
        assert client.get("/mapleton/board/").status_code == 404


def test_ending_twice_is_told_calmly(okafor, teacher_brown):
    okafor.post(page_of(teacher_brown, "end/"))
    assert okafor.post(page_of(teacher_brown, "end/")).status_code == 409


def test_a_lock_is_shown_and_released(okafor, teacher_brown, coordinator_okafor):
    user = with_passphrase(teacher_brown)
    for _ in range(5):
        passphrase.opens(user.email, was_right=False)
    assert b"The passphrase is locked" in okafor.get(page_of(teacher_brown)).content
    okafor.post(page_of(teacher_brown, "release/"))
    assert try_passphrase(a_browser(), user).status_code == 302
    entry = AuditEntry.objects.get(action="passphrase.released")
    assert entry.actor == coordinator_okafor.user


def test_a_release_names_its_coordinator_only_at_home(coordinator_okafor, teacher_brown, oakridge):
    with within(oakridge):
        Membership.objects.create(
            partnership=oakridge, user=teacher_brown.user, role=Role.TEACHER, basis=EMPLOYEE
        )
    for _ in range(5):
        passphrase.opens(teacher_brown.user.email, was_right=False)
    actions.release_lock(teacher_brown, by=coordinator_okafor.user)
    with within(oakridge):
        assert AuditEntry.objects.get(action="passphrase.released").actor is None


def test_releasing_what_is_not_locked_is_told_calmly(okafor, teacher_brown):
    assert okafor.post(page_of(teacher_brown, "release/")).status_code == 409


def test_a_person_who_is_here_is_not_invited_again(okafor, teacher_brown, maple_high):
    typed = {
        "email": teacher_brown.user.email.upper(),
        "role": "coordinator",
        "basis": "employee",
    }
    assert okafor.post(f"{MEMBERS}invite/", typed).status_code == 422
    assert not Invitation.objects.exists()


def test_withdrawing_twice_is_told_calmly(okafor, coordinator_okafor):
    offer = actions.invite_person("new@example.org", TEACHER, by=coordinator_okafor.user)
    door = f"{MEMBERS}invitations/{offer.pk}/withdraw/"
    assert [okafor.post(door).status_code for _ in range(2)] == [302, 409]
    with pytest.raises(WrongStatus):
        actions.join_partnership(offer, name="New", words="a very long passphrase")
    assert not User.objects.filter(email="new@example.org").exists()
