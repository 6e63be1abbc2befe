"""Whether somebody is at the screen. A session left alone is covered, and ends with the day."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

AWAKE_AT, SIGNED_IN_AT, COVERED = "awake_at", "signed_in_at", "is_covered"
ONE_WRITE = timedelta(minutes=1)


def begin(request: Any) -> None:
    """Start both clocks of a session that has just been signed in."""
    request.session.pop("is_demo", None)
    request.session[SIGNED_IN_AT] = timezone.now().isoformat()
    wake(request)


def wake(request: Any) -> None:
    """Uncover the screen: its person has just shown who they are, or pressed a key in time."""
    request.session.pop(COVERED, None)
    request.session[AWAKE_AT] = timezone.now().isoformat()


def cover(request: Any) -> None:
    """Conceal the screen now, until somebody proves to be its person."""
    request.session[COVERED] = True


def keep_awake(request: Any, *, now: datetime) -> None:
    """Note that somebody is at the screen; at most one write a minute."""
    seen = moment(request, AWAKE_AT)
    if seen is None or now - seen > ONE_WRITE:
        request.session[AWAKE_AT] = now.isoformat()
    if moment(request, SIGNED_IN_AT) is None:
        request.session[SIGNED_IN_AT] = now.isoformat()


def is_asleep(request: Any) -> bool:
    """Whether this session is covered, or was left alone longer than the idle lock allows."""
    if request.session.get(COVERED):
        return True
    return is_past(moment(request, AWAKE_AT), settings.IDLE_LOCK_SECONDS)


def sign_in_is_over(request: Any) -> bool:
    """Whether twelve hours have passed since this person last signed in."""
    return is_past(moment(request, SIGNED_IN_AT), settings.FULL_SIGN_IN_SECONDS)


def is_open(request: Any) -> bool:
    """Whether this session shows anything right now."""
    return bool(
        request.user.is_authenticated and not is_asleep(request) and not sign_in_is_over(request)
    )


def is_background(request: Any) -> bool:
    """Whether the page asked and not the person: such requests keep no screen awake."""
    return bool(request.headers.get("X-Background") == "1")


def is_past(since: datetime | None, seconds: int) -> bool:
    return since is not None and timezone.now() - since > timedelta(seconds=seconds)


def moment(request: Any, name: str) -> datetime | None:
    text = request.session.get(name)
    return datetime.fromisoformat(text) if text else None
