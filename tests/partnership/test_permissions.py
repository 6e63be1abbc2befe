"""Who gets in: the guard's own answers, at the edges that the table of doors does not show."""

import datetime as dt

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.utils import timezone

from partnership.models import Membership, Role
from partnership.permissions import MAY, NEEDS_SECOND_FACTOR, SENSITIVE, may, requires
from partnership.tenancy import within

BOARD, TIPS = "/mapleton/board/", "/mapleton/tips/"


def test_an_unknown_right_stops_the_program():
    with pytest.raises(KeyError):
        requires("tips.burn")
    with pytest.raises(KeyError):
        may(None, "tips.burn")


def test_nobody_may_anything_without_a_membership():
    assert not any(may(None, right) for right in MAY)


@pytest.mark.parametrize("right", SENSITIVE)
def test_whoever_sees_children_needs_a_second_factor(right):
    assert MAY[right] <= NEEDS_SECOND_FACTOR


def test_a_reader_without_a_second_factor_is_sent_to_set_one_up(principal_rivera):
    client = Client()
    client.force_login(principal_rivera.user)
    answer = client.get(TIPS)
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/accounts/keys/"


def test_the_second_factor_is_asked_for_on_every_door_of_that_role(principal_rivera):
    client = Client()
    client.force_login(principal_rivera.user)
    assert client.get(BOARD).status_code == 302


def test_a_teacher_needs_no_second_factor(teacher_brown):
    client = Client()
    client.force_login(teacher_brown.user)
    assert client.get(BOARD).status_code == 200


def test_a_lost_second_factor_closes_the_door_again(sign_in, principal_rivera):
    client = sign_in(principal_rivera)
    assert client.get(BOARD).status_code == 200
    Authenticator.objects.filter(user=principal_rivera.user).delete()
    assert client.get(BOARD).status_code == 302


def test_the_demo_sign_in_opens_nothing_where_there_is_no_demo(principal_rivera):
    client = Client()
    client.force_login(principal_rivera.user)
    session = client.session
    session["is_demo"] = True
    session.save()
    assert client.get(TIPS).status_code == 302


@pytest.mark.parametrize(
    ("from_days", "until_days", "status"),
    [(-9, None, 200), (-9, 0, 200), (-9, -1, 404), (1, None, 404), (0, 0, 200)],
    ids=["open end", "last day", "ended", "not begun", "one day"],
)
def test_access_runs_from_the_first_day_to_the_last(
    sign_in, teacher_brown, from_days, until_days, status
):
    today = timezone.now().date()
    teacher_brown.from_on = today + dt.timedelta(days=from_days)
    if until_days is not None:
        teacher_brown.until_on = today + dt.timedelta(days=until_days)
    teacher_brown.save()
    assert sign_in(teacher_brown).get(BOARD).status_code == status


def test_an_account_that_was_ended_opens_nothing(sign_in, teacher_brown):
    client = sign_in(teacher_brown)
    teacher_brown.user.is_active = False
    teacher_brown.user.save()
    assert client.get(BOARD).status_code == 302


def test_a_changed_role_counts_from_the_next_page_on(sign_in, principal_rivera):
    client = sign_in(principal_rivera)
    assert client.get(TIPS).status_code == 200
    Membership.objects.filter(pk=principal_rivera.pk).update(role=Role.TEACHER)
    assert client.get(TIPS).status_code == 403


def test_the_same_person_is_one_thing_here_and_another_there(sign_in, principal_rivera, oakridge):
    with within(oakridge):
        Membership.objects.create(
            partnership=oakridge,
            user=principal_rivera.user,
            role=Role.TEACHER,
            basis=Membership.Basis.EMPLOYEE,
        )
    client = sign_in(principal_rivera)
    assert client.get("/mapleton/tips/").status_code == 200
    assert client.get("/oakridge/tips/").status_code == 403


def test_a_refusal_is_a_calm_page(sign_in, teacher_brown):
    answer = sign_in(teacher_brown).get(TIPS)
    assert answer.status_code == 403
    assert "Traceback" not in answer.text
    assert "<h1" in answer.text


def test_a_form_without_its_token_is_refused(sign_in, coordinator_okafor):
    client = Client(enforce_csrf_checks=True)
    client.cookies = sign_in(coordinator_okafor).cookies
    answer = client.post("/mapleton/members/invite/", {"email": "new@example.org"})
    assert answer.status_code == 403
