"""Parcels for tests of the carriers, and a loop to send them in."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from outbox.channels.base import Carrier, Parcel, Receipt, SendError
from outbox.models import Urgency

DELIVERY = UUID("0199a9c0-0000-7000-8000-000000000001")
SUBJECT = UUID("0199a9c0-0000-7000-8000-00000000000a")
NUMBER = "+15555551234"
USUAL = Parcel(
    id=DELIVERY,
    channel="sms",
    kind="school.bulletin",
    urgency=Urgency.ROUTINE,
    language="en",
    slug="mapleton",
    partnership="Mapleton",
    address=NUMBER,
    is_member=True,
    subject_id=SUBJECT,
    link="/mapleton/schools/x/",
    planned_at=datetime(2026, 11, 22, 9, tzinfo=UTC),
    attempt=1,
)


def parcel(**facts: Any) -> Parcel:
    return replace(USUAL, **facts)


def send(opened: Callable[[], Carrier], *parcels: Parcel) -> list[Receipt]:
    """One carrier, one parcel after the other."""

    async def all_of_them() -> list[Receipt]:
        carrier = opened()
        try:
            return [await carrier.send(one) for one in parcels]
        finally:
            await carrier.close()

    return asyncio.run(all_of_them())


def failure(opened: Callable[[], Carrier], one: Parcel) -> SendError:
    """Why it did not go out."""
    with pytest.raises(SendError) as caught:
        send(opened, one)
    return caught.value
