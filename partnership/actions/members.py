"""A member's place: changed, ended at once, and the way to the passphrase opened again."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from partnership import audit
from partnership.accounts import passphrase
from partnership.accounts.people import note, places_of
from partnership.accounts.sessions import end_all
from partnership.models import Agency, Membership, MembershipSchool, Role, School, User
from partnership.states import WrongStatus


class Refused(Exception):
    """The deed would leave the partnership without somebody it needs. Says so in plain words."""


@dataclass(frozen=True)
class Place:
    """What a member is: role, ground in law, agency, schools, last day of access."""

    role: str
    basis: str
    agency: Agency | None = None
    schools: Sequence[School] = ()
    until_on: dt.date | None = None


@transaction.atomic
def change_member(member: Membership, place: Place, *, by: User) -> None:
    """Give a member another role, other schools, another last day."""
    refuse_own(member, by)
    if place.role != Role.COORDINATOR:
        refuse_last_coordinator(member)
    was = member.role
    put_in_place(member, place)
    audit.record("membership.changed", member, by=by, was=was, role=place.role)


@transaction.atomic
def end_access(member: Membership, *, by: User) -> None:
    """End a member's access now. Who belongs nowhere any more is signed out at once."""
    refuse_own(member, by)
    refuse_last_coordinator(member)
    now = timezone.now()
    ended = Membership.objects.filter(pk=member.pk, ended_at=None).update(
        ended_at=now, until_on=now.date()
    )
    if not ended:
        raise WrongStatus(f"{member} has ended already.")
    audit.record("membership.ended", member, by=by)
    if not places_of(member.user):
        end_all(member.user)


@transaction.atomic
def release_lock(member: Membership, *, by: User) -> None:
    """Let the member's passphrase work again."""
    if not passphrase.unlock(member.user):
        raise WrongStatus(f"{member} is not locked.")
    note(member.user, "passphrase.released", by=by)


def put_in_place(member: Membership, place: Place) -> None:
    """Write role, ground, agency, last day and schools; the caller writes the audit."""
    member.role, member.basis = place.role, place.basis
    member.agency, member.until_on = place.agency, place.until_on
    member.save()
    serve_schools(member, place.schools)


def serve_schools(member: Membership, schools: Iterable[School]) -> None:
    """Tie a member to exactly these schools."""
    MembershipSchool.objects.filter(membership=member).delete()
    MembershipSchool.objects.bulk_create(
        MembershipSchool(partnership=member.partnership, membership=member, school=school)
        for school in schools
    )


def refuse_own(member: Membership, by: User) -> None:
    if member.user_id == by.pk:
        raise Refused(_("You can not change your own access. Ask another coordinator."))


def refuse_last_coordinator(member: Membership) -> None:
    """Raise where no other coordinator would be left. Two who end each other wait in line here."""
    coordinators = Membership.objects.current().holding(Role.COORDINATOR).order_by("pk")
    left = {one.pk for one in coordinators.select_for_update(of=("self",))}
    if left == {member.pk}:
        raise Refused(_("This is the last coordinator. Add another one first."))
