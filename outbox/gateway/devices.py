"""The telephones and browsers of the stand-in: each with keys of its own, kept in one file."""

import base64
import contextlib
import json
import os
import uuid
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from outbox.gateway.vapid import encoded

FILE = "devices.jsonl"
CURVE = ec.SECP256R1()


@dataclass
class Device:
    """sender: the VAPID key it was subscribed with; empty: any may push to it."""

    id: str
    private: int
    auth: bytes
    sender: str = ""
    is_revoked: bool = False
    key: ec.EllipticCurvePrivateKey = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.key = ec.derive_private_key(self.private, CURVE)

    def subscription(self, origin: str) -> dict[str, object]:
        """What a browser hands to a page that asked for one."""
        point = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return {
            "endpoint": f"{origin}/push/{self.id}",
            "expirationTime": None,
            "keys": {"p256dh": encoded(point), "auth": encoded(self.auth)},
        }

    def line(self) -> str:
        facts = {
            "id": self.id,
            "private": self.private,
            "auth": base64.b64encode(self.auth).decode(),
            "sender": self.sender,
            "is_revoked": self.is_revoked,
        }
        return f"{json.dumps(facts)}\n"


class Devices:
    """All of them. With a folder they are in a file as well, and one that somebody else wrote
    into it (the demo's data, before the stand-in runs) is found there."""

    def __init__(self, folder: Path | None = None) -> None:
        self.file = folder / FILE if folder else None
        self.by_id: dict[str, Device] = {}
        self._read_until = 0
        self._read_on()

    def make(self, name: str = "", *, sender: str = "") -> Device:
        """A new device, or the one that has this name."""
        if name and (known := self.find(name)):
            return known
        private = ec.generate_private_key(CURVE).private_numbers().private_value
        device = Device(name or uuid.uuid4().hex, private, os.urandom(16), sender)
        self._keep(device)
        return device

    def revoke(self, device: Device) -> None:
        """Its owner took the permission back."""
        device.is_revoked = True
        self._keep(device)

    def find(self, name: str) -> Device | None:
        if name not in self.by_id:
            self._read_on()
        return self.by_id.get(name)

    def _keep(self, device: Device) -> None:
        self.by_id[device.id] = device
        if self.file:
            self.file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = os.open(self.file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            with os.fdopen(handle, "w") as target:
                target.write(device.line())

    def _read_on(self) -> None:
        """What was written since; the last line of a device counts."""
        if not self.file or not self.file.exists():
            return
        with self.file.open() as source:
            source.seek(self._read_until)
            for line in source.read().splitlines():
                self._read_line(line)
            self._read_until = source.tell()

    def _read_line(self, line: str) -> None:
        with contextlib.suppress(ValueError, TypeError, KeyError):
            facts = json.loads(line)
            facts["auth"] = base64.b64decode(facts["auth"])
            self.by_id[facts["id"]] = Device(**facts)
