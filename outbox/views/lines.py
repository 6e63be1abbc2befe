"""One telephone or device as a line on its owner's page: never more of it than two digits."""

from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from outbox.models import Channel, ContactPoint
from outbox.views.sentences import failure_in_words
from partnership.crypto import SealBroken
from partnership.templatetags.ui import when

STATUS = ContactPoint.Status
WAYS = {
    ContactPoint.Kind.PHONE: (Channel.SMS, Channel.VOICE),
    ContactPoint.Kind.DEVICE: (Channel.PUSH,),
}


@dataclass(frozen=True)
class ContactLine:
    """What the page says of it.

    ending: the last two digits of a number; empty for a device
    state: in words; look: the status' modifier
    tests: the channels by which it can be tried now
    """

    pk: UUID
    label: str
    ending: str
    is_phone: bool
    is_verified: bool
    state: str
    look: str
    tests: list[Channel]


def line_of(contact: ContactPoint, ready: set[str]) -> ContactLine:
    is_verified = contact.status == STATUS.VERIFIED
    ways = WAYS[ContactPoint.Kind(contact.kind)] if is_verified else ()
    looks = {STATUS.VERIFIED: "", STATUS.UNVERIFIED: "wait", STATUS.BROKEN: "bad"}
    return ContactLine(
        pk=contact.pk,
        label=contact.label,
        ending=ending_of(contact),
        is_phone=contact.kind == ContactPoint.Kind.PHONE,
        is_verified=is_verified,
        state=state_of(contact),
        look=looks[STATUS(contact.status)],
        tests=[channel for channel in ways if channel in ready],
    )


def ending_of(contact: ContactPoint) -> str:
    """“•••• 34”. A number that no key opens any more is shown without."""
    if contact.kind != ContactPoint.Kind.PHONE:
        return ""
    try:
        return f"•••• {contact.address[-2:]}"
    except SealBroken:
        return "••••"


def state_of(contact: ContactPoint) -> str:
    if contact.status == STATUS.VERIFIED:
        return _("Works since %(day)s") % {"day": when(contact.verified_at)}
    if contact.status == STATUS.UNVERIFIED:
        return _("Not confirmed yet")
    facts = {"day": when(contact.failed_at), "why": failure_in_words(contact.last_failure)}
    return _("Does not work since %(day)s: %(why)s") % facts
