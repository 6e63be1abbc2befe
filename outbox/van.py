"""A thread with an event loop in which the carriers are at work: parcels in, outcomes out.

The thread that owns the rows never waits for a provider, and the carriers never see a row.
"""

import asyncio
import logging
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import TracebackType

from outbox.channels.base import Carrier, Parcel, Receipt, SendError
from outbox.channels.providers import open_provider
from outbox.models import Delivery
from outbox.patience import longest_send

try:
    import uvloop as loops
except ImportError:  # there is none for Windows
    import asyncio as loops  # type: ignore[no-redef]

# At once by one provider; more would only wait at its door.
ABREAST = 100
# How long outcomes are collected before they are noted together, and how many at most.
COLLECT_SECONDS = 0.03
COLLECT_MOST = 250
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Load:
    """One delivery on its way, by whom, and until when it may be begun (monotonic seconds)."""

    delivery: Delivery
    parcel: Parcel
    provider: str
    late: float


@dataclass(frozen=True)
class Outcome:
    """How one attempt ended. Neither receipt nor failure: it was not begun."""

    delivery: Delivery
    provider: str
    receipt: Receipt | None = None
    failure: SendError | None = None
    milliseconds: int = 0


class Van:
    """Open it, load it, take the outcomes out until it is empty, close it."""

    def __init__(self, *, stopping: Callable[[], bool] = lambda: False) -> None:
        self._stopping = stopping
        self._loop: asyncio.AbstractEventLoop = loops.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._outcomes: deque[Outcome] = deque()
        self._enough = threading.Event()
        self._carriers: dict[str, Carrier] = {}
        self._lines: dict[str, deque[Load]] = defaultdict(deque)
        self._hands: dict[str, set[asyncio.Task[None]]] = defaultdict(set)
        self.under_way = 0

    def __enter__(self) -> "Van":
        self._thread.start()
        return self

    def __exit__(self, kind: type | None, problem: object, place: TracebackType | None) -> None:
        if kind is not None and not issubclass(kind, Exception):
            return  # the process ends at once; its thread does not hold it
        asyncio.run_coroutine_threadsafe(self._empty(), self._loop).result(timeout=15)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=5)
        if not self._loop.is_running():
            self._loop.close()

    def load(self, loads: Iterable[Load]) -> None:
        """Begin to carry these; each will come back as an outcome."""
        batch = list(loads)
        self.under_way += len(batch)
        self._loop.call_soon_threadsafe(self._begin, batch)

    def outcomes(self) -> list[Outcome]:
        """What has ended by now; waits a moment, so that many are noted together."""
        if self.under_way:
            self._enough.wait(COLLECT_SECONDS)
            self._enough.clear()
        found = [self._outcomes.popleft() for _ in range(min(COLLECT_MOST, len(self._outcomes)))]
        self.under_way -= len(found)
        return found

    def _begin(self, batch: list[Load]) -> None:
        for load in batch:
            self._lines[load.provider].append(load)
        for provider, line in self._lines.items():
            hands = self._hands[provider]
            for _ in range(min(len(line), ABREAST - len(hands))):
                hand = self._loop.create_task(self._work(provider))
                hands.add(hand)
                hand.add_done_callback(hands.discard)

    async def _work(self, provider: str) -> None:
        """One of those who stand abreast: takes the next as long as there is one."""
        line = self._lines[provider]
        while line:
            self._outcomes.append(await self._carry(line.popleft()))
            # Not each one wakes the thread that waits: two threads would only push each other.
            if len(self._outcomes) >= min(COLLECT_MOST, self.under_way):
                self._enough.set()

    async def _carry(self, load: Load) -> Outcome:
        if self._stopping() or time.monotonic() > load.late:
            return Outcome(load.delivery, load.provider)
        began = time.monotonic()
        receipt, failure = await self._attempt(load)
        took = int((time.monotonic() - began) * 1000)
        return Outcome(load.delivery, load.provider, receipt, failure, took)

    async def _attempt(self, load: Load) -> tuple[Receipt | None, SendError | None]:
        """A fault of our own counts as one that may pass: it must not keep the others waiting,
        and it is told to somebody when it stays."""
        try:
            async with asyncio.timeout(longest_send(load.parcel.urgency)):
                return await self._carrier(load.provider).send(load.parcel), None
        except SendError as problem:
            return None, problem
        except TimeoutError:
            return None, SendError("timeout")
        except Exception:  # whatever it is, the row has to say so
            log.exception("A %s of kind %s broke", load.parcel.channel, load.parcel.kind)
            return None, SendError("fault")

    def _carrier(self, provider: str) -> Carrier:
        if provider not in self._carriers:
            self._carriers[provider] = open_provider(provider)
        return self._carriers[provider]

    async def _empty(self) -> None:
        for hand in [hand for hands in self._hands.values() for hand in hands]:
            hand.cancel()
        for carrier in self._carriers.values():
            try:
                async with asyncio.timeout(3):
                    await carrier.close()
            except Exception:  # whatever they say at the end, their yes was before
                log.info("A provider did not take our goodbye.")
