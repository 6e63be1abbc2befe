"""A screen left alone shows nothing, loses nothing, and opens again for its person only."""

import datetime as dt

import pytest
import time_machine

from partnership.accounts.awake import SIGNED_IN_AT
from tests.partnership.signing_in import PASSPHRASE, code_for, with_passphrase

BOARD = "/mapleton/schools/"
LOCKED = "/accounts/locked/?next=%2Fmapleton%2Fschools%2F"
NOW = dt.datetime(2026, 3, 2, 8, 0, tzinfo=dt.UTC)
HTMX = {"hx-request": "true", "hx-current-url": f"http://testserver{BOARD}?q=1"}


@pytest.fixture
def clock():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def screen(clock, teacher_brown, sign_in):
    """A browser that has just been used, with a passphrase and a code app behind it."""
    with_passphrase(teacher_brown)
    client = sign_in(teacher_brown)
    assert client.get(BOARD).status_code == 200
    return client


def minutes(number):
    return dt.timedelta(minutes=number)


def test_half_an_hour_alone_covers_it(screen, clock):
    clock.shift(minutes(31))
    assert screen.get(f"{BOARD}?q=1").url == f"{LOCKED}%3Fq%3D1"
    page = screen.get("/accounts/locked/")
    assert page.status_code == 200
    assert b"Maple" not in page.content


def test_work_keeps_it_open(screen, clock):
    for _ in range(5):
        clock.shift(minutes(20))
        assert screen.get(BOARD).status_code == 200


def test_a_page_that_asks_by_itself_keeps_nothing_open(screen, clock):
    for _ in range(2):
        clock.shift(minutes(20))
        answer = screen.get(BOARD, headers={"x-background": "1"})
    assert answer.url.startswith("/accounts/locked/")


def test_asking_whether_it_is_open_keeps_nothing_open(screen, clock):
    for is_open in (True, False):
        clock.shift(minutes(20))
        assert screen.get("/accounts/awake/").json() == {"open": is_open}


def test_nobody_signed_in_is_not_open(client, db):
    assert client.get("/accounts/awake/").json() == {"open": False}


def test_staying_counts(screen, clock):
    clock.shift(minutes(20))
    assert screen.post("/accounts/stay/").status_code == 204
    clock.shift(minutes(20))
    assert screen.get(BOARD).status_code == 200


def test_staying_comes_too_late_for_a_covered_one(screen, clock):
    clock.shift(minutes(31))
    assert screen.post("/accounts/stay/").status_code == 401
    assert screen.get("/accounts/awake/").json() == {"open": False}


def test_it_can_be_covered_at_once(screen):
    answer = screen.post("/accounts/lock/", {"next": BOARD})
    assert answer.url == LOCKED
    assert screen.get(BOARD).url.startswith("/accounts/locked/")
    assert screen.get("/accounts/lock/").status_code in {302, 405}


def test_the_passphrase_uncovers_it(screen, clock):
    clock.shift(minutes(31))
    answer = screen.post("/accounts/reauthenticate/", {"password": PASSPHRASE, "next": BOARD})
    assert answer.url == BOARD
    assert screen.get(BOARD).status_code == 200


def test_a_code_uncovers_it(screen, clock):
    screen.post("/accounts/lock/")
    answer = screen.post("/accounts/keys/reauthenticate/", {"code": code_for(), "next": BOARD})
    assert answer.url == BOARD
    assert screen.get(BOARD).status_code == 200


def test_a_wrong_passphrase_leaves_it_covered_and_counts(screen, teacher_brown):
    screen.post("/accounts/lock/")
    for _ in range(5):
        answer = screen.post("/accounts/reauthenticate/", {"password": "wrong"})
        assert answer.status_code == 422
    assert screen.post("/accounts/reauthenticate/", {"password": PASSPHRASE}).status_code == 422
    assert screen.get(BOARD).url.startswith("/accounts/locked/")


def test_seeing_the_question_uncovers_nothing(screen):
    screen.post("/accounts/lock/")
    for door in ("reauthenticate", "keys/reauthenticate", "locked", "login", "awake"):
        screen.get(f"/accounts/{door}/")
    assert screen.get(BOARD).url.startswith("/accounts/locked/")


@pytest.mark.parametrize("onward", ["https://evil.example/", "//evil.example/x", "\\\\evil"])
def test_uncovering_leads_nowhere_else(onward, screen):
    page = screen.get("/accounts/locked/", {"next": onward})
    assert page.url == "/accounts/partnerships/"
    screen.post("/accounts/lock/", {"next": onward})
    answer = screen.post("/accounts/reauthenticate/", {"password": PASSPHRASE, "next": onward})
    assert answer.url == "/accounts/partnerships/"


def test_a_fragment_becomes_no_sign_in_page(screen, clock):
    clock.shift(minutes(31))
    answer = screen.get(f"{BOARD}?part=rows", headers=HTMX)
    assert answer.headers["HX-Redirect"] == f"{LOCKED}%3Fq%3D1"
    assert answer.content == b""


def test_a_program_is_told_in_json(screen, clock):
    clock.shift(minutes(31))
    answer = screen.get(BOARD, headers={"accept": "application/json"})
    assert (answer.status_code, answer.json()) == (401, {"open": False})


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_words_sent_to_a_covered_screen_are_kept_and_not_shown(headers, screen, clock):
    clock.shift(minutes(31))
    typed = {"text": "What I wrote <b>", "password": "hidden-word", "kinds": ["a", "b"]}
    answer = screen.post("/mapleton/members/invite/", typed, headers=headers)
    page = answer.content.decode()
    assert answer.status_code == (200 if headers else 401)
    assert '<textarea name="text" hidden>\nWhat I wrote &lt;b&gt;</textarea>' in page
    assert page.count('name="kinds"') == 2
    assert "hidden-word" not in page


def test_twelve_hours_end_it_wholly(screen, clock):
    for _ in range(36):
        clock.shift(minutes(20))
        screen.get(BOARD)
    clock.shift(minutes(1))
    assert screen.get(BOARD).url == "/accounts/login/?next=%2Fmapleton%2Fschools%2F"
    assert SIGNED_IN_AT not in screen.session


def test_uncovering_does_not_begin_a_new_day(screen, clock):
    clock.shift(dt.timedelta(hours=11))
    screen.post("/accounts/reauthenticate/", {"password": PASSPHRASE})
    for is_open in (True, True, True, False):
        assert screen.get("/accounts/awake/").json() == {"open": is_open}
        screen.get(BOARD)
        clock.shift(minutes(25))


def test_public_pages_stay_open(screen, clock):
    clock.shift(minutes(31))
    assert screen.get("/mapleton/").status_code == 200
