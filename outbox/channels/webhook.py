"""Sends a delivery to another program: signed (Standard Webhooks 1.0.0), and without content."""

import json
from datetime import UTC, datetime
from functools import lru_cache

from aiohttp import ClientTimeout
from django.utils import timezone
from standardwebhooks import Webhook
from standardwebhooks.webhooks import EmptyWebhookSecretError

from outbox.channels.base import Carrier, Parcel, Receipt, SendError
from outbox.channels.guarded import Guarded
from outbox.models import Urgency

USUAL = ClientTimeout(total=15, sock_connect=5)
HURRIED = ClientTimeout(total=3, sock_connect=1)


class SignedWebhook:
    """Says that something waits, and what kind of thing. Whoever wants more asks the API."""

    def __init__(self) -> None:
        self._guarded = Guarded()

    async def send(self, parcel: Parcel) -> Receipt:
        body = body_of(parcel)
        headers = {
            "Content-Type": "application/json",
            **signed(str(parcel.id), timezone.now(), body, secret=parcel.secret),
        }
        patience = HURRIED if parcel.urgency == Urgency.PANIC else USUAL
        status = await self._guarded.post(
            parcel.address, data=body.encode(), headers=headers, timeout=patience
        )
        if failure := failure_of(status):
            raise failure
        return Receipt()

    async def close(self) -> None:
        await self._guarded.close()


def open_carrier(url: str, *, name: str) -> Carrier:
    return SignedWebhook()


def body_of(parcel: Parcel) -> str:
    """`notice` is the delivery's id: the same on every retry, and nothing to look up."""
    planned_at = parcel.planned_at.astimezone(UTC).isoformat(timespec="seconds")
    data = {
        "urgency": parcel.urgency.value,
        "notice": str(parcel.id),
        "partnership": parcel.slug,
    }
    return json.dumps(
        {"type": parcel.kind, "timestamp": planned_at.replace("+00:00", "Z"), "data": data}
    )


def signed(message_id: str, at: datetime, body: str, *, secret: str) -> dict[str, str]:
    """The three headers; the time is that of this sending, which the receiver checks."""
    try:
        signature = signer(secret).sign(message_id, at.astimezone(UTC), body)
    except (ValueError, EmptyWebhookSecretError):
        raise SendError("no-secret", permanent=True) from None
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": signature,
    }


@lru_cache(maxsize=128)
def signer(secret: str) -> Webhook:
    return Webhook(secret)


def failure_of(status: int) -> SendError | None:
    """2xx is a yes. Only "gone" is for good: all else, somebody may be mending."""
    if 200 <= status < 300:
        return None
    if 300 <= status < 400:
        return SendError("redirect")
    if status in {401, 403}:
        return SendError("unauthorized")
    return SendError("gone" if status == 410 else f"http-{status}", permanent=status == 410)
