"""Twilio through its own client: one session kept open, nothing written into the log, and its
many codes put into the few that matter here."""

import asyncio
from collections.abc import Awaitable
from typing import Any

import aiohttp
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.rest import Client

from outbox.channels.account import TWILIO_DEAD, Account, call_url, callback_url
from outbox.channels.base import Parcel, Receipt, SendError
from outbox.channels.http_gateway import e164
from outbox.channels.words import words_of
from outbox.models import Urgency

# Beyond this a text message of an emergency is not sent any more: a late alarm is a false one.
VALID_SECONDS = 120
USUAL_SECONDS, HURRIED_SECONDS = 10, 3
RING_SECONDS = 30
UNAUTHORIZED = frozenset({20003, 20404})


class QuietHttpClient(AsyncTwilioHttpClient):  # type: ignore[misc] # the package has no types
    """Their client writes each address of ours into the log."""

    def log_request(self, kwargs: dict[str, Any]) -> None:
        """Nothing."""

    def log_response(self, status_code: int, response: Any) -> None:
        """Nothing."""


class TwilioCarrier:
    """One account at work; `rest` is their client."""

    def __init__(self, account: Account) -> None:
        self._http = QuietHttpClient()
        self.account = account
        self.rest = Client(account.user, account.secret, http_client=self._http)
        self.rest.api.base_url = account.base.rstrip("/")

    async def _ask(self, parcel: Parcel, request: Awaitable[Any]) -> Receipt:
        """Wait for their answer, as long as this parcel can."""
        hurries = parcel.urgency == Urgency.PANIC
        try:
            async with asyncio.timeout(HURRIED_SECONDS if hurries else USUAL_SECONDS):
                return Receipt(str((await request).sid))
        except TimeoutError:
            raise SendError("timeout") from None
        except TwilioRestException as no:
            raise failure_of(no.status, no.code) from None
        except (TwilioException, aiohttp.ClientError, OSError, ValueError):
            raise SendError("unreachable") from None

    async def close(self) -> None:
        await self._http.close()


class TwilioTexts(TwilioCarrier):
    async def send(self, parcel: Parcel) -> Receipt:
        facts: dict[str, Any] = {
            "to": e164(parcel.address),
            "from_": self.account.sender,
            "body": words_of(parcel),
            "status_callback": callback_url(parcel.channel, parcel.slug, parcel.id),
        }
        if parcel.urgency == Urgency.PANIC:
            facts["validity_period"] = VALID_SECONDS
        return await self._ask(parcel, self.rest.messages.create_async(**facts))


class TwilioCalls(TwilioCarrier):
    """What is said is asked for when somebody has picked up (outbox/views/callbacks.py)."""

    async def send(self, parcel: Parcel) -> Receipt:
        call = self.rest.calls.create_async(
            to=e164(parcel.address),
            from_=self.account.sender,
            url=call_url(parcel.slug, parcel.id),
            timeout=RING_SECONDS,
            status_callback=callback_url(parcel.channel, parcel.slug, parcel.id),
            status_callback_event=["completed"],
        )
        return await self._ask(parcel, call)


def failure_of(status: int, code: int | None) -> SendError:
    """What their no means for the number, for this message or for us."""
    if code in TWILIO_DEAD:
        return SendError(TWILIO_DEAD[code], address_is_dead=True)
    if status in {401, 403} or code in UNAUTHORIZED:
        return SendError("unauthorized")
    if status == 400:
        return SendError(f"twilio-{code or status}", permanent=True)
    return SendError(f"http-{status}")
