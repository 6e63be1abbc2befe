"""Doors without a right: who they are for, one by one. A new one must be written down here."""

import pytest
from django.test import Client
from django.urls import get_resolver, reverse

from partnership.permissions import PUBLIC, SIGNED_IN
from tests.house.doors import doors

FOR_ANYONE = {
    "home": "Which partnerships live here.",
    "public_home": "The district's public safety page.",
    "healthz": "For the operator's monitor; says one word.",
    "readyz": "For the operator's monitor; names parts, no reason.",
    "metrics": "For the operator's monitor: the token, or this machine alone; sums only.",
    "manifest": "What the portal is called as an app; the same for everybody.",
    "worker": "The service worker; keeps the page for no connection and nothing else.",
    "offline": "Whom to call without a connection; the same for everybody.",
    "outbox:callback": "A telephone provider reports; its signature is the key.",
    "outbox:call": "A telephone provider asks what a call says; its signature is the key.",
    "account_login": "The way in.",
    "account_logout": "The way out, also of a session that is over.",
    "account_inactive": "What somebody reads whose account was ended.",
    "awake": "Whether the screen may stay; tells a visitor only that it may not.",
    "mfa_authenticate": "The second step of signing in.",
    "mfa_login_webauthn": "Signing in with a passkey.",
    "invitation_accept": "A newcomer has no account yet; the link's signature is the key.",
    "way_back": "Whoever takes it can not sign in; the link's signature is the key.",
    "tips:tip_start": "A sender has no account.",
    "tips:tip_form": "A sender has no account.",
    "tips:tip_code": "A sender has no account.",
    "tips:tip_return": "A sender has no account; the tip code is the key.",
    "tips:tip_reply": "A sender has no account; the tip code was the key.",
    "tips:tip_leave": "A sender has no account.",
    "demo": "Only where PORTAL_DEMO=1 and bound to loopback; elsewhere it is not there.",
    "demo_sign_in": "Only where PORTAL_DEMO=1 and bound to loopback; elsewhere it is not there.",
    "demo_mailbox": "Only where PORTAL_DEMO=1 and bound to loopback; elsewhere it is not there.",
}
# A person's own account: nothing of a partnership is shown behind these.
FOR_THE_SIGNED_IN = {
    "choose_partnership": {},
    "account_reauthenticate": {},
    "account_change_password": {},
    "locked": {},
    "lock": {},
    "stay": {},
    "usersessions_list": {},
    "mfa_index": {},
    "mfa_reauthenticate": {},
    "mfa_activate_totp": {},
    "mfa_deactivate_totp": {},
    "mfa_view_recovery_codes": {},
    "mfa_generate_recovery_codes": {},
    "mfa_download_recovery_codes": {},
    "mfa_list_webauthn": {},
    "mfa_add_webauthn": {},
    "mfa_edit_webauthn": {"pk": 1},
    "mfa_remove_webauthn": {"pk": 1},
    "mfa_reauthenticate_webauthn": {},
}


def behind(sign: str) -> list[str]:
    return sorted(door.name for door in doors(get_resolver()) if door.sign == sign)


def test_only_these_doors_stand_open_to_anyone():
    assert behind(PUBLIC) == sorted(FOR_ANYONE)


def test_only_these_doors_ask_no_more_than_an_account():
    assert behind(SIGNED_IN) == sorted(FOR_THE_SIGNED_IN)


@pytest.mark.parametrize("name", FOR_THE_SIGNED_IN)
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_visitor_is_asked_to_sign_in(db, name, method):
    path = reverse(name, kwargs=FOR_THE_SIGNED_IN[name])
    answer = getattr(Client(), method)(path)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("name", ["demo", "demo_sign_in", "demo_mailbox"])
def test_outside_the_demo_its_doors_are_not_there(db, settings, name):
    assert not settings.PORTAL_DEMO
    path = reverse(name)
    assert Client().get(path).status_code in {404, 405}
    assert Client().post(path).status_code in {404, 405}


@pytest.mark.parametrize(
    "name", ["home", "public_home", "account_login", "tips:tip_start", "tips:tip_form"]
)
def test_a_visitor_walks_in_where_anyone_may(mapleton, maple_high, name):
    slug = {"partnership": mapleton.slug} if name not in {"home", "account_login"} else {}
    assert Client().get(reverse(name, kwargs=slug)).status_code == 200


def test_an_unknown_partnership_is_not_there(mapleton):
    for path in ("/nowhere/", "/nowhere/board/", "/nowhere/tell/"):
        assert Client().get(path).status_code == 404
