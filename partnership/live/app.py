"""The live process's door: one stream for each page that asks, and nothing else.

Plain ASGI without Django's middleware: a view would hold a thread for each open page. What the
pages' middleware would refuse is refused by partnership/live/rights.py.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.db import DatabaseError
from django.http import parse_cookie
from django.utils import timezone

from partnership.live import frames, listening, reading
from partnership.live.hub import Hub
from partnership.live.stream import Stream
from partnership.middleware import HeadersMiddleware
from partnership.models import Membership, Partnership

type Scope = dict[str, Any]
type Receive = Callable[[], Awaitable[dict[str, Any]]]
type Send = Callable[[dict[str, Any]], Awaitable[None]]

PATH = re.compile(r"/live/([a-z0-9-]{1,40})/")
HEADERS = {
    **HeadersMiddleware.FIXED,
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}
OPEN = {**HEADERS, "Content-Type": "text/event-stream; charset=utf-8"}


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asked for a stream, and from which event on."""

    partnership: Partnership
    membership: Membership
    session_key: str
    last_id: str


class LiveApp:
    """The ASGI application; its hub lives as long as the event loop."""

    hub: Hub

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.live(receive, send)
        elif scope["type"] == "http":
            found = await self.caller(scope)
            if isinstance(found, HTTPStatus):
                await refuse(send, found)
            else:
                await self.hold(found, receive, send)

    async def live(self, receive: Receive, send: Send) -> None:
        """Begin and end with the server."""
        await receive()
        self.hub = Hub()
        tasks = listening.tasks(self.hub)
        listening.before_the_server_waits(self.hub.close)
        await send({"type": "lifespan.startup.complete"})
        await receive()
        for task in tasks:
            task.cancel()
        await send({"type": "lifespan.shutdown.complete"})

    async def caller(self, scope: Scope) -> Caller | HTTPStatus:
        """Who asks, or why they get nothing."""
        path = PATH.fullmatch(scope["path"])
        if path is None:
            return HTTPStatus.NOT_FOUND
        if scope["method"] != "GET":
            return HTTPStatus.METHOD_NOT_ALLOWED
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        cookies = parse_cookie(headers.get(b"cookie", ""))
        key = cookies.get(settings.SESSION_COOKIE_NAME, "")
        scope["headers"].clear()  # 2,000 pages need not keep what they asked with
        try:
            said = await self.hub.doorkeeper.ask((path[1], key))
        except DatabaseError:
            return HTTPStatus.SERVICE_UNAVAILABLE
        if isinstance(said, HTTPStatus):
            return said
        return Caller(said.partnership, said, key, headers.get(b"last-event-id", ""))

    async def hold(self, caller: Caller, receive: Receive, send: Send) -> None:
        """Keep one stream until its page goes, its time is up, or its right is gone."""
        stream = Stream(caller.session_key, caller.membership.pk)
        watch = asyncio.create_task(end_when_gone(stream, receive))
        try:
            await self.hub.join(caller.partnership, stream)
            missed = await self.replay(caller)
            await send(start(HTTPStatus.OK, OPEN))
            await send(piece(frames.opening() + missed + frames.live()))
            while waiting := await stream.next():
                await send(piece(waiting))
            await send(piece(b"", more=False))
        except DatabaseError:  # before anything was sent: only joining can raise it
            await refuse(send, HTTPStatus.SERVICE_UNAVAILABLE)
        finally:
            watch.cancel()
            self.hub.leave(caller.partnership, stream)

    async def replay(self, caller: Caller) -> bytes:
        """What the page missed; asked for after it has joined, so that nothing falls between."""
        since = frames.replay_from(caller.last_id, timezone.now())
        if since is None:
            return frames.RESET
        gap = reading.Gap(caller.partnership, caller.membership.pk, since)
        try:
            missed = await self.hub.memory.ask(gap)
        except DatabaseError:
            return frames.RESET
        return frames.RESET if missed is None else b"".join(missed)


async def end_when_gone(stream: Stream, receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    stream.end()


async def refuse(send: Send, status: HTTPStatus) -> None:
    more = {"Allow": "GET"} if status == HTTPStatus.METHOD_NOT_ALLOWED else {}
    await send(start(status, {**HEADERS, **more, "Content-Length": "0"}))
    await send(piece(b"", more=False))


def start(status: HTTPStatus, headers: dict[str, str]) -> dict[str, Any]:
    pairs = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    return {"type": "http.response.start", "status": status, "headers": pairs}


def piece(body: bytes, *, more: bool = True) -> dict[str, Any]:
    return {"type": "http.response.body", "body": body, "more_body": more}


application = LiveApp()
