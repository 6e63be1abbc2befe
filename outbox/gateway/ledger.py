"""What the stand-in was given: every message once, how often it came, and when."""

import contextlib
import json
import os
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from outbox.gateway.mood import CHANNELS

MOST = 50_000
FILE = "received.jsonl"


@dataclass(slots=True)
class Arrival:
    """One message.

    id: the sender's own name for it, which a second copy carries again
    at: when it came first, in milliseconds since 1970
    count: how often it came
    opened: for a letter that nobody has looked into: reads (subject, text)
    """

    channel: str
    id: str
    to: str
    text: str = ""
    subject: str = ""
    at: float = 0.0
    count: int = 1
    opened: Callable[[], tuple[str, str]] | None = None

    def facts(self) -> dict[str, Any]:
        """All of it, as JSON will carry it."""
        if self.opened:
            self.subject, self.text = self.opened()
            self.opened = None
        return {name: getattr(self, name) for name in NAMES}


NAMES = [f.name for f in fields(Arrival) if f.name != "opened"]


@dataclass(slots=True)
class Tally:
    """How many requests came, how many of them were refused, and how many different messages
    were taken; callbacks: how many the portal took; times in milliseconds since 1970."""

    requests: int = 0
    unique: int = 0
    refused: int = 0
    callbacks: int = 0
    first_ms: float | None = None
    last_ms: float | None = None


@dataclass(frozen=True)
class Wanted:
    """Which messages somebody asks for.

    ends: what `to` begins or ends with, any of them
    holds: what the text of one to anybody else holds
    """

    channel: str = ""
    since: float = 0.0
    ends: tuple[str, ...] = ()
    holds: str = ""
    most: int = MOST

    def fits(self, arrival: Arrival) -> bool:
        if self.channel and arrival.channel != self.channel:
            return False
        if not self.ends or arrival.to.startswith(self.ends) or arrival.to.endswith(self.ends):
            return True
        return bool(self.holds) and self.holds in arrival.facts()["text"]


class Ledger:
    """Keeps the newest in memory, and with a folder on disk as well, written in batches."""

    def __init__(self, folder: Path | None = None) -> None:
        self.file = folder / FILE if folder else None
        self.kept: OrderedDict[tuple[str, str], Arrival] = OrderedDict()
        self.tallies = {channel: Tally() for channel in CHANNELS}
        self._unwritten: list[Arrival] = []
        if self.file:
            self._load(self.file)

    def take(self, arrival: Arrival) -> bool:
        """Note it; whether it is a new one."""
        arrival.at = round(time.time() * 1000, 3)
        tally = self.tallies[arrival.channel]
        tally.first_ms = tally.first_ms or arrival.at
        tally.last_ms = arrival.at
        known = self.kept.get((arrival.channel, arrival.id))
        if known is not None:
            known.count += 1
            self.note(known)
            return False
        tally.unique += 1
        self._keep(arrival)
        self.note(arrival)
        return True

    def note(self, arrival: Arrival) -> None:
        """It changed, so the disk should know."""
        if self.file:
            self._unwritten.append(arrival)

    def _keep(self, arrival: Arrival) -> None:
        self.kept[arrival.channel, arrival.id] = arrival
        if len(self.kept) > MOST:
            self.kept.popitem(last=False)

    def newest(self, wanted: Wanted) -> list[dict[str, Any]]:
        """The newest that fit, oldest of them first."""
        found: list[Arrival] = []
        for arrival in reversed(self.kept.values()):
            if arrival.at <= wanted.since or len(found) == wanted.most:
                break
            if wanted.fits(arrival):
                found.append(arrival)
        return [arrival.facts() for arrival in reversed(found)]

    def reset(self) -> None:
        """Forget everything."""
        self.kept.clear()
        self._unwritten.clear()
        self.tallies = {channel: Tally() for channel in CHANNELS}
        if self.file:
            self.file.unlink(missing_ok=True)

    def flush(self) -> int:
        """Write what is new; how many messages that was."""
        batch, self._unwritten = self._unwritten, []
        if self.file and batch:
            write(self.file, batch, os.O_APPEND)
        return len(batch)

    def _load(self, file: Path) -> None:
        """What stood there; a line that was cut off is left out, and the file made short."""
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not file.exists():
            return
        for line in file.read_text(encoding="utf-8").splitlines():
            with contextlib.suppress(ValueError, TypeError):
                arrival = Arrival(**json.loads(line))
                self._keep(arrival)
        write(file, self.kept.values(), os.O_TRUNC)


def write(file: Path, arrivals: Iterable[Arrival], how: int) -> None:
    """Lines that only the owner reads: they name who was told."""
    text = "".join(f"{json.dumps(arrival.facts())}\n" for arrival in arrivals)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | how, 0o600), "w") as target:
        target.write(text)
