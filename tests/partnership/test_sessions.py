"""A person's sessions, and where they lead."""

import threading

import pytest
from django.db import connection

from partnership.accounts import passphrase
from partnership.models import Membership, PassphraseLock, SignInFailure
from partnership.tenancy import within
from tests.partnership.signing_in import PASSPHRASE, a_browser, try_passphrase, with_passphrase

SESSIONS = "/accounts/sessions/"
NEW = "another very long secret"


def signed_in(member):
    client = a_browser()
    try_passphrase(client, with_passphrase(member))
    return client


def is_inside(client):
    return client.get(SESSIONS).status_code == 200


@pytest.fixture
def two(teacher_brown):
    user = with_passphrase(teacher_brown)
    clients = a_browser(), a_browser()
    for client in clients:
        try_passphrase(client, user)
    return clients


def test_the_list_shows_every_session_and_which_is_this(two):
    sessions = two[0].get(SESSIONS).context["sessions"]
    assert len(sessions) == 2


def test_one_session_can_be_ended(two):
    other = next(one for one in two[0].get(SESSIONS).context["sessions"] if not this(one, two[0]))
    two[0].post(SESSIONS, {"session": other.pk})
    assert [is_inside(client) for client in two] == [True, False]


def this(session, client):
    return session.session_key == client.session.session_key


def test_all_others_can_be_ended(two):
    two[0].post(SESSIONS)
    assert [is_inside(client) for client in two] == [True, False]


def test_ending_this_one_signs_out(two):
    own = next(one for one in two[0].get(SESSIONS).context["sessions"] if this(one, two[0]))
    assert two[0].post(SESSIONS, {"session": own.pk}).url == "/accounts/login/"
    assert [is_inside(client) for client in two] == [False, True]


@pytest.mark.parametrize("named", ["", "0", "x", "9" * 40, "-1"])
def test_nobody_ends_another_persons_session(named, two, counselor_reyes):
    stranger = signed_in(counselor_reyes)
    mine = two[0].get(SESSIONS).context["sessions"][0].pk
    for session in (named, mine):
        stranger.post(SESSIONS, {"session": session})
    assert all(is_inside(client) for client in two)


def test_a_new_passphrase_ends_all_other_sessions(two):
    typed = {"oldpassword": PASSPHRASE, "password1": NEW, "password2": NEW}
    two[0].post("/accounts/passphrase/", typed)
    assert [is_inside(client) for client in two] == [True, False]
    assert len(two[0].get(SESSIONS).context["sessions"]) == 1


def test_guessing_the_old_passphrase_locks_it(two, teacher_brown):
    for _ in range(5):
        typed = {"oldpassword": "wrong", "password1": NEW, "password2": NEW}
        assert two[0].post("/accounts/passphrase/", typed).status_code == 422
    assert passphrase.is_locked(teacher_brown.user)


def test_signing_out_ends_the_session(two):
    two[0].post("/accounts/logout/")
    assert [is_inside(client) for client in two] == [False, True]


def test_who_belongs_to_several_chooses(teacher_brown, oakridge):
    with within(oakridge):
        Membership.objects.create(
            partnership=oakridge, user=teacher_brown.user, role="teacher", basis="employee"
        )
    page = signed_in(teacher_brown).get("/accounts/partnerships/")
    names = [place.partnership.name for place in page.context["memberships"]]
    assert names == ["Mapleton", "Oakridge"]


def test_who_belongs_nowhere_is_told_calmly(stranger, sign_in):
    page = sign_in(stranger).get("/accounts/partnerships/")
    assert page.status_code == 200
    assert page.context["memberships"] == []


@pytest.mark.django_db(transaction=True)
def test_a_failure_is_kept_although_the_sign_in_failed():
    try_passphrase(a_browser(), "nobody@example.org", "wrong")
    connection.rollback()
    assert SignInFailure.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_guesses_at_the_same_moment_are_counted_one_by_one():
    start = threading.Barrier(5)

    def guess():
        start.wait()
        passphrase.opens("brown@example.org", was_right=False)
        connection.close()

    threads = [threading.Thread(target=guess) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert PassphraseLock.objects.count() == 1
