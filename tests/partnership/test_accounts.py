"""Signing in: the passphrase and its lock, and that a stranger learns nothing from either."""

import datetime as dt

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from partnership import actions
from partnership.accounts import passphrase
from partnership.models import AuditEntry, PassphraseLock, SignInFailure, User
from tests.partnership.signing_in import (
    PASSPHRASE,
    a_browser,
    code_for,
    try_passphrase,
    with_passphrase,
)

LOGIN = "/accounts/login/"


def words_of(response):
    return [str(error) for error in response.context["form"].non_field_errors()]


def test_the_right_passphrase_lets_in(teacher_brown):
    client = a_browser()
    response = try_passphrase(client, with_passphrase(teacher_brown))
    assert response.url == reverse("choose_partnership")
    assert client.get(response.url).url == "/mapleton/board/"


def test_signing_in_changes_the_session_key(teacher_brown):
    client = a_browser()
    client.session.save()
    client.cookies["sessionid"] = planted = client.session.session_key
    try_passphrase(client, with_passphrase(teacher_brown))
    assert client.cookies["sessionid"].value != planted


def test_the_second_factor_is_asked_for(principal_rivera):
    client = a_browser()
    response = try_passphrase(client, with_passphrase(principal_rivera, second_factor=True))
    assert response.url == reverse("mfa_authenticate")
    assert client.get("/mapleton/board/").url.startswith(LOGIN)
    response = client.post(response.url, {"code": code_for()})
    assert client.get(response.url).url == "/mapleton/board/"


def test_a_code_works_one_time(principal_rivera):
    user, code = with_passphrase(principal_rivera, second_factor=True), code_for()
    for client, status in ((a_browser(), 302), (a_browser(), 422)):
        try_passphrase(client, user)
        assert client.post(reverse("mfa_authenticate"), {"code": code}).status_code == status


def test_codes_can_not_be_guessed_without_end(principal_rivera):
    user, client = with_passphrase(principal_rivera, second_factor=True), a_browser()
    try_passphrase(client, user)
    for _ in range(5):
        client.post(reverse("mfa_authenticate"), {"code": "abcdef"})
    response = client.post(reverse("mfa_authenticate"), {"code": code_for()})
    assert response.status_code == 422


def test_wrong_unknown_locked_and_closed_sound_the_same(teacher_brown, counselor_reyes):
    locked, closed = with_passphrase(teacher_brown), with_passphrase(counselor_reyes)
    User.objects.filter(pk=closed.pk).update(is_active=False)
    PassphraseLock.objects.create(login=passphrase.login_hash(locked.email))
    tries = [
        (locked.email, PASSPHRASE),
        (locked.email, "wrong"),
        (closed.email, PASSPHRASE),
        ("nobody@example.org", "wrong"),
    ]
    answers = [try_passphrase(a_browser(), email, typed) for email, typed in tries]
    assert {answer.status_code for answer in answers} == {422}
    assert len({tuple(words_of(answer)) for answer in answers}) == 1


def test_wrong_unknown_and_locked_cost_the_same(teacher_brown):
    user, locked = with_passphrase(teacher_brown), "locked@example.org"
    PassphraseLock.objects.create(login=passphrase.login_hash(locked))
    costs = set()
    for email in (user.email, locked, "nobody@example.org"):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert not passphrase.opens(email, was_right=False)
        costs.add(tuple(query["sql"].split()[0] for query in queries))
    with CaptureQueriesContext(connection) as queries:
        assert not passphrase.opens(locked, was_right=True)
    costs.add(tuple(query["sql"].split()[0] for query in queries))
    assert len(costs) == 1


@pytest.mark.django_db
def test_an_unknown_address_is_hashed_like_a_known_one(monkeypatch):
    hashed = []
    monkeypatch.setattr(User, "set_password", lambda self, raw: hashed.append(raw))
    try_passphrase(a_browser(), "nobody@example.org", "a long guess")
    assert hashed == ["a long guess"]


def test_five_wrong_ones_lock_even_the_right_one(teacher_brown):
    user, client = with_passphrase(teacher_brown), a_browser()
    for _ in range(5):
        try_passphrase(client, user.email.upper(), "wrong")
    assert try_passphrase(client, user).status_code == 422
    assert passphrase.is_locked(user)


def test_four_wrong_ones_do_not(teacher_brown):
    user, client = with_passphrase(teacher_brown), a_browser()
    for _ in range(4):
        try_passphrase(client, user, "wrong")
    assert try_passphrase(client, user).status_code == 302


def test_failures_older_than_a_quarter_of_an_hour_do_not_count(teacher_brown):
    user, client = with_passphrase(teacher_brown), a_browser()
    with time_machine.travel(dt.datetime(2026, 3, 2, 8, 0, tzinfo=dt.UTC), tick=False) as now:
        for _ in range(8):
            try_passphrase(client, user, "wrong")
            now.shift(dt.timedelta(minutes=4))
    assert not passphrase.is_locked(user)


def test_the_lock_outlasts_the_quarter_of_an_hour(teacher_brown):
    user = with_passphrase(teacher_brown)
    for _ in range(5):
        passphrase.opens(user.email, was_right=False)
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(days=3)):
        assert try_passphrase(a_browser(), user).status_code == 422


def test_the_lock_ends_no_open_session(principal_rivera, sign_in):
    client = sign_in(principal_rivera)
    for _ in range(5):
        try_passphrase(a_browser(), principal_rivera.user, "wrong")
    assert client.get("/mapleton/schools/").status_code == 200


def test_the_tables_hold_no_address(teacher_brown):
    try_passphrase(a_browser(), with_passphrase(teacher_brown), "wrong")
    failure = SignInFailure.objects.get()
    assert len(bytes(failure.login)) == 32
    assert b"brown" not in bytes(failure.login)


def test_the_audit_learns_of_a_lock_later_and_once(teacher_brown):
    for email in (teacher_brown.user.email, "nobody@example.org"):
        for _ in range(5):
            passphrase.opens(email, was_right=False)
    assert not AuditEntry.objects.exists()
    passphrase.note_locks()
    passphrase.note_locks()
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.actor) == ("passphrase.locked", None)
    assert entry.subject.endswith(str(teacher_brown.pk))


def test_old_failures_are_forgotten(teacher_brown):
    passphrase.opens("a@example.org", was_right=False)
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(minutes=16)):
        passphrase.opens("b@example.org", was_right=False)
        passphrase.forget_failures()
    assert SignInFailure.objects.count() == 1


def test_a_released_lock_starts_from_nothing(teacher_brown, coordinator_okafor):
    user = with_passphrase(teacher_brown)
    for _ in range(5):
        passphrase.opens(user.email, was_right=False)
    actions.release_lock(teacher_brown, by=coordinator_okafor.user)
    try_passphrase(a_browser(), user, "wrong")
    assert try_passphrase(a_browser(), user).status_code == 302


@pytest.mark.parametrize(
    "onward", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_nobody_is_led_off_this_site(onward, teacher_brown):
    response = try_passphrase(a_browser(), with_passphrase(teacher_brown), next=onward)
    assert response.url == reverse("choose_partnership")


def test_who_came_for_a_page_gets_there(teacher_brown):
    client = a_browser()
    asked = client.get("/mapleton/schools/").url
    assert asked == "/accounts/login/?next=/mapleton/schools/"
    response = try_passphrase(client, with_passphrase(teacher_brown), next="/mapleton/schools/")
    assert response.url == "/mapleton/schools/"


@pytest.mark.django_db
@pytest.mark.parametrize("door", ["signup", "password/reset", "email", "confirm-email", "social"])
def test_there_is_no_other_door(door):
    assert a_browser().get(f"/accounts/{door}/").status_code == 404


def test_the_passphrase_is_kept_in_no_form_that_comes_back(teacher_brown):
    response = try_passphrase(a_browser(), with_passphrase(teacher_brown), "a wrong passphrase")
    assert b"a wrong passphrase" not in response.content
    assert teacher_brown.user.email.encode() in response.content
