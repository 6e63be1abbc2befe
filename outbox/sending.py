"""Carries what is due out of the house: claim → channel → submitted, or failed.

1. A claim takes up to CHUNK rows for the length of one lease, in a short transaction.
2. Each is sent outside any transaction and its outcome noted at once in another, if the lease is
   still ours. A crash in between costs one copy more, with the same id, and never a message.
3. What was not begun when half the lease is over goes back, so that a slow server does not let
   two processes send the same.
"""

import logging
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack, closing
from datetime import timedelta

from django.conf import settings
from django.db.models import F
from django.db.models.functions import Now
from django.urls import reverse

from outbox.channels.base import Carrier, Recipient, SendError
from outbox.channels.email import Email
from outbox.channels.in_app import InApp
from outbox.models import Channel, Delivery, Notification
from partnership.models import Membership, Partnership, Role
from partnership.tenancy import within

CARRIERS: dict[str, type[Carrier]] = {Channel.IN_APP: InApp, Channel.EMAIL: Email}
CHUNK = 100
# Seconds from one attempt to the next; the attempt after the last of them is the last.
BACKOFF = (1, 2, 4, 8, 15, 60, 300)
UNDELIVERABLE = "outbox.undeliverable"
log = logging.getLogger(__name__)


def carry(partnership: Partnership, *, stopping: Callable[[], bool] = lambda: False) -> int:
    """Carry everything that is due in one partnership; return how many were tried.

    Ends early when `stopping()` says so, or when a chunk took longer than half its lease.
    """
    tried = 0
    while not stopping() and (claimed := claim(partnership)):
        late = time.monotonic() + lease().total_seconds() / 2
        hand = deque(claimed)
        try:
            send_each(hand, late=late, stopping=stopping)
        finally:
            give_back(hand)
        tried += len(claimed) - len(hand)
        if hand:
            break
    return tried


def lease() -> timedelta:
    """How long a claimed delivery belongs to the process that claimed it."""
    return timedelta(seconds=getattr(settings, "OUTBOX_LEASE_SECONDS", 30))


def claim(partnership: Partnership) -> list[Delivery]:
    """Take what is due, the most urgent first, past what other processes have in hand."""
    with within(partnership):
        due = Delivery.objects.due().most_urgent_first().select_for_update(skip_locked=True)
        taken = Delivery.objects.filter(pk__in=list(due.values_list("pk", flat=True)[:CHUNK]))
        taken.update(
            status=Delivery.Status.LEASED, lease_until=Now() + lease(), attempts=F("attempts") + 1
        )
        rows = list(taken.most_urgent_first().select_related("notification"))
    for row in rows:
        row.partnership = row.notification.partnership = partnership
    return rows


def send_each(hand: deque[Delivery], *, late: float, stopping: Callable[[], bool]) -> None:
    """Take one after the other out of the hand and send it; leave in it what was not begun."""
    with ExitStack() as stack:
        carriers = {name: stack.enter_context(closing(kind())) for name, kind in CARRIERS.items()}
        while hand and not stopping() and time.monotonic() < late:
            delivery = hand.popleft()
            settle(delivery, attempt(delivery, carriers))


def attempt(delivery: Delivery, carriers: Mapping[str, Carrier]) -> SendError | None:
    """Send it; return what went wrong. A fault of our own counts as one that may pass: it must
    not keep the others waiting, and it is told to somebody when it stays."""
    try:
        carriers[delivery.channel].send(delivery)
    except SendError as problem:
        return problem
    except Exception:  # whatever it is, the row has to say so
        log.exception("A %s of kind %s broke", delivery.channel, delivery.notification.kind)
        return SendError("fault")
    return None


def settle(delivery: Delivery, failure: SendError | None) -> None:
    """Note the outcome, if the lease is still ours."""
    status = Delivery.Status
    with within(delivery.partnership):
        held = Delivery.objects.held(delivery)
        if failure is None:
            held.update(
                status=status.SUBMITTED, submitted_at=Now(), lease_until=None, last_failure=""
            )
        elif not failure.permanent and delivery.attempts <= len(BACKOFF):
            pause = timedelta(seconds=BACKOFF[delivery.attempts - 1])
            held.update(
                status=status.FAILED_FOR_NOW,
                due_at=Now() + pause,
                lease_until=None,
                last_failure=failure.code,
            )
        elif held.update(status=status.FAILED, lease_until=None, last_failure=failure.code):
            tell_of_undeliverable(delivery)


def give_back(hand: Iterable[Delivery]) -> None:
    """Let others have what was claimed and not begun; it does not count as an attempt."""
    left = list(hand)
    if not left:
        return
    with within(left[0].partnership):
        held = Delivery.objects.filter(
            status=Delivery.Status.LEASED, lease_until=left[0].lease_until
        )
        held.filter(pk__in=[delivery.pk for delivery in left]).update(
            status=Delivery.Status.PLANNED, lease_until=None, attempts=F("attempts") - 1
        )


def tell_of_undeliverable(delivery: Delivery) -> None:
    """Tell the coordinators, in the portal itself, that somebody could not be reached: once for
    each person and as long as it is unseen, and never about this notice itself."""
    if delivery.notification.kind == UNDELIVERABLE:
        return
    missed = delivery.membership_id or delivery.notification.subject_id
    told = Delivery.objects.unseen().filter(
        notification__kind=UNDELIVERABLE, notification__subject_id=missed
    )
    coordinators = Membership.objects.current().holding(Role.COORDINATOR)
    people = coordinators.exclude(pk__in=told.values("membership"))
    if not people:
        return
    notification = Notification.objects.create(
        partnership=delivery.partnership,
        kind=UNDELIVERABLE,
        urgency=delivery.notification.urgency,
        link=page_about(delivery),
        subject_id=missed,
    )
    Delivery.objects.bulk_create(
        InApp().plan(notification, Recipient(person.pk, "", settings.LANGUAGE_CODE))
        for person in people
    )


def page_about(delivery: Delivery) -> str:
    """Where coordinators find whom a delivery did not reach, and can mend the address."""
    slug = delivery.partnership.slug
    if delivery.membership_id is None:
        return reverse("member_list", kwargs={"partnership": slug})
    return reverse("member_detail", kwargs={"partnership": slug, "pk": delivery.membership_id})
