"""A passkey from first press to last: added, used to sign in past a locked passphrase, used to
uncover a screen. Chromium brings the authenticator itself."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site

# pytest-django makes only those databases that some test asks for.
pytestmark = pytest.mark.django_db

AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
PASSKEY = "Use a passkey"


def with_passkey(site: Site, role: str) -> Page:
    """The phone of somebody who has just added a passkey to it."""
    context = site.context()
    page = site.sign_in(context, role, "sand-springs")
    protocol = context.new_cdp_session(page)
    protocol.send("WebAuthn.enable")
    protocol.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    page.goto("/accounts/keys/passkeys/add/")
    page.get_by_role("button", name="Add a passkey").click()
    page.wait_for_url(lambda address: "/add/" not in address)
    return page


def sign_out(page: Page) -> None:
    page.goto("/accounts/logout/")
    page.locator("main").get_by_role("button", name="Sign out").click()
    page.goto("/accounts/login/")


def lock_passphrase(page: Page) -> None:
    for _ in range(5):
        page.get_by_label("E-mail").fill("principal@sand-springs.example")
        page.get_by_label("Passphrase").fill("not the right one")
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_text("A passkey still works")).to_be_visible()


def test_a_passkey_signs_in_past_a_locked_passphrase(site: Site) -> None:
    page = with_passkey(site, "principal")
    sign_out(page)
    lock_passphrase(page)
    page.get_by_role("button", name=PASSKEY).click()
    page.wait_for_url("**/sand-springs/board/")


def test_a_passkey_uncovers_the_screen(site: Site) -> None:
    page = with_passkey(site, "counselor")
    page.goto("/sand-springs/board/")
    page.evaluate("document.querySelector('form[action$=\"/lock/\"]').submit()")
    page.wait_for_url("**/accounts/locked/**")
    page.get_by_role("link", name=PASSKEY).click()
    page.get_by_role("button", name=PASSKEY).click()
    page.wait_for_url("**/sand-springs/board/")
    page.wait_for_load_state()
    page.goto("/sand-springs/schools/")
    expect(page).to_have_url(re.compile("/sand-springs/schools/$"))
