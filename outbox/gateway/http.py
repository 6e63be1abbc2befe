"""Just enough HTTP/1.1 to answer many small requests with little work. The far end of a
benchmark must not use up the processor that is being measured, so no framework stands here."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, cast
from urllib.parse import parse_qs, parse_qsl

MOST_HEAD, MOST_BODY = 64 * 1024, 4 * 1024 * 1024
JSON = "application/json"
END_OF_HEAD = b"\r\n\r\n"
PHRASES = {status.value: status.phrase for status in HTTPStatus}


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back."""

    status: int
    body: bytes = b""
    kind: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)

    def encoded(self) -> bytes:
        more = "".join(f"{name}: {value}\r\n" for name, value in self.headers.items())
        head = (
            f"HTTP/1.1 {self.status} {PHRASES.get(self.status, 'Odd')}\r\n"
            f"Content-Type: {self.kind}\r\nContent-Length: {len(self.body)}\r\n{more}\r\n"
        )
        return head.encode("latin-1") + self.body


type Reply = Answer | Awaitable[Answer]


def as_json(status: int, facts: object, **headers: str) -> Answer:
    return Answer(status, json.dumps(facts).encode(), headers=headers)


class TurnedAway(Exception):
    """A no, with the answer that says it."""

    def __init__(self, status: int, facts: object) -> None:
        super().__init__(status)
        self.answer = as_json(status, facts)


@dataclass(frozen=True, slots=True)
class Ask:
    """One request; the names of its headers are in lower case."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes

    def form(self) -> dict[str, list[str]]:
        """The fields of a form, each with all its values."""
        try:
            return parse_qs(self.body.decode(), keep_blank_values=True)
        except ValueError:
            raise TurnedAway(400, {"error": "not_a_form"}) from None

    def facts(self) -> dict[str, Any]:
        """The JSON object in the body; nothing is an empty one."""
        try:
            found = json.loads(self.body or b"{}")
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise TurnedAway(400, {"error": "not_a_json_object"})
        return found

    def asked(self) -> dict[str, str]:
        """What stands behind the question mark."""
        return dict(parse_qsl(self.query))


type Serve = Callable[[Ask], Reply]


class HttpLine(asyncio.Protocol):
    """One connection. It answers in the order of asking, one request at a time."""

    def __init__(self, serve: Serve) -> None:
        self.serve = serve
        self.waiting = bytearray()
        self.head: tuple[str, str, dict[str, str]] | None = None
        self.late: asyncio.Task[None] | None = None
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # A TCP server makes no other; uvloop's own class only looks like it.
        self.transport = cast(asyncio.Transport, transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self.transport = None
        if self.late:
            self.late.cancel()

    def data_received(self, data: bytes) -> None:
        self.waiting += data
        self.go_on()

    def go_on(self) -> None:
        """Answer all that has come in whole; what needs time is finished first."""
        try:
            while self.late is None and self.waiting and (ask := self.next_ask()):
                reply = self.serve(ask)
                if isinstance(reply, Answer):
                    self.send(reply)
                else:
                    self.late = asyncio.ensure_future(self.send_later(reply))
        except TurnedAway as no:
            self.send(no.answer)
            self.hang_up()

    async def send_later(self, reply: Awaitable[Answer]) -> None:
        answer = await reply
        self.late = None
        self.send(answer)
        self.go_on()

    def send(self, answer: Answer) -> None:
        if self.transport is not None:
            self.transport.write(answer.encoded())

    def hang_up(self) -> None:
        if self.transport is not None:
            self.transport.close()

    def next_ask(self) -> Ask | None:
        """The next request that is here in whole."""
        if self.head is None:
            self.head = self.next_head()
        if self.head is None:
            return None
        method, target, headers = self.head
        length = length_of(headers)
        if len(self.waiting) < length:
            return None
        body = bytes(self.waiting[:length])
        del self.waiting[:length]
        self.head = None
        path, _, query = target.partition("?")
        return Ask(method, path, query, headers, body)

    def next_head(self) -> tuple[str, str, dict[str, str]] | None:
        end = self.waiting.find(END_OF_HEAD)
        if end < 0:
            if len(self.waiting) > MOST_HEAD:
                raise TurnedAway(431, {"error": "head_too_large"})
            return None
        first, *lines = self.waiting[:end].decode("latin-1").split("\r\n")
        del self.waiting[: end + len(END_OF_HEAD)]
        words = first.split(" ")
        if len(words) != 3:
            raise TurnedAway(400, {"error": "malformed"})
        headers = {}
        for line in lines:
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        return words[0], words[1], headers


def length_of(headers: Mapping[str, str]) -> int:
    """How many bytes follow the head."""
    if "transfer-encoding" in headers:
        raise TurnedAway(411, {"error": "length_required"})
    stated = headers.get("content-length", "0")
    if not stated.isdecimal():
        raise TurnedAway(400, {"error": "malformed"})
    if (length := int(stated)) > MOST_BODY:
        raise TurnedAway(413, {"error": "body_too_large"})
    return length
