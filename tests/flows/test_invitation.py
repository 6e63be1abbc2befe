"""Somebody is invited, joins, and months later finds the way back in."""

import datetime as dt
import re
import threading

import pytest
import time_machine
from django.core import mail, signing
from django.db import connection

from outbox import sending
from partnership import actions
from partnership.accounts import passphrase
from partnership.models import AuditEntry, Invitation, Membership, Role, User
from partnership.states import WrongStatus
from partnership.tenancy import within
from tests.conftest import district, member
from tests.partnership.signing_in import PASSPHRASE, a_browser, try_passphrase, with_passphrase

NEW = "four words nobody says"
PRINCIPAL = {"email": "New.Person@example.org", "role": "principal", "basis": "employee"}
JOINING = {"name": "Robin New", "passphrase": NEW, "again": NEW}
TEACHER = actions.Place(Role.TEACHER, Membership.Basis.EMPLOYEE)


def link_in(letter):
    (link,) = re.findall(r"testserver(/\S+)", letter.body)
    return link


def link_to(offer, kind="invitation", slug="mapleton"):
    door = {"invitation": "join", "way_back": "way-back"}[kind]
    token = signing.dumps(str(offer.pk), salt=f"partnership.{kind}")
    return f"/{slug}/members/{door}/{token}/"


@pytest.fixture
def okafor(coordinator_okafor, sign_in):
    return sign_in(coordinator_okafor)


@pytest.fixture
def offer(coordinator_okafor):
    return actions.invite_person("new@example.org", TEACHER, by=coordinator_okafor.user)


def test_an_invited_principal_joins(okafor, maple_high, mapleton):
    okafor.post("/mapleton/members/invite/", {**PRINCIPAL, "schools": [maple_high.pk]})
    sending.carry(mapleton)
    guest, (letter,) = a_browser(), mail.outbox
    assert letter.to == ["new.person@example.org"]
    assert b"Principal" in guest.get(link_in(letter)).content
    assert guest.post(link_in(letter), JOINING).url == "/accounts/keys/"
    assert guest.get("/mapleton/board/").url == "/accounts/keys/"
    assert guest.get("/accounts/keys/app/").status_code == 200
    joined = Membership.objects.get(user__email="new.person@example.org")
    assert [place.school for place in joined.schools.all()] == [maple_high]


def test_the_audit_knows_the_whole_story(okafor, offer, coordinator_okafor):
    a_browser().post(link_to(offer), JOINING)
    told = AuditEntry.objects.order_by("pk").values_list("action", "actor__email")
    assert list(told) == [
        ("membership.invited", coordinator_okafor.user.email),
        ("membership.accepted", "new@example.org"),
    ]


def test_a_teacher_goes_straight_to_the_board(offer):
    guest = a_browser()
    assert guest.post(link_to(offer), JOINING).url == "/mapleton/board/"
    assert guest.get("/mapleton/board/").status_code == 200


def test_a_link_works_one_time(offer):
    a_browser().post(link_to(offer), JOINING)
    for again in (a_browser().get(link_to(offer)), a_browser().post(link_to(offer), JOINING)):
        assert again.status_code == 410


@pytest.mark.parametrize(
    "wrong",
    [
        {"passphrase": "short", "again": "short"},
        {"passphrase": "password1234", "again": "password1234"},
        {"again": "something else, long"},
        {"passphrase": "Robin New 1", "again": "Robin New 1"},
        {"name": ""},
        {"name": "x" * 101},
        {"name": "a\x00b"},
        {"passphrase": "y" * 201, "again": "y" * 201},
    ],
)
def test_what_is_wrong_is_said_and_the_link_stays_good(wrong, offer):
    answer = a_browser().post(link_to(offer), {**JOINING, **wrong})
    assert answer.status_code == 422
    assert answer.context["form"].errors
    assert a_browser().post(link_to(offer), JOINING).status_code == 302


def test_seven_days_are_the_end_of_it(offer):
    now = dt.datetime.now(dt.UTC)
    with time_machine.travel(now + dt.timedelta(days=6, hours=23)):
        assert a_browser().get(link_to(offer)).status_code == 200
    with time_machine.travel(now + dt.timedelta(days=7, minutes=1)):
        assert a_browser().post(link_to(offer), JOINING).status_code == 410


def test_a_withdrawn_offer_is_gone(okafor, offer):
    okafor.post(f"/mapleton/members/invitations/{offer.pk}/withdraw/")
    assert a_browser().get(link_to(offer)).status_code == 410


def test_a_second_offer_replaces_the_first(offer, coordinator_okafor):
    second = actions.invite_person("new@example.org", TEACHER, by=coordinator_okafor.user)
    assert a_browser().get(link_to(offer)).status_code == 410
    assert a_browser().get(link_to(second)).status_code == 200


def test_forged_and_foreign_links_are_gone(offer, oakridge):
    forged = link_to(offer)[:-3] + "xx/"
    wrong_kind = signing.dumps(str(offer.pk), salt="partnership.way_back")
    links = [
        forged,
        link_to(offer, slug="oakridge"),
        f"/mapleton/members/join/{wrong_kind}/",
        f"/mapleton/members/way-back/{wrong_kind}/",
        "/mapleton/members/join/x/",
    ]
    assert {a_browser().get(link).status_code for link in links} == {410}


def test_somebody_with_an_account_signs_in_and_presses_once(oakridge_principal, coordinator_okafor):
    email = with_passphrase(oakridge_principal).email
    offer, guest = actions.invite_person(email, TEACHER, by=coordinator_okafor.user), a_browser()
    assert b"/accounts/login/?next=%2Fmapleton" in guest.get(link_to(offer)).content
    guest.post(link_to(offer), JOINING)
    assert User.objects.get(email=email).check_password(PASSPHRASE)
    try_passphrase(guest, email)
    assert guest.get(link_to(offer)).context["is_known"]
    assert guest.post(link_to(offer)).url == "/mapleton/board/"


def test_another_account_can_not_take_an_offer(oakridge_principal, teacher_brown, sign_in, offer):
    a_browser().post(link_to(offer), JOINING)
    coordinator = offer.invited_by
    again = actions.invite_person(oakridge_principal.user.email, TEACHER, by=coordinator)
    thief = sign_in(teacher_brown)
    assert thief.post(link_to(again)).context["is_other"]
    assert Invitation.objects.get(pk=again.pk).is_open
    with pytest.raises(WrongStatus):
        actions.accept_invitation(again, by=teacher_brown.user)


def test_who_left_comes_back_into_the_old_place(teacher_brown, coordinator_okafor, sign_in):
    actions.end_access(teacher_brown, by=coordinator_okafor.user)
    email = teacher_brown.user.email
    offer = actions.invite_person(email, TEACHER, by=coordinator_okafor.user)
    teacher_brown.user.refresh_from_db()
    sign_in(teacher_brown).post(link_to(offer))
    assert Membership.objects.current().get(user=teacher_brown.user).pk == teacher_brown.pk


@pytest.fixture
def way_back(teacher_brown, coordinator_okafor):
    with_passphrase(teacher_brown)
    return actions.send_way_back(teacher_brown, by=coordinator_okafor.user)


def test_the_way_back_sets_a_passphrase_and_releases_the_lock(
    okafor, teacher_brown, mapleton, sign_in
):
    user, inside = with_passphrase(teacher_brown), sign_in(teacher_brown)
    for _ in range(5):
        passphrase.opens(user.email, was_right=False)
    okafor.post(f"/mapleton/members/{teacher_brown.pk}/way-back/")
    sending.carry(mapleton)
    guest, link = a_browser(), link_in(mail.outbox[0])
    answer = guest.post(link, {"passphrase": NEW, "again": NEW})
    assert answer.url == "/accounts/login/"
    assert inside.get("/mapleton/board/").url.startswith("/accounts/login/")
    assert try_passphrase(guest, user, NEW).url == "/accounts/keys/authenticate/"


def test_the_way_back_is_short_and_single(way_back):
    link, typed = link_to(way_back, "way_back"), {"passphrase": NEW, "again": NEW}
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(minutes=16)):
        assert a_browser().post(link, typed).status_code == 410
    assert a_browser().post(link, {**typed, "again": "x"}).status_code == 422
    assert a_browser().post(link, typed).status_code == 302
    assert a_browser().post(link, typed).status_code == 410


def test_the_way_back_is_shut_for_who_has_left(way_back, teacher_brown, coordinator_okafor):
    actions.end_access(teacher_brown, by=coordinator_okafor.user)
    assert a_browser().get(link_to(way_back, "way_back")).status_code == 410


def press_at_once(link, names):
    """Several people open the same link and press in the same moment; what each is answered."""
    answers, start = [], threading.Barrier(len(names))

    def press(name):
        start.wait()
        answers.append(a_browser().post(link, {**JOINING, "name": name}).status_code)
        connection.close()

    threads = [threading.Thread(target=press, args=[name]) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(answers)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_press_at_once_one_gets_in():
    partnership = district("Mapleton")
    with within(partnership):
        okafor = member("okafor", partnership, Role.COORDINATOR)
        offer = actions.invite_person("new@example.org", TEACHER, by=okafor.user)
    assert press_at_once(link_to(offer), ["First", "Second"]) == [302, 410]
    assert User.objects.filter(email="new@example.org").count() == 1
