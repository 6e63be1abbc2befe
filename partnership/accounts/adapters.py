"""What allauth asks of us: how people sign in, in which words, and how their keys are kept."""

from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.contrib.auth import authenticate
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext, gettext_lazy

from partnership.accounts import awake, passphrase, secrets
from partnership.models import User

# The same words for a wrong passphrase, an unknown address and a locked one: they tell the owner
# what to do, and a stranger nothing.
DID_NOT_WORK = gettext_lazy(
    "That did not work. After five wrong tries the passphrase is locked. A passkey still works; "
    "or ask the safety coordinator of your district for a way back in."
)
WRONG_CODE = gettext_lazy("That did not work. Wait for the next code, or use another way.")
TOO_MANY = gettext_lazy("That were many tries. Wait five minutes, or use a passkey.")
# What a page shows by itself needs no message.
SILENT = {"account/messages/logged_in.txt", "account/messages/logged_out.txt"}


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc] # allauth is untyped
    """How people sign in here: by invitation only, and nobody learns which addresses are known."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": DID_NOT_WORK,
        "incorrect_password": DID_NOT_WORK,
        "enter_current_password": DID_NOT_WORK,
        "too_many_login_attempts": TOO_MANY,
        "incorrect_code": WRONG_CODE,
        "rate_limited": TOO_MANY,
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """The person, if the passphrase is theirs and opens. An unknown address is hashed too."""
        user = authenticate(request, **credentials)
        # allauth lets a closed account as far as a page of its own, which tells it is known.
        AuthenticationBackend.unstash_authenticated_user()
        opens = passphrase.opens(credentials["email"], was_right=user is not None)
        return user if opens and isinstance(user, User) else None

    def reauthenticate(self, user: User, password: str) -> bool:
        return passphrase.opens(user.email, was_right=user.check_password(password))

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:
        return redirect("account_inactive")

    def login(self, request: HttpRequest, user: User) -> None:
        super().login(request, user)
        awake.begin(request)

    def is_safe_url(self, url: str) -> bool:
        """Only a path of this site: what stands in `next` was typed by who knows whom."""
        return url_has_allowed_host_and_scheme(url, allowed_hosts=None)

    def get_client_ip(self, request: HttpRequest) -> str:
        """The address for a person's own list of sessions; a server on a socket knows none."""
        return request.META.get("REMOTE_ADDR") or "0.0.0.0"  # noqa: S104 - not a bind

    def add_message(self, request: HttpRequest, level: int, *args: Any, **facts: Any) -> None:
        template = facts.get("message_template") or (args[0] if args else None)
        if template not in SILENT:
            super().add_message(request, level, *args, **facts)

    def get_reauthentication_methods(self, user: User) -> list[dict[str, Any]]:
        words = {
            "reauthenticate": gettext("Use your passphrase"),
            "mfa_reauthenticate": gettext("Use a code from your app, or a recovery code"),
            "mfa_reauthenticate:webauthn": gettext("Use a passkey"),
        }
        ways = super().get_reauthentication_methods(user)
        return [{**way, "description": words[way["id"]]} for way in ways]


class KeyAdapter(DefaultMFAAdapter):  # type: ignore[misc] # allauth is untyped
    """How passkeys and codes work here."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": WRONG_CODE,
    }

    def encrypt(self, text: str) -> str:
        return secrets.wrap(text)

    def decrypt(self, encrypted_text: str) -> str:
        return secrets.unwrap(encrypted_text)

    def generate_authenticator_name(self, user: User, type: Any) -> str:
        number = Authenticator.objects.filter(user=user, type=type).count() + 1
        return gettext("Passkey %(number)d") % {"number": number}
