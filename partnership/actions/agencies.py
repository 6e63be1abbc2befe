"""What the coordinator does with the agencies that serve the district."""

from django.db import transaction
from django.utils.translation import gettext as _

from partnership import audit
from partnership.actions.schools import differences, save
from partnership.models import Agency, User


@transaction.atomic
def add_agency(agency: Agency, *, by: User) -> None:
    """Add a police department, sheriff's office or dispatch center, so that its people can join."""
    save(agency, otherwise=_("Another agency has this name already."))
    audit.record("agency.added", agency, by=by, kind=agency.kind)


@transaction.atomic
def change_agency(agency: Agency, *, by: User) -> None:
    """Keep what was changed of an agency; the audit says which facts, not which words."""
    changed = differences(agency, Agency.objects.select_for_update().get(pk=agency.pk))
    if changed:
        save(agency, otherwise=_("Another agency has this name already."))
        audit.record("agency.changed", agency, by=by, **changed)
