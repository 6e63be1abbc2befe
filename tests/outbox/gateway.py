"""The real stand-in gateway as a process for tests, and somebody whom it can call back."""

import json
import os
import signal
import subprocess
import sys
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlencode

import pytest
from aiohttp import encode_basic_auth
from pywebpush import webpush

from partnership.running.children import REPOSITORY, dies_with_us
from tests.outbox.receiver import Receiver

PATIENCE_SECONDS = 10.0
NUMBER = "+15555551234"
# Any number of 32 bytes is a key.
VAPID = urlsafe_b64encode(b"\x07" * 32).rstrip(b"=").decode()


class GatewayProcess:
    """`manage.py gateway` on free ports; all of /control is one method."""

    def __init__(self, *options: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "gateway", *options],
            cwd=REPOSITORY,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            preexec_fn=dies_with_us(signal.SIGKILL),
        )
        assert self.process.stdout is not None
        ready = json.loads(self.process.stdout.readline())
        self.url: str = ready["url"]
        self.host = self.url.removeprefix("http://")
        self.smtp_port: int = ready["smtp_port"]
        self.http_port: int = ready["http_port"]

    @property
    def providers(self) -> dict[str, list[str]]:
        """For settings.OUTBOX_PROVIDERS, with OUTBOX_INSIDE_HOSTS = [gateway.host]."""
        account = f"demo:demo@{self.host}"
        sender = "from=%2B15555550100"
        return {
            "email": [f"smtp://127.0.0.1:{self.smtp_port}"],
            "sms": [f"http://{account}/send/sms?{sender}"],
            "voice": [f"twilio+http://{account}?{sender}"],
            "push": ["webpush:"],
            "webhook": ["webhook:"],
        }

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, Any]:
        """One request; the status and the JSON that came back."""
        line = HTTPConnection("127.0.0.1", self.http_port, timeout=PATIENCE_SECONDS)
        line.request(method, path, body, {k.replace("_", "-"): v for k, v in headers.items()})
        answer = line.getresponse()
        text = answer.read()
        line.close()
        return answer.status, json.loads(text) if text else None

    def form(self, path: str, *, signed_in: str = "AC1:t", **fields: str) -> Any:
        """A request of Twilio's API by the account AC1, whose token is "t"."""
        kind = "application/x-www-form-urlencoded"
        path = f"/2010-04-01/Accounts/AC1/{path}"
        signed = encode_basic_auth(*signed_in.split(":"))
        body = urlencode(fields).encode()
        return self.ask("POST", path, body, Authorization=signed, Content_Type=kind)

    def send(self, channel: str, key: str = "k1", **facts: str) -> tuple[int, Any]:
        """A request of the plain API; the secret is base64 of "portal"."""
        body = json.dumps({"id": key, "to": NUMBER, "text": "Words", **facts}).encode()
        signed = encode_basic_auth("demo", "cG9ydGFs")
        more = {"Authorization": signed, "Idempotency-Key": key}
        return self.ask("POST", f"/send/{channel}", body, **more)

    def control(self, channel: str, **mood: object) -> None:
        """fail=, times=, stall=, latency_ms=, press=, duplicate_callbacks=, …"""
        status, said = self.ask(
            "POST", "/control", json.dumps(mood | {"channel": channel}).encode()
        )
        assert status == 200, said

    def reset(self) -> None:
        self.ask("POST", "/control/reset")

    def device(self, **facts: str) -> dict[str, Any]:
        """A new device's push subscription, as a browser gives it."""
        status, subscription = self.ask("POST", "/devices", json.dumps(facts).encode())
        assert status == 201, subscription
        return dict(subscription)

    def revoke(self, subscription: dict[str, Any]) -> None:
        self.ask("POST", f"/devices/{subscription['endpoint'].rpartition('/')[2]}/revoke")

    def received(self, channel: str = "") -> list[dict[str, Any]]:
        """Everything that came, oldest first: channel, id, to, text, subject, at, count."""
        return list(self.ask("GET", f"/received?channel={channel}")[1])

    def counts(self, channel: str) -> dict[str, Any]:
        """requests, unique, refused, callbacks, first_ms, last_ms."""
        return dict(self.ask("GET", "/counts")[1][channel])

    def stop(self) -> str:
        """End it in order; what it said since it stood."""
        self.process.send_signal(signal.SIGTERM)
        said, _ = self.process.communicate(timeout=PATIENCE_SECONDS)
        assert self.process.returncode == os.EX_OK, said
        return said


def push(subscription: dict[str, Any], text: str = "Words", *, audience: str = "") -> Any:
    """As a portal pushes with pywebpush; raises WebPushException."""
    claims = {"sub": "mailto:portal@example.org"} | ({"aud": audience} if audience else {})
    return webpush(subscription, text, vapid_private_key=VAPID, vapid_claims=claims, ttl=60)


def wait_until(holds: Callable[[], object], *, within: float = PATIENCE_SECONDS) -> None:
    """Real processes need real time; a deadline that passes is a failure."""
    deadline = time.monotonic() + within
    while not holds():
        assert time.monotonic() < deadline, "it did not come to that"
        time.sleep(0.01)


@pytest.fixture(scope="session")
def gateway_process() -> Iterator[GatewayProcess]:
    process = GatewayProcess("--quiet")
    yield process
    assert process.stop() == ""


@pytest.fixture
def gateway(gateway_process: GatewayProcess) -> Iterator[GatewayProcess]:
    """The stand-in, well-behaved and empty."""
    gateway_process.reset()
    yield gateway_process
    gateway_process.reset()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A small portal that takes callbacks."""
    with Receiver() as standing:
        yield standing
