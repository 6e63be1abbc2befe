"""What no browser would send as a passkey is met with calm words, never with a broken page."""

import json

import pytest
from allauth.account.utils import user_pk_to_url_str
from django.urls import reverse
from fido2.utils import websafe_encode

from tests.partnership.signing_in import a_browser, try_passphrase, with_passphrase

JSON = {"accept": "application/json"}
CLIENT_DATA = '{"type":"webauthn.get","challenge":"AA","origin":"http://testserver"}'
HALF = {
    "clientDataJSON": websafe_encode(CLIENT_DATA.encode()),
    "authenticatorData": websafe_encode(b"\x00" * 37),
    "signature": "AA",
    "attestationObject": websafe_encode(b"\xa0"),
}
KEY = {"id": "AA", "rawId": "AA", "type": "public-key"}
MALFORMED = [
    "",
    "[]",
    "{}",
    "null",
    "7",
    '"x"',
    "\x00",
    "{" * 999,
    json.dumps({"id": 1}),
    json.dumps({"response": {"userHandle": 5}}),
    json.dumps({**KEY, "response": {"userHandle": None}}),
    json.dumps({**KEY, "response": {**HALF, "userHandle": "!!"}}),
    json.dumps({**KEY, "response": {**HALF, "userHandle": websafe_encode(b"zzzzzzzzzzzzzzzzz")}}),
    json.dumps({**KEY, "response": {**HALF, "clientDataJSON": "AA", "attestationObject": "AA"}}),
    json.dumps({**KEY, "response": {**HALF, "clientDataJSON": [1]}}),
    json.dumps({**KEY, "response": HALF}),
]


@pytest.mark.django_db
@pytest.mark.parametrize("credential", MALFORMED)
def test_at_the_sign_in(credential):
    guest = a_browser()
    guest.get(reverse("mfa_login_webauthn"), headers=JSON)
    answer = guest.post(reverse("mfa_login_webauthn"), {"credential": credential})
    assert answer.url == reverse("account_login")


def test_at_the_sign_in_in_the_name_of_somebody(principal_rivera):
    guest = a_browser()
    guest.get(reverse("mfa_login_webauthn"), headers=JSON)
    handle = websafe_encode(user_pk_to_url_str(principal_rivera.user).encode())
    typed = json.dumps({**KEY, "response": {**HALF, "userHandle": handle}})
    answer = guest.post(reverse("mfa_login_webauthn"), {"credential": typed})
    assert answer.url == reverse("account_login")
    assert guest.get("/mapleton/board/").url.startswith("/accounts/login/")


def test_as_second_factor(principal_rivera):
    guest = a_browser()
    try_passphrase(guest, with_passphrase(principal_rivera, second_factor=True))
    door = reverse("mfa_authenticate")
    guest.get(door)
    for credential in MALFORMED:
        assert guest.post(door, {"credential": credential}).status_code == 422


@pytest.mark.parametrize("name", ["mfa_add_webauthn", "mfa_reauthenticate_webauthn"])
def test_when_signed_in(name, teacher_brown):
    client = a_browser()
    client.force_login(teacher_brown.user)
    client.get(reverse(name))
    for credential in MALFORMED:
        answer = client.post(reverse(name), {"credential": credential, "name": "x"})
        assert answer.status_code in {302, 403, 422}
