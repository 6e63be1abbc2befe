"""What the rest of the house may ask of the outbox."""

import logging
from collections.abc import Iterable
from functools import partial

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now

from outbox import sending, tasks
from outbox.channels.base import Recipient
from outbox.models import Channel, Delivery, DeliveryQuerySet, Notification, Urgency
from partnership.models import Membership
from partnership.states import advance
from partnership.tenancy import TenantModel, open_partnership

log = logging.getLogger(__name__)


def send(
    kind: str,
    *,
    to: Iterable[Membership],
    about: TenantModel,
    link: str,
    urgency: str = Urgency.ROUTINE,
) -> None:
    """Tell members of something, by every channel they have, once this transaction commits.

    Whom, and where, is written down now; those whose membership has ended are left out. `link`
    leads people who are signed in to `about`; the e-mail itself leads to the board and no further.
    """
    members = Membership.objects.current().filter(pk__in={member.pk for member in to})
    recipients = [
        Recipient(pk, address, language or settings.LANGUAGE_CODE)
        for pk, address, language in members.values_list("pk", "user__email", "user__language")
    ]
    notification = Notification(kind=kind, link=link, subject_id=about.pk, urgency=urgency)
    _plan(notification, recipients, channels=[Channel.IN_APP, Channel.EMAIL])


def send_to_address(
    kind: str, *, address: str, about: TenantModel, link: str, language: str = ""
) -> None:
    """Write to somebody who has no membership yet. Where `link` holds "{signed}", the message gets
    a signature over the key of `about` (salt: the kind), made while sending and kept nowhere."""
    recipient = Recipient(None, address, language or settings.LANGUAGE_CODE)
    notification = Notification(kind=kind, link=link, subject_id=about.pk)
    _plan(notification, [recipient], channels=[Channel.EMAIL])


def _plan(
    notification: Notification, recipients: list[Recipient], *, channels: list[Channel]
) -> None:
    """Write all rows down, in the deed's own transaction; the commit only rings the bell."""
    if not recipients:
        log.warning("There is nobody to tell of %s.", notification.kind)
        return
    urgency = Urgency(notification.urgency)
    notification.partnership = open_partnership()
    notification.save(force_insert=True)
    carriers = [sending.CARRIERS[channel]() for channel in channels]
    Delivery.objects.bulk_create(
        carrier.plan(notification, recipient) for recipient in recipients for carrier in carriers
    )
    wake = partial(tasks.wake, notification.partnership_id, urgency.value)
    transaction.on_commit(wake, robust=True)


@transaction.atomic
def see_notice(delivery: Delivery) -> None:
    """Note that its person has opened a notice; opening it again changes nothing."""
    if delivery.status == Delivery.Status.SUBMITTED:
        advance(delivery, to=Delivery.Status.SEEN, seen_at=Now())


@transaction.atomic
def see_all_notices(*, by: Membership) -> int:
    """Note that a person has seen whatever stands on their page; return how many were new."""
    return _see(Delivery.objects.on_the_page_of(by))


@transaction.atomic
def see_notices_about(subject: TenantModel, *, by: Membership) -> int:
    """Note that a person has seen what their notices were about, however they came there."""
    mine = Delivery.objects.on_the_page_of(by)
    return _see(mine.filter(notification__subject_id=subject.pk))


def _see(notices: DeliveryQuerySet) -> int:
    return notices.unseen().update(status=Delivery.Status.SEEN, seen_at=Now())
