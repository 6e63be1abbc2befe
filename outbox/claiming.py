"""Takes what is due, the most urgent first, past what other processes have in hand.

Notices of one person that may be gathered are gathered here, and not in the deed's transaction:
two people who tell something at once must not wait for each other.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import F, Max
from django.db.models.functions import Now

from outbox.channels.base import Parcel
from outbox.models import (
    Channel,
    ContactPoint,
    Delivery,
    DeliveryQuerySet,
    Notification,
    Urgency,
    WebhookEndpoint,
)
from outbox.patience import WINDOWS, lease
from partnership.models import Partnership
from partnership.tenancy import within

CHUNK = 250
VERIFY = "outbox.verify"
# Any number that nobody else of this database uses for advisory locks.
GATHERING = 20111
NEXT_ROUND = timedelta(milliseconds=300)
type Group = tuple[Any, str, str, int]


def claim(partnership: Partnership) -> list[Delivery]:
    """Take up to CHUNK rows for the length of one lease, in one short transaction."""
    with within(partnership):
        due = Delivery.objects.due().exclude(expires_at__lte=Now()).most_urgent_first()
        free = due.select_for_update(skip_locked=True)
        keys = list(free.values_list("pk", flat=True)[:CHUNK])
        if not keys:
            return []
        taken = Delivery.objects.filter(pk__in=keys)
        taken.update(
            status=Delivery.Status.LEASED, lease_until=Now() + lease(), attempts=F("attempts") + 1
        )
        rows = gather(partnership, list(taken.most_urgent_first()))
        equip(partnership, rows)
    return rows


def equip(partnership: Partnership, rows: list[Delivery]) -> None:
    """Give each row what it refers to; a fan-out's rows share one notification."""
    notifications = Notification.objects.in_bulk({row.notification_id for row in rows})
    contacts = ContactPoint.objects.in_bulk({row.contact_id for row in rows if row.contact_id})
    endpoints = WebhookEndpoint.objects.in_bulk(
        {row.endpoint_id for row in rows if row.endpoint_id}
    )
    for notification in notifications.values():
        notification.partnership = partnership
    for row in rows:
        row.partnership = partnership
        row.notification = notifications[row.notification_id]
        row.contact = contacts[row.contact_id] if row.contact_id else None
        row.endpoint = endpoints[row.endpoint_id] if row.endpoint_id else None


def gather(partnership: Partnership, rows: list[Delivery]) -> list[Delivery]:
    """Of those that may be gathered keep the newest of each person, channel and kind; and none
    where one went out, or is going out, within the window."""
    groups: dict[Group, list[Delivery]] = defaultdict(list)
    for row in rows:
        if row.gathers_as and row.attempts == 1:
            groups[group_of(row)].append(row)
    if not groups:
        return rows
    dropped: set[Any] = set()
    if not alone_in(partnership):
        dropped = put_back([row for members in groups.values() for row in members])
    else:
        late = last_of(groups)
        for group, members in groups.items():
            dropped |= cover(members, wait_until=late.get(group))
    return [row for row in rows if row.pk not in dropped]


def alone_in(partnership: Partnership) -> bool:
    """Whether no other claim gathers here at this moment, whose rows we could not see yet. Nobody
    waits for it: a process that hangs in its claim must not hold the others up."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [GATHERING, partnership.pk])
        return bool(cursor.fetchone() == (True,))


def put_back(rows: list[Delivery]) -> set[Any]:
    """Leave these to the next round; this was no attempt."""
    keys = {row.pk for row in rows}
    Delivery.objects.filter(pk__in=keys).update(
        status=Delivery.Status.PLANNED,
        lease_until=None,
        attempts=F("attempts") - 1,
        due_at=Now() + NEXT_ROUND,
    )
    return keys


def group_of(row: Delivery) -> Group:
    where = row.contact_id or row.membership_id or row.address
    return (where, row.channel, row.gathers_as, row.rank)


def last_of(groups: dict[Group, list[Delivery]]) -> dict[Group, datetime]:
    """Until when each group has to wait: the window after the last one that went out."""
    mine = {row.pk for members in groups.values() for row in members}
    before = (
        Delivery.objects.filter(
            membership__in={row.membership_id for members in groups.values() for row in members},
            gathers_as__in={group[2] for group in groups},
        )
        .exclude(channel=Channel.IN_APP)
        .exclude(pk__in=mine)
    )
    waits: dict[Group, datetime] = {}
    for urgency, window in WINDOWS.items():
        same = before.filter(rank=urgency.rank)
        for group, at in moments(same.filter(submitted_at__gt=Now() - window), "submitted_at"):
            waits[group] = at + window
        held = same.filter(status=Delivery.Status.LEASED, lease_until__gt=Now())
        for group, at in moments(held, "lease_until"):
            waits[group] = at - lease() + window
    return waits


def moments(rows: DeliveryQuerySet, field: str) -> Iterator[tuple[Group, datetime]]:
    """The latest moment of each group."""
    keys = ("contact_id", "membership_id", "channel", "gathers_as", "rank")
    for contact, member, channel, word, rank, at in (
        rows.order_by().values_list(*keys).annotate(at=Max(field))
    ):
        yield (contact or member, channel, word, rank), at


def cover(members: list[Delivery], *, wait_until: datetime | None) -> set[Any]:
    """Put the newest in place of the others; and back, where it must wait. Return what is not
    sent now."""
    newest = max(members, key=lambda row: row.pk)
    older = [row.pk for row in members if row is not newest]
    Delivery.objects.filter(pk__in=older).update(
        status=Delivery.Status.SUPERSEDED, lease_until=None, covered_by=newest
    )
    if wait_until is None:
        return set(older)
    Delivery.objects.filter(pk=newest.pk).update(
        status=Delivery.Status.PLANNED,
        lease_until=None,
        attempts=F("attempts") - 1,
        due_at=wait_until,
    )
    return {*older, newest.pk}


def parcels(rows: Iterable[Delivery]) -> Iterator[tuple[Delivery, Parcel]]:
    """Each row with what its carrier needs to know."""
    for row in rows:
        yield row, parcel_of(row)


def parcel_of(row: Delivery) -> Parcel:
    """Unwraps the number, subscription or address; it lives only as long as the parcel."""
    notification = row.notification
    return Parcel(
        id=row.pk,
        channel=row.channel,
        kind=notification.kind,
        urgency=Urgency.of_rank(row.rank),
        language=row.language,
        slug=row.partnership.slug,
        partnership=row.partnership.name,
        address=address_of(row),
        is_member=row.membership_id is not None,
        subject_id=notification.subject_id,
        link=notification.link,
        planned_at=notification.planned_at,
        attempt=row.attempts,
        secret=secret_of(row),
    )


def secret_of(row: Delivery) -> str:
    """What only this message may carry: a webhook's signing secret, a verification's code."""
    if row.endpoint is not None:
        return row.endpoint.secret
    return row.contact.code if row.contact and row.notification.kind == VERIFY else ""


def address_of(row: Delivery) -> str:
    if row.contact is not None:
        return row.contact.address
    return row.endpoint.url if row.endpoint is not None else row.address
