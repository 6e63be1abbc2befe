"""What travels on a stream, as bytes (server-sent events), and what an id on it tells."""

import json
import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from partnership.tenancy import new_id

# Looked at again: deeds take this long to commit, and two machines' clocks differ.
OVERLAP = timedelta(minutes=1)
KEPT = timedelta(hours=23)
# A page that has no id yet was made a moment before it asked for its stream.
JUST_MADE = timedelta(seconds=30)

RESET = b"event: reset\ndata: {}\n\n"
ENOUGH = b"event: enough\ndata: {}\n\n"


@dataclass(frozen=True, slots=True)
class Ring:
    """One event as it is handed out: encoded once, however many hear it."""

    id: UUID
    audience: frozenset[UUID] | None
    frame: bytes

    def is_for(self, membership_id: UUID) -> bool:
        return self.audience is None or membership_id in self.audience


def ring_of(id: UUID, topic: str, audience: list[UUID] | None) -> Ring:
    data = json.dumps({"topic": topic})
    frame = f"id: {id}\nevent: ring\ndata: {data}\n\n".encode()
    return Ring(id, None if audience is None else frozenset(audience), frame)


def opening() -> bytes:
    """How long the browser waits before it comes back; not the same for all, so that after a
    restart they do not come at once."""
    return b"retry: %d\n\n" % random.randint(1000, 3000)  # noqa: S311 - no secret


def here() -> bytes:
    """All until now was sent: this keeps the line open, shows the page that somebody is there, and
    gives a page that heard nothing an id from which to ask for what it missed."""
    return b":hb\nid: %s\nevent: here\ndata: {}\n\n" % str(new_id()).encode()


def live() -> bytes:
    return b"id: %s\nevent: live\ndata: {}\n\n" % str(new_id()).encode()


def replay_from(last_id: str, now: datetime) -> datetime | None:
    """From which moment on to repeat; None when that can not be told, or was too long ago."""
    if not last_id:
        return now - JUST_MADE - OVERLAP
    try:
        moment = time_in(UUID(last_id))
    except (ValueError, OverflowError):
        return None
    is_known = now - KEPT < moment < now + OVERLAP
    return moment - OVERLAP if is_known else None


def time_in(key: UUID) -> datetime:
    """The moment in a UUIDv7. Raises ValueError for another kind of key."""
    if key.version != 7:
        raise ValueError
    return datetime.fromtimestamp((key.int >> 80) / 1000, UTC)
