"""Takes what is due, the most urgent first, past what other processes have in hand.

Notices of one person that may be gathered are gathered here, and not in the deed's transaction:
two people who tell something at once must not wait for each other.
"""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from django.db import DEFAULT_DB_ALIAS, OperationalError, connection, models, transaction
from django.db.models import F, Max
from django.db.models.base import ModelState
from django.db.models.functions import Now
from psycopg.errors import LockNotAvailable

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
from partnership.crypto import SealError
from partnership.models import Partnership
from partnership.tenancy import within

CHUNK = 250
VERIFY = "outbox.verify"
# Any number that nobody else of this database uses for advisory locks.
GATHERING = 20111
# What a carrier and the note of its outcome need of a row; of thirty columns.
NEEDED = (
    "id",
    "partnership_id",
    "notification_id",
    "membership_id",
    "contact_id",
    "endpoint_id",
    "channel",
    "address",
    "language",
    "wave",
    "rank",
    "gathers_as",
    "lease_until",
    "attempts",
    "provider",
    "last_failure",
)
OF_CONTACT = ("id", "partnership_id", "wrapped", "code_until")
# Due by the statement's own clock; what another process holds is passed over. One statement and no
# list of keys: binding 250 of them costs more than the rest.
CLAIM = f"""
WITH due AS MATERIALIZED (
    SELECT d.id, c.wrapped, c.code_until
    FROM outbox_delivery d
    LEFT JOIN outbox_contactpoint c
        ON c.id = d.contact_id AND c.partnership_id = d.partnership_id
    WHERE d.partnership_id = %(partnership)s
        AND ((d.status IN ('planned', 'failed_for_now') AND d.due_at <= statement_timestamp())
            OR (d.status = 'leased' AND d.lease_until <= statement_timestamp()))
        AND (d.expires_at IS NULL OR d.expires_at > statement_timestamp())
    ORDER BY d.rank, d.due_at, d.id
    LIMIT %(most)s
    FOR UPDATE OF d SKIP LOCKED
)
UPDATE outbox_delivery d
SET status = 'leased', lease_until = statement_timestamp() + %(lease)s, attempts = d.attempts + 1
FROM due WHERE d.id = due.id AND d.partnership_id = %(partnership)s
RETURNING {", ".join(f"d.{name}" for name in NEEDED)}, due.wrapped, due.code_until
"""  # noqa: S608 - the names of columns above
URGENCY_OF = {urgency.rank: urgency for urgency in Urgency}
NEXT_ROUND = timedelta(milliseconds=300)
LONGEST_CLAIM, NO_TIME = "300ms", "1ms"
type Group = tuple[Any, str, str, int]


def claim(partnership: Partnership) -> list[Delivery]:
    """Take up to CHUNK rows for the length of one lease, in one short transaction."""
    facts: dict[str, Any] = {"partnership": partnership.pk, "most": CHUNK, "lease": lease()}
    with within(partnership):
        with connection.cursor() as cursor:
            cursor.execute(CLAIM, facts)
            found = cursor.fetchall()
        rows = [claimed(values) for values in found]
        rows.sort(key=lambda row: (row.rank, row.pk))
        rows = gather(partnership, rows)
        equip(partnership, rows)
    return rows


def claimed(values: tuple[Any, ...]) -> Delivery:
    """One row of the statement, and the telephone or device it names."""
    of_row, of_contact = values[: len(NEEDED)], values[len(NEEDED) :]
    row = bare(Delivery, NEEDED, of_row)
    if row.contact_id is not None:
        facts = (row.contact_id, row.partnership_id, *of_contact)
        row._state.fields_cache["contact"] = bare(ContactPoint, OF_CONTACT, facts)
    return row


def equip(partnership: Partnership, rows: list[Delivery]) -> None:
    """Make each row's parcel. What ten thousand rows share is fetched and set once: the descriptors
    of the rows' relations would cost more than the rows."""
    notifications = Notification.objects.in_bulk({row.notification_id for row in rows})
    endpoints = WebhookEndpoint.objects.in_bulk(
        {row.endpoint_id for row in rows if row.endpoint_id}
    )
    for notification in notifications.values():
        notification.partnership = partnership
    for row in rows:
        kept = row._state.fields_cache
        kept["notification"], kept["partnership"] = notifications[row.notification_id], partnership
        with suppress(SealError):
            row.parcel = parcel_of(row, kept.get("contact") or endpoints.get(row.endpoint_id))


def bare[M: models.Model](model: type[M], names: tuple[str, ...], values: tuple[Any, ...]) -> M:
    """A row as Model.from_db makes it, with these columns alone and without its ceremony, which
    for ten thousand rows takes longer than to send them. Other columns are fetched when asked."""
    row: M = object.__new__(model)
    row.__dict__.update(zip(names, values, strict=True))
    row._state = ModelState()
    row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS
    return row


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
    has_alarms = any(row.rank == Urgency.PANIC.rank for row in rows)
    if not alone_in(partnership, patience=NO_TIME if has_alarms else LONGEST_CLAIM):
        dropped = put_back([row for members in groups.values() for row in members])
    else:
        late = last_of(groups)
        for group, members in groups.items():
            dropped |= cover(members, wait_until=late.get(group))
    return [row for row in rows if row.pk not in dropped]


def alone_in(partnership: Partnership, *, patience: str) -> bool:
    """Whether no other claim gathers here, whose rows we could not see yet. It is waited for as
    long as a claim may take; a process that hangs in its claim must not hold the others up."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = %s", [patience])
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [GATHERING, partnership.pk])
            cursor.execute("SET LOCAL lock_timeout TO DEFAULT")
    except OperationalError as problem:
        if isinstance(problem.__cause__, LockNotAvailable):
            return False
        raise
    return True


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


def parcel_of(row: Delivery, holder: ContactPoint | WebhookEndpoint | None) -> Parcel:
    """Unwraps the number, subscription or address; it lives only as long as the parcel."""
    notification = row.notification
    partnership = notification.partnership
    return Parcel(
        id=row.pk,
        channel=row.channel,
        kind=notification.kind,
        urgency=URGENCY_OF[row.rank],
        language=row.language,
        slug=partnership.slug,
        partnership=partnership.name,
        address=address_of(row, holder),
        is_member=row.membership_id is not None,
        subject_id=notification.subject_id,
        link=notification.link,
        planned_at=notification.planned_at,
        attempt=row.attempts,
        secret=secret_of(holder, notification.kind),
    )


def address_of(row: Delivery, holder: ContactPoint | WebhookEndpoint | None) -> str:
    if isinstance(holder, WebhookEndpoint):
        return holder.url
    return row.address if holder is None else holder.address


def secret_of(holder: ContactPoint | WebhookEndpoint | None, kind: str) -> str:
    """What only this message may carry: a webhook's signing secret, a verification's code."""
    if isinstance(holder, WebhookEndpoint):
        return holder.secret
    return holder.code if holder is not None and kind == VERIFY else ""
