"""Reads rings from the database, for the live process: what is new, and what a page missed."""

from collections.abc import Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from partnership.live.frames import Ring, ring_of
from partnership.live.stream import MOST_WAITING
from partnership.models import LiveEvent, Partnership
from partnership.models.live import oldest_under_way
from partnership.tenancy import within

# More than this within a gap, and the pages of a whole partnership look at everything.
MOST_READ = 2000


@dataclass(frozen=True)
class Bookmark:
    """How far a partnership's rings were read: `seen` of those that are not settled at `number`."""

    number: int
    seen: Set[UUID] = field(default_factory=frozenset)


def first_place(partnership: Partnership) -> Bookmark:
    """Where somebody begins who needs nothing of what was before."""
    row = Partnership.objects.annotate(number=oldest_under_way()).get(pk=partnership.pk)
    return Bookmark(row.number)


def read_on(partnership: Partnership, place: Bookmark) -> tuple[list[Ring], Bookmark]:
    """What was committed since, and the place after it; one statement, so one view of the rows."""
    with within(partnership):
        rings = (
            LiveEvent.objects.not_settled_at(place.number)
            .oldest_first()
            .annotate(number=oldest_under_way())
        )
        rows = list(rings.values_list("id", "topic", "audience", "written_in", "number"))
    if not rows:
        return [], place
    new = [
        ring_of(key, topic, audience)
        for key, topic, audience, _, _ in rows
        if key not in place.seen
    ]
    number = rows[0][-1]
    return new, Bookmark(number, {key for key, _, _, written, _ in rows if written >= number})


@dataclass(frozen=True, slots=True)
class Gap:
    """What a page asks for that comes back: its member, and since when it has heard nothing."""

    partnership: Partnership
    membership_id: UUID
    since: datetime


def fill(gaps: Sequence[Gap]) -> list[list[bytes] | None]:
    """For each page what rang for it meanwhile; None when it is so much that looking at everything
    is less. Some of it the page has heard already, which does no harm."""
    rows = {
        partnership: rung_since(partnership, min(gap.since for gap in some))
        for partnership, some in by_partnership(gaps).items()
    }
    return [missed(gap, rows[gap.partnership]) for gap in gaps]


def by_partnership(gaps: Sequence[Gap]) -> dict[Partnership, list[Gap]]:
    found: dict[Partnership, list[Gap]] = {}
    for gap in gaps:
        found.setdefault(gap.partnership, []).append(gap)
    return found


def rung_since(partnership: Partnership, moment: datetime) -> list[tuple[datetime, Ring]] | None:
    with within(partnership):
        rings = LiveEvent.objects.since(moment).oldest_first()
        rows = list(rings.values_list("at", "id", "topic", "audience")[: MOST_READ + 1])
    if len(rows) > MOST_READ:
        return None
    return [(at, ring_of(key, topic, audience)) for at, key, topic, audience in rows]


def missed(gap: Gap, rows: list[tuple[datetime, Ring]] | None) -> list[bytes] | None:
    if rows is None:
        return None
    mine = [ring.frame for at, ring in rows if at >= gap.since and ring.is_for(gap.membership_id)]
    return mine if len(mine) <= MOST_WAITING else None
