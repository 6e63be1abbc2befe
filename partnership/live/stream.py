"""One open page: what waits to be sent to it, and how long it may stay."""

import asyncio
import random
from collections import deque
from uuid import UUID

from django.conf import settings

from partnership.live.frames import RESET, Ring

MOST_WAITING = 100


class Stream:
    """The line to one page. Everything here runs in the event loop's own thread.

    session_key, membership_id: in whose right it is open
    quiet_until: when it gets a sign of life; ends_at: when it ends to have its right checked anew
    """

    __slots__ = (
        "_is_over",
        "_waiting",
        "_waker",
        "ends_at",
        "membership_id",
        "quiet_until",
        "session_key",
    )

    def __init__(self, session_key: str, membership_id: UUID) -> None:
        self.session_key, self.membership_id = session_key, membership_id
        now = asyncio.get_running_loop().time()
        share = random.uniform(0.8, 1.0)  # noqa: S311 - no secret; so that not all come back at once
        self.ends_at = now + settings.LIVE_STREAM_SECONDS * share
        self.quiet_until = now + settings.LIVE_HEARTBEAT_SECONDS
        self._waiting: deque[bytes] = deque()
        self._waker: asyncio.Future[None] | None = None
        self._is_over = False

    def offer(self, frame: bytes) -> None:
        """Let it be sent. A page that takes nothing is told to look at everything instead."""
        if len(self._waiting) >= MOST_WAITING:
            self._waiting.clear()
            frame = RESET
        self._waiting.append(frame)
        self._wake()

    def hear(self, ring: Ring) -> None:
        if ring.is_for(self.membership_id):
            self.offer(ring.frame)

    def end(self, last: bytes = b"") -> None:
        """Nothing more comes; what waits is sent no more, as the right to it may be gone."""
        self._waiting.clear()
        if last:
            self._waiting.append(last)
        self._is_over = True
        self._wake()

    def _wake(self) -> None:
        if self._waker is not None and not self._waker.done():
            self._waker.set_result(None)

    async def next(self) -> bytes:
        """All that waits, in one piece, as soon as there is something; empty when it is over."""
        if not self._waiting and not self._is_over:
            self._waker = asyncio.get_running_loop().create_future()
            await self._waker
            self._waker = None
        frames = b"".join(self._waiting)
        self._waiting.clear()
        return frames
