"""The switchboard of the live process: which pages are open, and what is rung through to them.

Everything here runs in one event loop; the database is asked in threads of a small number, and by
no page for itself.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.db import Error, connections

from partnership.live import frames, reading, rights
from partnership.live.desk import Desk
from partnership.live.stream import Stream
from partnership.models import Partnership

ASKED_AT_ONCE = 500


class Room:
    """One partnership's open pages, and how far its rings were read."""

    def __init__(self, partnership: Partnership) -> None:
        self.partnership = partnership
        self.place: reading.Bookmark | None = None
        self.first_place: asyncio.Task[reading.Bookmark] | None = None
        self.streams: set[Stream] = set()

    def begin_at(self, place: reading.Bookmark) -> None:
        """For whoever of the first comes first."""
        self.place = self.place or place

    def ring_through(self, rings: list[frames.Ring]) -> None:
        for ring in rings:
            for stream in self.streams:
                stream.hear(ring)

    def judge(self, verdicts: dict[str, rights.Verdict]) -> None:
        """End the streams whose session may not hear them any more."""
        for stream in self.streams:
            said = verdicts.get(stream.session_key)
            if isinstance(said, HTTPStatus) or (said and said.pk != stream.membership_id):
                stream.end()


class Hub:
    """One for the process."""

    def __init__(self) -> None:
        self.rooms: dict[int, Room] = {}
        self.due: set[int] = set()
        self.is_due = asyncio.Event()
        self.sessions: defaultdict[str, list[Stream]] = defaultdict(list)
        self.doorkeeper = Desk(rights.admit)
        self.memory = Desk(reading.fill)
        self.inspector = ThreadPoolExecutor(1, thread_name_prefix="live-rights")
        self.reader = ThreadPoolExecutor(1, thread_name_prefix="live-reader")
        self.is_closing = False

    async def ask[T](self, question: Callable[..., T], *facts: Any) -> T:
        """Put a question to the database in a thread that keeps no connection for it."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self.inspector, and_let_go, question, *facts)

    async def join(self, partnership: Partnership, stream: Stream) -> None:
        """From here on the stream hears what is committed."""
        room = self.rooms.setdefault(partnership.pk, Room(partnership))
        room.streams.add(stream)
        mine = self.sessions[stream.session_key]
        mine.append(stream)
        if len(mine) > settings.LIVE_STREAMS_PER_SESSION:
            mine.pop(0).end(frames.ENOUGH)
        if room.place is None:
            if room.first_place is None:  # asked once, however many come at the same time
                room.first_place = asyncio.create_task(self.ask(reading.first_place, partnership))
            room.begin_at(await room.first_place)
        if self.is_closing:
            stream.end()

    def leave(self, partnership: Partnership, stream: Stream) -> None:
        room = self.rooms[partnership.pk]
        room.streams.discard(stream)
        if not room.streams:
            del self.rooms[partnership.pk]
        mine = self.sessions[stream.session_key]
        if stream in mine:
            mine.remove(stream)
        if not mine:
            del self.sessions[stream.session_key]

    def call(self, partnership_pk: int | None = None) -> None:
        """Read a partnership's rings soon; all partnerships' when none is named."""
        self.due |= self.rooms.keys() if partnership_pk is None else {partnership_pk}
        self.is_due.set()

    async def read(self) -> None:
        """For ever: read what is due and ring it through, one partnership after another."""
        loop = asyncio.get_running_loop()
        while True:
            await self.is_due.wait()
            self.is_due.clear()
            for partnership_pk in [self.due.pop() for _ in range(len(self.due))]:
                room = self.rooms.get(partnership_pk)
                if room is None or room.place is None:
                    continue
                found = await loop.run_in_executor(self.reader, read_or_rest, room)
                if found is not None:
                    new, room.place = found
                    room.ring_through(new)

    def tick(self) -> None:
        """Once a second: signs of life for the quiet, and the end for those whose time is up."""
        now = asyncio.get_running_loop().time()
        sign = frames.here()
        for stream in self.all_streams():
            if now >= stream.ends_at:
                stream.end()
            elif now >= stream.quiet_until:
                stream.offer(sign)
                stream.quiet_until = now + settings.LIVE_HEARTBEAT_SECONDS

    async def check_rights(self) -> None:
        """End every stream whose person may not see the pages any more."""
        for room in list(self.rooms.values()):
            keys = sorted({stream.session_key for stream in room.streams})
            for start in range(0, len(keys), ASKED_AT_ONCE):
                some = keys[start : start + ASKED_AT_ONCE]
                room.judge(await self.ask(rights.judge, room.partnership, some))

    def close(self) -> None:
        """The process is about to end: let every page go and come back to the next one."""
        self.is_closing = True
        for stream in self.all_streams():
            stream.end()

    def all_streams(self) -> list[Stream]:
        return [stream for room in self.rooms.values() for stream in room.streams]


def read_or_rest(room: Room) -> tuple[list[frames.Ring], reading.Bookmark] | None:
    """None when the database is away: the next second asks again, from the same place."""
    assert room.place is not None  # noqa: S101 - read() saw to it
    try:
        return reading.read_on(room.partnership, room.place)
    except Error:
        connections.close_all()
        return None


def and_let_go[T](question: Callable[..., T], *facts: Any) -> T:
    try:
        return question(*facts)
    finally:
        connections.close_all()
