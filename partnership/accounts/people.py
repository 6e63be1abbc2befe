"""A person across partnerships: where they belong, and what their deeds at the door leave there."""

from typing import Any

from partnership import audit
from partnership.models import Membership, User
from partnership.permissions import NEEDS_SECOND_FACTOR
from partnership.tenancy import own_rows_of, within


def places_of(user: User) -> list[Membership]:
    """The person's current memberships everywhere, each with its partnership and nothing else."""
    with own_rows_of(user):
        mine = Membership.objects.current().filter(user=user).select_related("partnership")
        return list(mine.order_by("partnership__name"))


def must_have_key(user: User) -> bool:
    """Whether one of the person's roles asks for a second factor."""
    return any(place.role in NEEDS_SECOND_FACTOR for place in places_of(user))


def note(user: User, action: str, *, by: User | None, **facts: Any) -> None:
    """Write one deed at the person's own door into the audit of each of their partnerships.
    Whoever did it is named only where they belong themselves."""
    # In one order always: two such deeds at once must not wait for each other's chain.
    for place in sorted(places_of(user), key=lambda place: place.partnership_id):
        with within(place.partnership):
            known = by is not None and Membership.objects.filter(user=by).exists()
            audit.record(action, place, by=by if known else None, **facts)
