"""Streams and pages on one port without a proxy, for `./portal up` and the browser tests.

gunicorn serves pages with a thread each; a stream would hold its thread for minutes. So a stream's
connection is taken out of gunicorn's hands and joined to the live process's socket, by one event
loop for all of them. In production the proxy does that (docker-compose.yml).
"""

import asyncio
import errno
import os
import socket
import threading
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

from partnership.running.many_files import allow_many_files
from partnership.wsgi import application as pages

PREFIX = "/live/"
PASSED_ON = {
    "HTTP_HOST": "Host",
    "HTTP_COOKIE": "Cookie",
    "HTTP_ACCEPT": "Accept",
    "HTTP_LAST_EVENT_ID": "Last-Event-ID",
}
AWAY = (
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nCache-Control: no-store\r\n"
    b"Content-Length: 0\r\nConnection: close\r\n\r\n"
)

type Environ = dict[str, Any]
type Wsgi = Callable[[Environ, Any], Iterable[bytes]]


class HandedOver(BrokenPipeError):
    """Ends the request for gunicorn: to it the visitor has hung up, of which it says nothing."""

    def __init__(self) -> None:
        super().__init__(errno.EPIPE, "handed over to the live process")


class LiveDoor:
    """The pages, with the way to the streams beside them."""

    def __init__(self, pages: Wsgi, house: str) -> None:
        self.pages, self.house = pages, house

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        if not environ["PATH_INFO"].startswith(PREFIX):
            return self.pages(environ, start_response)
        line = take_over(environ["gunicorn.socket"])
        asyncio.run_coroutine_threadsafe(carry(line, head_of(environ), self.house), loop())
        raise HandedOver


class Side(asyncio.Protocol):
    """One end of a stream that passes through; what comes in here goes out at the other."""

    def __init__(self) -> None:
        self.other: Side | None = None
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        if out := self._beyond():
            out.write(data)

    def connection_lost(self, problem: Exception | None) -> None:
        if out := self._beyond():
            out.close()

    def pause_writing(self) -> None:
        if out := self._beyond():
            out.pause_reading()

    def resume_writing(self) -> None:
        if out := self._beyond():
            out.resume_reading()

    def _beyond(self) -> asyncio.Transport | None:
        return self.other.transport if self.other else None


async def carry(line: socket.socket, head: bytes, house: str) -> None:
    """Join a visitor's line to the live process; where that is away, say so at once."""
    here = asyncio.get_running_loop()
    visitor, _ = await here.create_connection(Side, sock=line)
    try:
        inside, end = await here.create_unix_connection(Side, house)
    except OSError:
        visitor.write(AWAY)
        visitor.close()
        return
    join(visitor.get_protocol(), end)
    inside.write(head)
    if visitor.is_closing():
        inside.close()


def join(one: Any, other: Side) -> None:
    one.other, other.other = other, one


def take_over(theirs: socket.socket) -> socket.socket:
    """The visitor's line as a socket of our own. gunicorn keeps its object but under its number
    now lies a line that leads nowhere: what it does to say goodbye can not end the stream."""
    ours = theirs.dup()
    ours.setblocking(False)
    near, far = socket.socketpair()
    far.close()
    os.dup2(near.fileno(), theirs.fileno(), inheritable=False)
    near.close()
    return ours


def head_of(environ: Environ) -> bytes:
    """The request again, with no more of it than the live process needs."""
    lines = [f"{environ['REQUEST_METHOD']} {environ['RAW_URI']} HTTP/1.1"]
    lines += [f"{name}: {environ[key]}" for key, name in PASSED_ON.items() if key in environ]
    return "\r\n".join([*lines, "Connection: close", "", ""]).encode("latin-1")


_turn = threading.Lock()


def loop() -> asyncio.AbstractEventLoop:
    """This process's event loop, in a thread of its own; made when the first stream comes, as the
    process that serves is a fork of the one that has read this file."""
    with _turn:
        return _loop_of(os.getpid())


@cache
def _loop_of(process: int) -> asyncio.AbstractEventLoop:
    allow_many_files()
    made = asyncio.new_event_loop()
    threading.Thread(target=made.run_forever, name=f"live-door-{process}", daemon=True).start()
    return made


application = LiveDoor(pages, os.environ.get("PORTAL_LIVE_SOCKET", ""))
