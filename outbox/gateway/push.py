"""The push service: takes what a browser's would take, and really opens it."""

import json
import re
import uuid
from functools import partial

import http_ece

from outbox.gateway.desk import FrontDesk
from outbox.gateway.devices import Device, Devices
from outbox.gateway.http import Answer, Ask, Reply, TurnedAway, as_json
from outbox.gateway.ledger import Arrival
from outbox.gateway.vapid import vouched_key

# A push service need not take more (RFC 8030).
MOST = 4096
NAME = re.compile(r"[A-Za-z0-9_-]{1,80}")


class PushService:
    """POST /push/{device}; POST /devices and /devices/{id}/revoke make and revoke one."""

    origin = ""

    def __init__(self, desk: FrontDesk, devices: Devices) -> None:
        self.desk, self.devices = desk, devices

    def push(self, ask: Ask, parts: list[str]) -> Reply:
        if ask.method != "POST" or len(parts) != 1:
            raise TurnedAway(404, {"error": "not_found"})
        return self.desk.pass_on("push", partial(self.take, ask, parts[0]))

    def take(self, ask: Ask, name: str) -> Answer:
        device = self.devices.find(name)
        if device is None:
            raise TurnedAway(404, {"error": "no_such_device"})
        if device.is_revoked:
            raise TurnedAway(410, {"error": "gone"})
        self.see_sender(ask, device)
        text = opened(ask, device)
        location = uuid.uuid4().hex
        key = ask.headers.get("idempotency-key") or named_in(text) or location
        self.desk.ledger.take(Arrival("push", key, name, text))
        return as_json(201, {}, Location=f"{self.origin}/messages/{location}")

    def see_sender(self, ask: Ask, device: Device) -> None:
        key = vouched_key(ask.headers.get("authorization", ""), self.origin)
        if not key or device.sender not in {"", key}:
            raise TurnedAway(403, {"error": "vapid"})

    def manage(self, ask: Ask, parts: list[str]) -> Reply:
        """Make a device ({"id": …, "key": the VAPID key} are both optional), or revoke one."""
        if ask.method != "POST":
            raise TurnedAway(405, {"error": "method"})
        if not parts:
            return self.make(ask)
        device = self.devices.find(parts[0])
        if device is None or parts[1:] != ["revoke"]:
            raise TurnedAway(404, {"error": "no_such_device"})
        self.devices.revoke(device)
        return as_json(200, {"id": device.id})

    def make(self, ask: Ask) -> Answer:
        facts = ask.facts()
        name = str(facts.get("id", ""))
        if name and not NAME.fullmatch(name):
            raise TurnedAway(400, {"error": "unknown", "name": "id"})
        device = self.devices.make(name, sender=str(facts.get("key", "")).rstrip("="))
        return as_json(201, device.subscription(self.origin))


def named_in(text: str) -> str:
    """The sender's own name for it: a push service knows none, so it stands inside."""
    try:
        facts = json.loads(text)
    except ValueError:
        return ""
    return str(facts.get("id", "")) if isinstance(facts, dict) else ""


def opened(ask: Ask, device: Device) -> str:
    """The plain text, as only the device can read it."""
    if not ask.headers.get("ttl", "").isdecimal():
        raise TurnedAway(400, {"error": "ttl"})
    if len(ask.body) > MOST:
        raise TurnedAway(413, {"error": "too_large"})
    if ask.headers.get("content-encoding") != "aes128gcm":
        raise TurnedAway(400, {"error": "encoding"})
    try:
        text: bytes = http_ece.decrypt(
            ask.body, private_key=device.key, auth_secret=device.auth, version="aes128gcm"
        )
        return text.decode()
    except (http_ece.ECEException, ValueError):
        raise TurnedAway(400, {"error": "can_not_decrypt"}) from None
