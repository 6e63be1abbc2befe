"""What an operator may do with messages that failed for good: send them once more."""

from contextlib import suppress

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from outbox.actions.answering import try_again
from outbox.models import Delivery, DeliveryQuerySet
from partnership import audit
from partnership.models import User
from partnership.states import WrongStatus

MOST_AT_ONCE = 500


def dead_letters() -> DeliveryQuerySet:
    """Every message of the open partnership that failed for good."""
    return Delivery.objects.filter(status=Delivery.Status.FAILED)


def is_stale(delivery: Delivery) -> bool:
    """Whether it would come too late: a stale alarm is a false one, also when a person sends it."""
    expires_at = delivery.notification.expires_at
    return expires_at is not None and expires_at <= timezone.now()


@transaction.atomic
def retry(delivery: Delivery, *, by: User) -> None:
    """Send one dead letter once more. Raises WrongStatus where it is not dead, or is stale."""
    if is_stale(delivery):
        raise WrongStatus(f"{delivery} would come too late.")
    try_again(delivery)
    kind, channel = delivery.notification.kind, delivery.channel
    audit.record("delivery.retried", delivery, by=by, kind=kind, channel=channel)


@transaction.atomic
def retry_all(*, by: User) -> int:
    """The same for the oldest MOST_AT_ONCE that are not stale; return how many."""
    in_time = Q(notification__expires_at=None) | Q(notification__expires_at__gt=timezone.now())
    rows = dead_letters().filter(in_time).select_related("notification").order_by("pk")
    retried = 0
    for row in rows[:MOST_AT_ONCE]:
        with suppress(WrongStatus):  # somebody else was faster with this one
            retry(row, by=by)
            retried += 1
    return retried
