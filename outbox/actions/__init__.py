"""What the rest of the house may ask of the outbox."""

from outbox.actions.answering import (
    acknowledge,
    acknowledge_about,
    call_off,
    hurry,
    see_all_notices,
    see_notice,
    see_notices_about,
    try_again,
)
from outbox.actions.telling import Timing, send, send_code, send_test, send_to_address
from outbox.models import Urgency

__all__ = [
    "Timing",
    "Urgency",
    "acknowledge",
    "acknowledge_about",
    "call_off",
    "hurry",
    "see_all_notices",
    "see_notice",
    "see_notices_about",
    "send",
    "send_code",
    "send_test",
    "send_to_address",
    "try_again",
]
