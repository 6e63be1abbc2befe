"""Rings for members of the open partnership, in the deed's own transaction."""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from django.db.models.functions import Now

from partnership.models import LiveEvent
from partnership.tenancy import open_partnership

KEPT = timedelta(days=1)


def ring(topic: str, *, to: Iterable[UUID] | None) -> None:
    """Let the pages of these memberships look at `topic` again once the deed has committed.

    `to=None` rings for every member of the partnership. That somebody is rung for is a fact in
    itself: where it would tell a person of something about them (a tip), name the audience.
    The row's own trigger calls out to the live process (migrations/0006_live_walls.py); the
    database sends that at the commit and not before, and a roll-back sends nothing.
    """
    audience = None if to is None else sorted(set(to))
    if audience == []:
        return
    LiveEvent.objects.create(partnership=open_partnership(), topic=topic, audience=audience)


def prune() -> int:
    """Forget the open partnership's rings of more than a day ago; nobody replays so far back."""
    forgotten, _ = LiveEvent.objects.filter(at__lt=Now() - KEPT).delete()
    return forgotten
