"""The demo's one-press sign-in exists at home only, and for made-up people only."""

import datetime as dt

import pytest
import time_machine
from django.test import Client

from partnership.models import Role, User
from tests.conftest import member
from tests.partnership.signing_in import a_browser

DEMO = "/demo/"
PRESS = "/demo/sign-in/"


@pytest.fixture
def at_home(settings):
    settings.PORTAL_DEMO = True


@pytest.fixture
def principal(mapleton, maple_high):
    return member("principal", mapleton, Role.PRINCIPAL, schools=[maple_high])


def press(client, someone, **more):
    return client.post(PRESS, {"partnership": "mapleton", "membership": str(someone.pk)}, **more)


def test_everybody_is_one_press_away(at_home, principal):
    client = a_browser()
    assert b"principal@mapleton.example" in client.get(DEMO).content
    assert press(client, principal).url == "/mapleton/board/"
    assert client.get("/mapleton/board/").status_code == 200
    assert len(client.get("/accounts/sessions/").context["sessions"]) == 1


def test_without_the_demo_there_is_no_such_page(principal):
    client = a_browser()
    assert client.get(DEMO).status_code == 404
    assert press(client, principal).status_code == 404


@pytest.mark.parametrize(
    "asked",
    [
        {"REMOTE_ADDR": "203.0.113.7"},
        {"REMOTE_ADDR": ""},
        {"REMOTE_ADDR": "127.0.0.1.evil.example"},
        {"HTTP_X_FORWARDED_FOR": "127.0.0.1"},
        {"HTTP_FORWARDED": "for=127.0.0.1"},
    ],
)
def test_from_elsewhere_there_is_no_such_page(asked, at_home, principal):
    client = a_browser()
    assert client.get(DEMO, **asked).status_code == 404
    assert press(client, principal, **asked).status_code == 404


def test_a_real_person_is_nobodys_press_away(at_home, principal, principal_rivera):
    client = a_browser()
    assert b"rivera" not in client.get(DEMO).content
    assert press(client, principal_rivera).status_code == 404


@pytest.mark.parametrize("typed", [{}, {"partnership": "mapleton"}, {"membership": "x\x00"}])
def test_nonsense_is_not_found(typed, at_home, principal):
    assert a_browser().post(PRESS, typed).status_code == 404


def test_reading_signs_nobody_in(at_home, principal):
    assert a_browser().get(PRESS).status_code == 405


def test_the_press_of_another_site_is_refused(at_home, principal):
    assert press(Client(enforce_csrf_checks=True), principal).status_code == 403


def test_signing_in_for_real_is_no_demo(at_home, principal, settings):
    client = a_browser()
    press(client, principal)
    User.objects.filter(pk=principal.user.pk).update(password="")
    client.force_login(User.objects.get(pk=principal.user.pk))
    assert not client.session.get("is_demo")


def test_demo_screens_are_covered_too(at_home, principal):
    with time_machine.travel(dt.datetime.now(dt.UTC), tick=False) as clock:
        client = a_browser()
        press(client, principal)
        clock.shift(dt.timedelta(minutes=31))
        page = client.get(client.get("/mapleton/board/").url)
        assert b'href="/demo/"' in page.content
        press(client, principal)
        assert client.get("/mapleton/board/").status_code == 200
