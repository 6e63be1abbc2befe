"""Passphrases and codes for tests, typed as people type them."""

import time
from typing import Any

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.test import Client

from partnership.models import Membership, User
from tests.conftest import TOTP_SECRET, give_second_factor

PASSPHRASE = "correct horse battery staple"


def a_browser() -> Any:
    """A browser in which nobody is signed in."""
    return Client()


def with_passphrase(member: Membership, *, second_factor: bool = False) -> User:
    """The member's account, now with a passphrase, and if wanted a code app."""
    user = member.user
    if not user.has_usable_password():
        user.set_password(PASSPHRASE)
        user.save()
    if second_factor:
        give_second_factor(user)
    return user


def try_passphrase(client: Client, who: User | str, typed: str = PASSPHRASE, **more: str):
    """Fill in the sign-in form; nothing is followed."""
    email = who.email if isinstance(who, User) else who
    return client.post("/accounts/login/", {"login": email, "password": typed, **more})


def code_for(secret: str = TOTP_SECRET, *, ahead: int = 0) -> str:
    """What the code app shows now, or so many half-minutes ahead."""
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30 + ahead)))
