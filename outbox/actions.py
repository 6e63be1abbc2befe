"""What the rest of the house may ask of the outbox."""

from collections.abc import Iterable
from functools import partial
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now

from outbox import sending, tasks
from outbox.channels.base import SIGNED, Recipient
from outbox.models import Channel, Delivery, Notification, Urgency
from partnership.models import Membership
from partnership.states import advance
from partnership.tenancy import TenantModel, open_partnership


def send(
    kind: str,
    *,
    to: Iterable[Membership],
    about: TenantModel,
    link: str,
    urgency: str = Urgency.ROUTINE,
) -> None:
    """Tell members of something, by every channel they have, as soon as this transaction commits.

    Who is told, and where, is written down now; those whose membership has ended are left out.
    `link` leads signed-in people to `about`; the e-mail itself names only the board.
    """
    people = Membership.objects.current().filter(pk__in={member.pk for member in to})
    recipients = [
        Recipient(*facts) for facts in people.values_list("pk", "user__email", "user__language")
    ]
    _plan(_notification(kind, about, link, urgency), recipients, sending.CARRIERS)


def send_to_address(
    kind: str, *, address: str, about: TenantModel, link: str, language: str = ""
) -> None:
    """Write to somebody who is no member yet. Where `link` holds "{signed}", the message gets a
    signature over the key of `about` (salt: the kind), made while sending and kept nowhere."""
    recipient = Recipient(None, address, language)
    _plan(_notification(kind, about, link, Urgency.ROUTINE), [recipient], [Channel.EMAIL])


@transaction.atomic
def see_notice(delivery: Delivery) -> None:
    """Note that its person has opened a notice; opening it again changes nothing."""
    if delivery.status == Delivery.Status.SUBMITTED:
        advance(delivery, to=Delivery.Status.SEEN, seen_at=Now())


@transaction.atomic
def see_all_notices(membership: Membership) -> int:
    """Note that a person has seen whatever stands on their page; return how many were new."""
    return _see(Delivery.objects.on_the_page_of(membership))


@transaction.atomic
def see_notices_about(subject_id: UUID, *, by: Membership) -> int:
    """Note that a person has seen what their notices were about, however they came there."""
    mine = Delivery.objects.on_the_page_of(by)
    return _see(mine.filter(notification__subject_id=subject_id))
