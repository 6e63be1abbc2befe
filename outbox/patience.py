"""How long each kind of hurry waits, tries again, falls back and gathers."""

from collections.abc import Mapping
from datetime import timedelta

from django.conf import settings

from outbox.models import Channel, Urgency

# Seconds from one attempt to the next; the attempt after the last of them is the last. A mail
# server that is away for a school day is waited for; an alarm goes another way instead.
_CALM = (1, 2, 4, 8, 15, 60, 300, 900, 1800, 3600, 3600, 7200, 7200, 14400, 28800)
PAUSES: Mapping[Urgency, tuple[int, ...]] = {
    Urgency.PANIC: (1, 2, 4, 8, 15),
    Urgency.URGENT: (1, 2, 4, 8, 15, 60, 60, 300, 300, 900, 1800, 3600, 7200, 14400),
    Urgency.ROUTINE: _CALM,
    Urgency.BULK: _CALM,
}
# A webhook in an emergency is asked again for a quarter of an hour, and never given up by itself
# before (domain/panic_and_dispatch.md §3).
WEBHOOK_IN_PANIC = (1, 1, 2, 4, 8, *(15,) * 59)

# After so many attempts in vain the person's next channel is used beside this one.
FALL_BACK_AFTER: Mapping[Urgency, int] = {
    Urgency.PANIC: 1,
    Urgency.URGENT: 2,
    Urgency.ROUTINE: 7,
    Urgency.BULK: 12,
}
# Those that follow when one channel fails; what was tried already is passed over.
NEXT: Mapping[Urgency, tuple[Channel, ...]] = {
    Urgency.PANIC: (Channel.PUSH, Channel.SMS, Channel.VOICE, Channel.EMAIL),
    Urgency.URGENT: (Channel.PUSH, Channel.SMS, Channel.EMAIL, Channel.VOICE),
    Urgency.ROUTINE: (Channel.EMAIL, Channel.PUSH, Channel.SMS),
    Urgency.BULK: (Channel.EMAIL, Channel.PUSH),
}
# One person gets one notice of a kind by one channel in each window; what comes meanwhile is
# gathered into the next. An urgent one is never gathered with a routine one.
WINDOWS: Mapping[Urgency, timedelta] = {
    Urgency.URGENT: timedelta(seconds=15),
    Urgency.ROUTINE: timedelta(minutes=10),
    Urgency.BULK: timedelta(hours=1),
}
# Seconds one attempt may take; always well inside the lease.
LONGEST_SEND = {Urgency.PANIC: 5.0, Urgency.URGENT: 10.0}
LONGEST_SEND_ELSE = 12.0


def lease() -> timedelta:
    """How long a claimed delivery belongs to the process that claimed it."""
    return timedelta(seconds=settings.OUTBOX_LEASE_SECONDS)


def pause_after(urgency: Urgency, channel: str, attempts: int) -> int | None:
    """Seconds until the next try after so many; None when that was the last."""
    in_panic = urgency == Urgency.PANIC and channel == Channel.WEBHOOK
    pauses = WEBHOOK_IN_PANIC if in_panic else PAUSES[urgency]
    return pauses[attempts - 1] if attempts <= len(pauses) else None


def longest_send(urgency: Urgency) -> float:
    """Seconds; never more than a third of the lease, so that nobody else takes it meanwhile."""
    return min(LONGEST_SEND.get(urgency, LONGEST_SEND_ELSE), lease().total_seconds() / 3)
