"""Links that let somebody in: an offer to join, and the way back in. Each works once."""

from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import get_language

from partnership import audit, notifications
from partnership.accounts import passphrase
from partnership.accounts.people import note
from partnership.accounts.sessions import end_all
from partnership.actions.members import Place, put_in_place
from partnership.models import Invitation, Membership, School, User
from partnership.states import WrongStatus
from partnership.tenancy import open_partnership

INVITATION_LASTS = timedelta(days=7)
WAY_BACK_LASTS = timedelta(minutes=15)
JOIN, RETURN = Invitation.Purpose.JOIN, Invitation.Purpose.RETURN


@transaction.atomic
def invite_person(email: str, place: Place, *, by: User | None) -> Invitation:
    """Offer a place to an address by e-mail. An older offer to it stops working.

    `by` is None for the first coordinator alone, whom the portal itself invites.
    """
    withdraw_older(JOIN, email, by=by)
    invitation = Invitation.objects.create(
        partnership=open_partnership(),
        email=email,
        role=place.role,
        basis=place.basis,
        agency=place.agency,
        school_ids=[str(school.pk) for school in place.schools],
        until_on=place.until_on,
        invited_by=by,
        expires_at=timezone.now() + INVITATION_LASTS,
    )
    audit.record("membership.invited", invitation, by=by, role=place.role)
    notifications.tell_invited_person_of_place(invitation)
    return invitation


@transaction.atomic
def withdraw_invitation(invitation: Invitation, *, by: User | None) -> None:
    """Take an offer back; its link stops working."""
    close(invitation, withdrawn_at=timezone.now())
    audit.record("invitation.withdrawn", invitation, by=by)


@transaction.atomic
def join_partnership(invitation: Invitation, *, name: str, words: str) -> Membership:
    """Make an account for the invited address, with these words as passphrase, and its place."""
    close(invitation, accepted_at=timezone.now())
    language = get_language() or ""
    try:
        with transaction.atomic():
            user = User.objects.create_user(invitation.email, words, name=name, language=language)
    except IntegrityError:
        raise WrongStatus(f"{invitation} is for an account made just now.") from None
    return settle(invitation, user)


@transaction.atomic
def accept_invitation(invitation: Invitation, *, by: User) -> Membership:
    """Give the offered place to the person whose address was invited."""
    close(invitation, accepted_at=timezone.now())
    if by.email != invitation.email or Membership.objects.current().filter(user=by).exists():
        raise WrongStatus(f"{invitation} is not for this person.")
    return settle(invitation, by)


@transaction.atomic
def send_way_back(member: Membership, *, by: User) -> Invitation:
    """Send a member a link, good for a quarter of an hour, to set a new passphrase."""
    withdraw_older(RETURN, member.user.email, by=by)
    invitation = Invitation.objects.create(
        partnership=member.partnership,
        purpose=RETURN,
        membership=member,
        email=member.user.email,
        invited_by=by,
        expires_at=timezone.now() + WAY_BACK_LASTS,
    )
    audit.record("way_back.sent", member, by=by)
    notifications.tell_member_of_way_back(invitation)
    return invitation


@transaction.atomic
def take_way_back(invitation: Invitation, *, words: str) -> User:
    """Set a new passphrase, release the lock, and end every session that is still open."""
    close(invitation, accepted_at=timezone.now())
    members = Membership.objects.current().select_related("user")
    member = members.filter(invitation=invitation).first()
    if member is None:
        raise WrongStatus(f"{invitation} is for somebody who has left.")
    user = member.user
    user.set_password(words)
    user.save(update_fields=["password"])
    passphrase.unlock(user)
    end_all(user)
    note(user, "way_back.used", by=user)
    return user


def close(invitation: Invitation, **when: Any) -> None:
    """Use the link up. The database decides who came first, even if two press at once."""
    if not Invitation.objects.open().filter(pk=invitation.pk).update(**when):
        raise WrongStatus(f"{invitation} is not open any more.")


def withdraw_older(purpose: str, email: str, *, by: User | None) -> None:
    for older in Invitation.objects.open().filter(purpose=purpose, email=email):
        withdraw_invitation(older, by=by)


def settle(invitation: Invitation, user: User) -> Membership:
    """Write the membership; who left before gets the old row back, with today as first day."""
    member = Membership.objects.filter(user=user).first()
    member = member or Membership(partnership=invitation.partnership, user=user)
    member.from_on, member.ended_at = timezone.now().date(), None
    schools = School.objects.filter(pk__in=invitation.school_ids)
    place = Place(
        invitation.role, invitation.basis, invitation.agency, list(schools), invitation.until_on
    )
    put_in_place(member, place)
    audit.record("membership.accepted", member, by=user, role=member.role)
    return member
