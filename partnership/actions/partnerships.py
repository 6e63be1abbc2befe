"""How a district begins on this portal: the partnership, its facts and its first coordinator."""

from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from partnership.actions.invitations import invite_person
from partnership.actions.members import Place, Refused
from partnership.models import District, Invitation, Membership, Partnership, Role
from partnership.tenancy import within

FIRST_PLACE = Place(Role.COORDINATOR, Membership.Basis.EMPLOYEE)


@transaction.atomic
def found_partnership(partnership: Partnership, *, coordinator: str) -> Invitation:
    """Make a district's world and invite the address of its first coordinator into it.

    Raises ValidationError, by field, where a slug is taken or reserved or something is no zone,
    name or address.
    """
    partnership.full_clean()
    if partnership.time_zone not in available_timezones():
        raise ValidationError({"time_zone": "There is no such time zone."})
    partnership.save(force_insert=True)
    with within(partnership):
        District.objects.create(partnership=partnership, name=partnership.name)
        return invite_first_coordinator(coordinator)


@transaction.atomic
def invite_first_coordinator(address: str) -> Invitation:
    """Invite somebody on behalf of nobody, which is right only while nobody is there."""
    try:
        validate_email(address)
    except ValidationError as why:
        raise ValidationError({"coordinator": why.messages}) from None
    if Membership.objects.exists():
        raise Refused("People have joined already. A coordinator of theirs invites others.")
    return invite_person(address.lower(), FIRST_PLACE, by=None)
