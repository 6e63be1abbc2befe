"""What the rest of the house may ask of the outbox: tell these people of this."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from outbox import escalating, settling, tasks
from outbox.claiming import VERIFY
from outbox.models import Channel, ContactPoint, Delivery, Notification, Urgency
from outbox.planning import Ways, plan
from partnership import live
from partnership.models import Membership
from partnership.tenancy import TenantModel, open_partnership

NOBODY = "outbox.nobody"
TEST = "outbox.test"
# An alarm that is older is not sent any more; the page shows what is true now.
STALE = timedelta(minutes=15)
# From here on two workers are woken instead of one.
MANY = 300
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Timing:
    """When a notice may travel.

    not_before: held until then (what is in the portal stands there at once)
    expires_at: not sent after it; an emergency has a quarter of an hour unless it says otherwise
    replaces: whether earlier notices about the same row that have not gone out yet are dropped
    """

    not_before: datetime | None = None
    expires_at: datetime | None = None
    replaces: bool = False


AT_ONCE = Timing()


def send(
    kind: str,
    *,
    to: Iterable[Membership],
    about: TenantModel,
    link: str,
    urgency: str = Urgency.ROUTINE,
    timing: Timing = AT_ONCE,
) -> None:
    """Tell members of something, by every channel they have chosen, once this transaction commits.

    `to` is everybody who may ever know of it, written down now; the partnership's ladder says who
    of them comes first. `link` leads to `about`; what leaves the house leads to the board.
    """
    people = list({member.pk: member for member in to}.values())
    keys = [member.pk for member in people]
    notification = written(kind, about=about, link=link, urgency=urgency, timing=timing)
    if timing.replaces:
        supersede_older(notification)
    ladder = escalating.ladder_for(notification)
    ways = Ways(channels=() if ladder else None)
    planned = plan(notification, keys, ways, not_before=timing.not_before)
    if ladder:
        escalating.begin(notification, ladder, people)
    finish(notification, planned, told=keys)


def send_to_address(
    kind: str, *, address: str, about: TenantModel, link: str, language: str = ""
) -> None:
    """Write to somebody who has no membership yet. Where `link` holds "{signed}", the message gets
    a signature over the key of `about` (salt: the kind), made while sending and kept nowhere."""
    notification = written(kind, about=about, link=link)
    row = delivery_of(notification, channel=Channel.EMAIL, address=address)
    row.language = language or settings.LANGUAGE_CODE
    row.save(force_insert=True)
    finish(notification, 1)


def send_test(
    membership: Membership, channel: str, contact: ContactPoint | None = None
) -> Delivery:
    """Send a person a test by one of their own ways; the row says how it went."""
    notification = written(TEST, about=membership, link="/", urgency=Urgency.URGENT)
    row = delivery_of(notification, channel=channel, contact=contact)
    row.membership = membership
    row.language = membership.user.language or settings.LANGUAGE_CODE
    row.address = membership.user.email if channel == Channel.EMAIL else ""
    row.save(force_insert=True)
    finish(notification, 1)
    return row


def send_code(contact: ContactPoint) -> Delivery:
    """Send the code by which somebody proves that a telephone is theirs (ContactPoint.code). It is
    made while sending, and not sent any more when it is worthless."""
    while_good = Timing(expires_at=contact.code_until)
    notification = written(
        VERIFY, about=contact, link="/", urgency=Urgency.URGENT, timing=while_good
    )
    served = settings.OUTBOX_PROVIDERS.get(Channel.SMS)
    row = delivery_of(
        notification, channel=Channel.SMS if served else Channel.VOICE, contact=contact
    )
    row.membership_id = contact.membership_id
    row.language = contact.membership.user.language or settings.LANGUAGE_CODE
    row.save(force_insert=True)
    finish(notification, 1)
    return row


def written(
    kind: str,
    *,
    about: TenantModel,
    link: str,
    urgency: str = Urgency.ROUTINE,
    timing: Timing = AT_ONCE,
) -> Notification:
    """The notification's own row."""
    expires_at = timing.expires_at
    urgency = Urgency(urgency)
    if expires_at is None and urgency == Urgency.PANIC:
        expires_at = timezone.now() + STALE
    return Notification.objects.create(
        partnership=open_partnership(),
        kind=kind,
        subject_id=about.pk,
        link=link,
        urgency=urgency,
        expires_at=expires_at,
    )


def delivery_of(
    notification: Notification,
    *,
    channel: str,
    contact: ContactPoint | None = None,
    address: str = "",
) -> Delivery:
    """One row by itself, not yet saved, for what is not planned by people's choices."""
    return Delivery(
        partnership=notification.partnership,
        notification=notification,
        channel=channel,
        contact=contact,
        address=address,
        rank=Urgency(notification.urgency).rank,
        expires_at=notification.expires_at,
    )


def supersede_older(notification: Notification) -> None:
    """What has not gone out of earlier notices about the same row would only be out of date."""
    older = (
        Delivery.objects.waiting()
        .filter(notification__subject_id=notification.subject_id)
        .exclude(notification=notification)
    )
    older.update(status=Delivery.Status.SUPERSEDED)


def tell_of_nobody(notification: Notification) -> None:
    """A notice without anybody to get it is told to those who can mend that."""
    log.warning("There is nobody to tell of %s.", notification.kind)
    link = reverse("member_list", kwargs={"partnership": notification.partnership.slug})
    settling.tell_coordinators(NOBODY, notification, link=link, missed=notification.pk)


def finish(notification: Notification, planned: int, *, told: Iterable[UUID] = ()) -> None:
    """Ring at open pages, and wake whoever carries, all on commit."""
    if not planned:
        tell_of_nobody(notification)
    if told := list(told):
        live.ring("notices", to=told)
    wake = partial(
        tasks.wake,
        notification.partnership_id,
        notification.urgency,
        times=2 if planned > MANY else 1,
    )
    transaction.on_commit(wake, robust=True)
