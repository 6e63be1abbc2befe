"""Telephones and devices of a member: added, proven by a code, taken away."""

from datetime import timedelta
from enum import StrEnum

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from outbox.actions.telling import send_code
from outbox.channels.providers import served_channels
from outbox.claiming import VERIFY
from outbox.models import PHONE_CHANNELS, ContactPoint, Delivery
from partnership import audit
from partnership.actions import Refused
from partnership.models import Membership
from partnership.states import advance

MOST = {ContactPoint.Kind.PHONE: 3, ContactPoint.Kind.DEVICE: 8}
CODE_LIVES = timedelta(minutes=10)
TRIES = 5
# One person's codes, whatever the number: nobody makes the portal write to a stranger's phone.
CODES, CODES_WITHIN = 3, timedelta(minutes=15)
REMOVED = "removed"


class CodeAnswer(StrEnum):
    """What became of a code that somebody typed."""

    RIGHT = "right"
    WRONG = "wrong"
    TOO_LATE = "too late"
    USED_UP = "used up"


@transaction.atomic
def add_phone(number: str, *, label: str, by: Membership) -> ContactPoint:
    """Keep a number (E.164) that is not proven yet, and send a code to it."""
    refuse_too_many(ContactPoint.Kind.PHONE, by=by)
    if any(phone.address == number for phone in kept(by, ContactPoint.Kind.PHONE)):
        raise Refused(_("This number is on your list already."))
    phone = new_contact(ContactPoint.Kind.PHONE, number, label=label, by=by)
    send_new_code(phone, by=by)
    return phone


@transaction.atomic
def add_device(subscription: str, *, label: str, by: Membership) -> ContactPoint:
    """Keep a browser's push subscription (JSON). The browser itself proved that it is its own."""
    devices = kept(by, ContactPoint.Kind.DEVICE)
    same = [device for device in devices if device.address == subscription]
    for device in same:
        if device.status == ContactPoint.Status.VERIFIED:
            return device
        remove_contact(device, by=by)
    refuse_too_many(ContactPoint.Kind.DEVICE, by=by)
    device = new_contact(ContactPoint.Kind.DEVICE, subscription, label=label, by=by)
    advance(device, to=ContactPoint.Status.VERIFIED, verified_at=Now())
    return device


@transaction.atomic
def send_new_code(phone: ContactPoint, *, by: Membership) -> None:
    """Send six digits to the number. An earlier code does not work any more."""
    sent = Delivery.objects.filter(
        membership=by,
        notification__kind=VERIFY,
        notification__planned_at__gt=Now() - CODES_WITHIN,
    )
    if not any(channel in served_channels() for channel in PHONE_CHANNELS):
        raise Refused(_("This portal can not reach phones yet. Ask your coordinator."))
    if sent.count() >= CODES:
        raise Refused(_("We sent three codes already. Wait 15 minutes, then ask again."))
    # The digits are derived from this moment and stored nowhere.
    phone.code_until, phone.code_tries = timezone.now() + CODE_LIVES, 0
    phone.save(update_fields=["code_until", "code_tries"])
    send_code(phone)


@transaction.atomic
def verify_phone(phone: ContactPoint, code: str, *, by: Membership) -> CodeAnswer:
    """Take the code that came to the number. A wrong one is counted, so this never raises."""
    # Guesses wait in line here.
    phone = ContactPoint.objects.select_for_update().get(pk=phone.pk)
    if phone.code_until is None or phone.code_until <= timezone.now():
        return CodeAnswer.TOO_LATE
    if phone.code_tries >= TRIES:
        return CodeAnswer.USED_UP
    phone.code_tries += 1
    phone.save(update_fields=["code_tries"])
    if not constant_time_compare(phone.code, code):
        return CodeAnswer.WRONG if phone.code_tries < TRIES else CodeAnswer.USED_UP
    nothing = {"code_until": None, "failed_at": None, "last_failure": ""}
    advance(phone, to=ContactPoint.Status.VERIFIED, verified_at=Now(), **nothing)
    audit.record("contact.verified", phone, by=by.user, kind=phone.kind)
    return CodeAnswer.RIGHT


@transaction.atomic
def remove_contact(contact: ContactPoint, *, by: Membership) -> None:
    """Forget the address. The row stays, since deliveries name it, and reaches nobody."""
    if contact.status == ContactPoint.Status.VERIFIED:
        advance(contact, to=ContactPoint.Status.BROKEN)
    ContactPoint.objects.filter(pk=contact.pk).update(
        wrapped="", label="", code_until=None, last_failure=REMOVED, failed_at=Now()
    )
    waiting = Delivery.objects.waiting().filter(contact=contact)
    waiting.update(status=Delivery.Status.SUPERSEDED)
    audit.record("contact.removed", contact, by=by.user, kind=contact.kind)


def new_contact(kind: str, address: str, *, label: str, by: Membership) -> ContactPoint:
    contact = ContactPoint(partnership=by.partnership, membership=by, kind=kind, label=label)
    contact.address = address
    contact.save(force_insert=True)
    audit.record("contact.added", contact, by=by.user, kind=kind)
    return contact


def kept(member: Membership, kind: str) -> list[ContactPoint]:
    """Those of one kind that were not removed, in the order in which they were added."""
    mine = ContactPoint.objects.of(member).filter(kind=kind).exclude(wrapped="")
    return list(mine.order_by("pk"))


def refuse_too_many(kind: ContactPoint.Kind, *, by: Membership) -> None:
    """Raise where the list is full. Two who add at once wait in line here."""
    Membership.objects.select_for_update(no_key=True).get(pk=by.pk)
    if len(kept(by, kind)) >= MOST[kind]:
        raise Refused(_("The list is full. Remove one first."))
