"""Sends a delivery as Web Push to a person's own device, encrypted so that only it can read it.

http_ece encrypts (RFC 8291), py_vapid says who we are (RFC 8292); pywebpush itself would do the
same one blocking request at a time.
"""

import base64
import json
import time
from dataclasses import dataclass

import http_ece
from aiohttp import ClientTimeout
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from django.urls import reverse
from django.utils.crypto import salted_hmac
from py_vapid import Vapid02, VapidException
from yarl import URL

from outbox.channels.base import Carrier, Parcel, Receipt, SendError
from outbox.channels.guarded import Guarded, see_outside, verdict
from outbox.channels.words import words_of
from outbox.models import Urgency

USUAL = ClientTimeout(total=10, sock_connect=5)
HURRIED = ClientTimeout(total=3, sock_connect=1)
# All payloads are of one size, so that nobody on the way tells one from another; the longest name
# of a partnership fits, in any script.
PAYLOAD_BYTES = 1024
# How long a push service keeps it for a device that is away. A stale alarm is a false one.
KEPT_SECONDS = {Urgency.PANIC: 15 * 60, Urgency.URGENT: 4 * 60 * 60}
KEPT_SECONDS_ELSE = 24 * 60 * 60
# RFC 8292 allows a day; services differ in what they allow beyond half a day.
TOKEN_SECONDS, RENEWED_BEFORE = 12 * 60 * 60, 60 * 60


@dataclass(frozen=True)
class Subscription:
    """One device at its push service, as its browser gave it."""

    endpoint: str
    key: ec.EllipticCurvePublicKey
    auth: bytes


class WebPush:
    """Every push service, whichever the person's browser uses."""

    def __init__(self) -> None:
        self._guarded = Guarded()
        self._vapid = Vapid02.from_raw(settings.WEBPUSH_PRIVATE_KEY.encode())
        self._tokens: dict[str, tuple[float, str]] = {}

    async def send(self, parcel: Parcel) -> Receipt:
        device = device_of(parcel.address)
        see_outside(device.endpoint)
        hurries = parcel.urgency in {Urgency.PANIC, Urgency.URGENT}
        headers = {
            "Authorization": self._authorization(device.endpoint),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(KEPT_SECONDS.get(parcel.urgency, KEPT_SECONDS_ELSE)),
            "Urgency": "high" if hurries else "normal",
            **topic_of(parcel),
        }
        status = await self._guarded.post(
            device.endpoint,
            data=sealed(payload_of(parcel), device),
            headers=headers,
            timeout=HURRIED if parcel.urgency == Urgency.PANIC else USUAL,
        )
        if failure := failure_of(status):
            raise failure
        return Receipt()

    async def close(self) -> None:
        await self._guarded.close()

    def _authorization(self, endpoint: str) -> str:
        """Who we are, signed for one push service and kept nearly as long as it is good for."""
        audience = str(URL(endpoint).origin())
        until, token = self._tokens.get(audience, (0.0, ""))
        if until - RENEWED_BEFORE < time.time():
            until = time.time() + TOKEN_SECONDS
            claims = {"aud": audience, "exp": int(until), "sub": settings.WEBPUSH_CONTACT}
            try:
                token = self._vapid.sign(claims)["Authorization"]
            except VapidException:  # an address in numbers, which no push service has
                raise SendError("malformed", address_is_dead=True) from None
            self._tokens[audience] = (until, token)
        return token


def open_carrier(url: str, *, name: str) -> Carrier:
    return WebPush()


def device_of(subscription: str) -> Subscription:
    """Read what the browser gave. Raises SendError."""
    try:
        facts = json.loads(subscription)
        keys = facts["keys"]
        point, auth = decoded(keys["p256dh"]), decoded(keys["auth"])
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
        device = Subscription(str(facts["endpoint"]), key, auth)
        is_whole = len(auth) == 16 and verdict(device.endpoint) != "malformed"
    except (KeyError, TypeError, ValueError):
        raise SendError("malformed", address_is_dead=True) from None
    if not is_whole:
        raise SendError("malformed", address_is_dead=True)
    return device


def decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def payload_of(parcel: Parcel) -> bytes:
    """What the device shows: generic words, and the board for whoever presses it."""
    facts = {
        "title": parcel.partnership,
        "body": words_of(parcel),
        "url": reverse("board", kwargs={"partnership": parcel.slug}),
        "urgency": parcel.urgency.value,
        "id": str(parcel.id),
    }
    return json.dumps(facts, ensure_ascii=False).encode().ljust(PAYLOAD_BYTES)


def sealed(payload: bytes, device: Subscription) -> bytes:
    """Encrypted for one device, with a key pair used this once."""
    body: bytes = http_ece.encrypt(
        payload,
        private_key=ec.generate_private_key(ec.SECP256R1()),
        dh=device.key,
        auth_secret=device.auth,
    )
    return body


def topic_of(parcel: Parcel) -> dict[str, str]:
    """A newer push about the same thing takes the older one's place. The push service gets no
    key of ours to recognize it by, so it is keyed."""
    if parcel.subject_id is None:
        return {}
    digest = salted_hmac("outbox.push.topic", parcel.subject_id.bytes, algorithm="sha256").digest()
    return {"Topic": base64.urlsafe_b64encode(digest[:24]).decode()}


def failure_of(status: int) -> SendError | None:
    """What a push service's answer means; None for a yes."""
    if 200 <= status < 300:
        return None
    if status in {404, 410}:
        return SendError("gone", address_is_dead=True)
    if status in {401, 403}:
        return SendError("unauthorized")
    if 300 <= status < 400:
        return SendError("redirect")
    return SendError(f"http-{status}", permanent=status in {400, 413})
