"""Second factors: who must have one, what a new one ends, and what the audit learns."""

import re

import pytest
from allauth.mfa.models import Authenticator

from partnership.accounts import secrets
from partnership.models import AuditEntry
from partnership.tenancy import within
from tests.conftest import TOTP_SECRET, give_second_factor
from tests.partnership.signing_in import (
    PASSPHRASE,
    a_browser,
    code_for,
    try_passphrase,
    with_passphrase,
)

APP = "/accounts/keys/app/"


def signed_in(member):
    """A browser that has typed the passphrase twice: once to come in, once to change keys."""
    client = a_browser()
    try_passphrase(client, with_passphrase(member))
    client.post("/accounts/reauthenticate/", {"password": PASSPHRASE})
    return client


def set_up_app(client):
    (secret,) = re.findall(r"<code[^>]*>([A-Z2-7]{32})</code>", client.get(APP).content.decode())
    return client.post(APP, {"code": code_for(secret)})


def deeds():
    return list(AuditEntry.objects.order_by("pk").values_list("action", "facts__kind"))


def test_a_role_that_sees_children_is_led_to_its_keys(principal_rivera):
    client = signed_in(principal_rivera)
    assert client.get("/mapleton/board/").url == "/accounts/keys/"
    page = client.get("/accounts/keys/")
    assert page.context["must_have_key"]
    assert "First, set up one of these" in page.content.decode()


def test_a_teacher_needs_none(teacher_brown):
    client = signed_in(teacher_brown)
    assert client.get("/mapleton/board/").status_code == 200
    assert not client.get("/accounts/keys/").context["must_have_key"]


def test_setting_one_up_opens_the_board(principal_rivera):
    client = signed_in(principal_rivera)
    assert set_up_app(client).url == "/accounts/keys/codes/"
    assert client.get("/accounts/keys/codes/").status_code == 200
    assert client.get("/mapleton/board/").status_code == 200


def test_setting_one_up_ends_all_other_sessions(principal_rivera):
    client, other, forced = signed_in(principal_rivera), signed_in(principal_rivera), a_browser()
    forced.force_login(principal_rivera.user)
    set_up_app(client)
    assert client.get("/accounts/keys/").status_code == 200
    for outside in (other, forced):
        assert outside.get("/accounts/keys/").url.startswith("/accounts/login/")


def test_the_audit_learns_of_keys_in_each_partnership(
    principal_rivera, oakridge, oakridge_principal
):
    oakridge_principal.user, user = principal_rivera.user, principal_rivera.user
    with within(oakridge):
        oakridge_principal.save()
    set_up_app(signed_in(principal_rivera))
    expected = [("second_factor.added", "recovery_codes"), ("second_factor.added", "totp")]
    assert deeds() == expected
    with within(oakridge):
        assert deeds() == expected
        assert set(AuditEntry.objects.values_list("actor", flat=True)) == {user.pk}


def test_removing_one_is_told_too(principal_rivera):
    client = signed_in(principal_rivera)
    set_up_app(client)
    client.post("/accounts/keys/app/remove/")
    assert deeds()[2:] == [
        ("second_factor.removed", "recovery_codes"),
        ("second_factor.removed", "totp"),
    ]
    assert client.get("/mapleton/board/").url == "/accounts/keys/"


def test_keys_are_changed_only_by_who_just_proved_themselves(principal_rivera, sign_in):
    with_passphrase(principal_rivera)
    client = sign_in(principal_rivera)
    asked = client.post("/accounts/keys/app/remove/", {"typed": "secret words"})
    assert asked.url == "/accounts/reauthenticate/?next=%2Faccounts%2Fkeys%2Fapp%2Fremove%2F"
    assert Authenticator.objects.filter(user=principal_rivera.user).exists()
    assert "secret words" not in str(client.session.items())


def test_a_recovery_code_lets_in_once_and_is_told(principal_rivera):
    client = signed_in(principal_rivera)
    set_up_app(client)
    code = client.get("/accounts/keys/codes/").context["unused_codes"][0]
    for status in (302, 422):
        guest = a_browser()
        try_passphrase(guest, principal_rivera.user)
        answer = guest.post("/accounts/keys/authenticate/", {"code": code})
        assert answer.status_code == status
    assert [action for action, _ in deeds()].count("second_factor.recovery_code_used") == 1


def test_the_database_alone_makes_no_codes(principal_rivera):
    give_second_factor(principal_rivera.user)
    stored = Authenticator.objects.get(user=principal_rivera.user).data["secret"]
    assert TOTP_SECRET not in stored
    assert secrets.unwrap(stored) == TOTP_SECRET


def test_codes_outlive_a_rotation_of_the_master_key(principal_rivera, settings):
    give_second_factor(principal_rivera.user)
    old, new = settings.MASTER_KEY, "9f" * 8 + "3c0a5b17d2e84f61" * 3
    settings.MASTER_KEY = f"{new},{old}"
    assert (secrets.rewrap_all(), secrets.rewrap_all()) == (1, 0)
    settings.MASTER_KEY = new
    kept = Authenticator.objects.get(user=principal_rivera.user)
    assert kept.wrap().validate_code(code_for())


@pytest.mark.parametrize("door", ["app/", "app/remove/", "passkeys/add/", "codes/", "passkeys/"])
def test_keys_are_shown_to_their_person_only(door, db):
    assert a_browser().get(f"/accounts/keys/{door}").url.startswith("/accounts/login/")


def test_another_persons_passkey_can_not_be_removed(principal_rivera, counselor_reyes):
    data = {"name": "x", "credential": {}}
    kind = Authenticator.Type.WEBAUTHN
    key = Authenticator.objects.create(user=counselor_reyes.user, type=kind, data=data)
    client = signed_in(principal_rivera)
    for deed in ("remove", "edit"):
        assert client.post(f"/accounts/keys/passkeys/{key.pk}/{deed}/").status_code == 404
