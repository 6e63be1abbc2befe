"""Tells the portal what became of a message: callbacks, signed as the real ones sign them."""

import asyncio
import json
import time
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import Any, Protocol
from urllib.parse import urlencode, urlsplit

import aiohttp
from standardwebhooks import Webhook
from twilio.request_validator import RequestValidator

from outbox.gateway.desk import FrontDesk

AT_ONCE = 20
TIMEOUT = aiohttp.ClientTimeout(total=10)
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Envelope:
    """One request to the portal, signed and ready."""

    url: str
    body: bytes
    headers: dict[str, str]


class Reporter(Protocol):
    """Whoever reports the states of one message."""

    def report(self, status: str, number: int) -> Envelope:
        """The callback for a state, the `number`-th of this message."""


@dataclass(frozen=True)
class TwilioReporter:
    """Reports as Twilio does. `name`: "Message" or "Call"; `token` signs."""

    name: str
    url: str
    token: str
    params: dict[str, str]

    def report(self, status: str, number: int) -> Envelope:
        more = {f"{self.name}Status": status}
        more |= {"SmsStatus": status} if self.name == "Message" else {"SequenceNumber": f"{number}"}
        return self.envelope(self.url, token=f"{self.params[f'{self.name}Sid']}-{status}", **more)

    def envelope(self, url: str, *, token: str = "", **more: str) -> Envelope:
        """Any request of theirs; `token` tells a second copy from another request."""
        params = self.params | more
        signature = RequestValidator(self.token).compute_signature(url, params)
        headers = {"Content-Type": FORM, "X-Twilio-Signature": signature}
        if token:
            headers["I-Twilio-Idempotency-Token"] = token
        return Envelope(url, urlencode(params).encode(), headers)


@dataclass(frozen=True)
class PlainReporter:
    """Reports as JSON, signed by Standard Webhooks. `id`: the name we gave the message;
    `digits`: the key that was pressed."""

    id: str
    reference: str
    url: str
    secret: str
    digits: str = ""

    def report(self, status: str, number: int) -> Envelope:
        facts = {"id": self.id, "reference": self.reference, "status": status}
        facts |= {"digits": self.digits} if self.digits and status == "delivered" else {}
        body = json.dumps({**facts, "at": round(time.time() * 1000)})
        now, name = datetime.now(UTC), f"{self.id}-{status}"
        headers = {
            "Content-Type": "application/json",
            "webhook-id": name,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": Webhook(self.secret).sign(name, now, body),
        }
        return Envelope(self.url, body.encode(), headers)


@dataclass
class Messenger:
    """Posts to the portal, a few at a time, and to nobody but this machine."""

    desk: FrontDesk
    _doors: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))
    _session: aiohttp.ClientSession | None = None
    _running: set[asyncio.Task[None]] = field(default_factory=set)

    def start(self, deed: Coroutine[Any, Any, None]) -> None:
        """Let it run beside the answers."""
        task = asyncio.ensure_future(deed)
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def tell(self, channel: str, voice: Reporter, statuses: Sequence[str]) -> None:
        """Every state in its order, or as the channel's mood has it."""
        mood = self.desk.moods.by_channel[channel]
        if mood.no_callbacks:
            return
        numbered = list(enumerate(statuses))
        for number, status in reversed(numbered) if mood.reorder_callbacks else numbered:
            for _ in range(1 + mood.duplicate_callbacks):
                code, _ = await self.post(voice.report(status, number))
                self.desk.ledger.tallies[channel].callbacks += 200 <= code < 300

    async def post(self, envelope: Envelope) -> tuple[int, str]:
        """Status and text of the portal's answer; 0 where there is none."""
        if not is_here(envelope.url):
            return 0, ""
        self._session = self._session or aiohttp.ClientSession(timeout=TIMEOUT)
        asking = self._session.post(
            envelope.url, data=envelope.body, headers=envelope.headers, allow_redirects=False
        )
        try:
            async with self._doors, asking as answer:
                return answer.status, await answer.text()
        except (aiohttp.ClientError, TimeoutError, UnicodeDecodeError):
            return 0, ""

    async def close(self) -> None:
        for task in list(self._running):
            task.cancel()
        if self._session:
            await self._session.close()


def is_here(url: str) -> bool:
    """Whether an address is on this machine: the stand-in calls no other."""
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
