"""The live process's ear at the database: one connection, made anew whenever it is lost."""

import asyncio
import contextlib
import logging
import signal
from collections.abc import Awaitable, Callable
from functools import partial
from types import FrameType
from typing import Any

import psycopg
from django.conf import settings
from django.db import DatabaseError, connections

from partnership.live.hub import Hub
from partnership.pulse import beat

CHANNEL = "partnership_live"
NAME = "partnership-live"
LONGEST_REST = 5.0
# A dead connection that says nothing is found out by asking it.
SILENCE_SECONDS = 15
PULSE_SECONDS = 20
log = logging.getLogger(__name__)


def address() -> dict[str, Any]:
    """Where Django's own connection leads."""
    known = {"dbname", "user", "password", "host", "port", "sslmode", "service"}
    facts = connections["default"].get_connection_params()
    named = {name: value for name, value in facts.items() if name in known}
    return {**named, "application_name": NAME}


async def listen(hub: Hub) -> None:
    """For ever: pass on each call. What was missed while nobody listened is read at once."""
    rest = 0.1
    while True:
        try:
            async with await psycopg.AsyncConnection.connect(**address(), autocommit=True) as ear:
                await ear.execute(f"LISTEN {CHANNEL}")
                hub.call()
                rest = 0.1
                await pass_on(ear, hub)
        except (psycopg.Error, OSError) as fault:
            log.warning("The live process lost the database: %s.", type(fault).__name__)
            await asyncio.sleep(rest)
            rest = min(rest * 2, LONGEST_REST)


async def pass_on(ear: "psycopg.AsyncConnection[Any]", hub: Hub) -> None:
    while True:
        async for notice in ear.notifies(timeout=SILENCE_SECONDS):
            if notice.payload.isdecimal():
                hub.call(int(notice.payload))
        await ear.execute("SELECT 1")


async def every(seconds: float, deed: Callable[[], Awaitable[None] | None]) -> None:
    """For ever; a database that is away is asked again the next time."""
    while True:
        with contextlib.suppress(DatabaseError):
            if (waits := deed()) is not None:
                await waits
        await asyncio.sleep(seconds)


def before_the_server_waits(deed: Callable[[], None]) -> None:
    """On a signal do this first: the server itself waits for its streams to end, which they never
    would by themselves."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        theirs = signal.getsignal(number)

        def heard(number: int, frame: FrameType | None, theirs: Any = theirs) -> None:
            loop.call_soon_threadsafe(deed)
            if callable(theirs):
                theirs(number, frame)

        signal.signal(number, heard)


def tasks(hub: Hub) -> list["asyncio.Task[None]"]:
    """All that runs beside the streams. A lost call costs no more than the second until the next
    reading."""
    loop = asyncio.get_running_loop()
    return [
        loop.create_task(listen(hub)),
        loop.create_task(hub.read()),
        loop.create_task(every(1, hub.call)),
        loop.create_task(every(1, hub.tick)),
        loop.create_task(every(PULSE_SECONDS, partial(hub.ask, beat, "live"))),
        loop.create_task(every(settings.LIVE_RECHECK_SECONDS, hub.check_rights)),
    ]
