"""How a member wishes to be told: channels, quiet hours, who stands in while they are away."""

from typing import Any

from django.db import transaction

from outbox.models import Preference
from partnership import audit
from partnership.models import Membership


def preference_of(member: Membership) -> Preference:
    """What this member has set, or the usual, which is not stored."""
    stored = Preference.objects.filter(membership=member).select_related("backup__user").first()
    return stored or Preference(partnership=member.partnership, membership=member)


@transaction.atomic
def change_preference(by: Membership, **wishes: Any) -> None:
    """Keep these wishes; the audit says which, and not what they are."""
    Preference.objects.get_or_create(membership=by, defaults={"partnership": by.partnership})
    mine = Preference.objects.select_for_update().get(membership=by)
    changed: dict[str, Any] = {
        name: True for name, value in wishes.items() if getattr(mine, name) != value
    }
    if not changed:
        return
    for name, value in wishes.items():
        setattr(mine, name, value)
    mine.save()
    audit.record("preference.changed", mine, by=by.user, **changed)
