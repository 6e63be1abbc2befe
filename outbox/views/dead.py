"""Messages that failed for good, as lines of the operator's page: never an address, never words."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from outbox.actions.operating import is_stale
from outbox.forms.kinds import TITLES
from outbox.models import Channel, Delivery
from outbox.views.sentences import failure_in_words

# What no ladder is made for.
PERSONAL: dict[str, Promise] = {
    "partnership.invitation": gettext_lazy("An invitation"),
    "partnership.way_back": gettext_lazy("A new way to sign in"),
    "outbox.verify": gettext_lazy("A code that confirms a phone"),
    "outbox.test": gettext_lazy("A test"),
}


@dataclass(frozen=True)
class DeadLetter:
    """One line. member: their key, where it is a member's; is_stale: may not be sent any more"""

    pk: UUID
    who: str
    member: UUID | None
    way: str
    title: str
    why: str
    at: datetime
    is_stale: bool


def dead_letter(row: Delivery) -> DeadLetter:
    notification = row.notification
    titles = TITLES | PERSONAL
    return DeadLetter(
        pk=row.pk,
        who=who(row),
        member=row.membership_id,
        way=str(Channel(row.channel).label),
        title=str(titles.get(notification.kind, notification.kind)),
        why=capfirst(failure_in_words(row.last_failure)),
        at=notification.planned_at,
        is_stale=is_stale(row),
    )


def who(row: Delivery) -> str:
    """A person by name, a program by what it is called; an address alone is not told."""
    if row.membership is not None:
        return row.membership.user.name
    return row.endpoint.name if row.endpoint is not None else _("Somebody without an account yet")
