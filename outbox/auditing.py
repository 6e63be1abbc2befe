"""Looks for what should have happened and has not: the watch over those who carry.

It reads rows alone and mends nothing. Each look is bounded by LONGEST_LOOK, and one that takes
longer is a finding itself: a watch that is too slow to look sees nothing.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import InterfaceError, OperationalError, connection, models, transaction
from django.db.models import Count, Exists, F, OuterRef, Subquery
from django.db.models.functions import Coalesce, Now
from django.utils import timezone
from psycopg.errors import QueryCanceled

from outbox.actions.telling import NOBODY
from outbox.models import Channel, Delivery, Escalation, Finding, Notification, Urgency
from outbox.settling import UNDELIVERABLE
from partnership.models import Heartbeat, Partnership
from partnership.pulse import STALE_AFTER
from partnership.tenancy import within

# How far behind its time a message may be before it counts as forgotten.
GRACE, GRACE_IN_PANIC = timedelta(seconds=30), timedelta(seconds=5)
# The same for a lease that is over and for the next step of a ladder.
LATE = timedelta(seconds=5)
RECENT = timedelta(hours=1)
# A letter can wait for the morning and then fail for 19 hours (patience.PAUSES); what is given up
# was planned within this time.
LONGEST_WAY = timedelta(days=2)
LONGEST_LOOK = "2s"
# More than so many are not counted, and more dead letters than so many not looked at.
MOST, MOST_DEAD = 1000, 20_000
KEPT = timedelta(days=30)
What = Finding.What
type Key = tuple[str, int | None]
log = logging.getLogger(__name__)


@dataclass
class Look:
    """What one look saw. unknown: what it could not see, so that nothing is taken for mended."""

    found: dict[Key, int] = field(default_factory=dict)
    unknown: set[Key] = field(default_factory=set)

    def note(self, what: str, partnership_pk: int | None, count: int) -> None:
        if count:
            self.found[what, partnership_pk] = count


def audit(*, processes: bool = True) -> dict[Key, int]:
    """One look at everything; write down what began and what ended, and return what is wrong.

    processes: whether those that carry have had the time to give a sign of life
    """
    look = Look()
    for partnership in Partnership.objects.order_by("pk"):
        look_into(partnership, look)
    look_at_processes(look, trusted=processes)
    write_down(look)
    return look.found


def look_into(partnership: Partnership, look: Look) -> None:
    """All checks in one partnership. One that fails does not keep the next from being done."""
    failed = 0
    with within(partnership):
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = %s", [LONGEST_LOOK])
        for what, check in CHECKS.items():
            try:
                with transaction.atomic():
                    look.note(what, partnership.pk, check())
            except Exception as problem:
                if is_away(problem):
                    raise
                if not is_too_slow(problem):
                    log.exception("The look for what is %s broke.", what)
                look.unknown.add((what, partnership.pk))
                failed += 1
    look.note(What.UNCHECKED, partnership.pk, failed)


def is_too_slow(problem: Exception) -> bool:
    return isinstance(problem.__cause__, QueryCanceled)


def is_away(problem: Exception) -> bool:
    """Whether the database itself is gone."""
    return isinstance(problem, OperationalError | InterfaceError) and not is_too_slow(problem)


def overdue() -> int:
    """Nothing waits although its time has come. Index: outbox_delivery_waiting, two ranges."""
    waiting, panic = Delivery.objects.waiting(), Urgency.PANIC.rank
    others = [urgency.rank for urgency in Urgency if urgency != Urgency.PANIC]
    alarms = waiting.filter(rank=panic, due_at__lt=Now() - GRACE_IN_PANIC)
    rest = waiting.filter(rank__in=others, due_at__lt=Now() - GRACE)
    return counted(alarms) + counted(rest)


def lapsed() -> int:
    """Nothing stays in the hands of a process that is gone. Index: outbox_delivery_leased."""
    leased = Delivery.objects.filter(status=Delivery.Status.LEASED)
    return counted(leased.filter(lease_until__lt=Now() - LATE))


def standstill() -> int:
    """Nothing open is without a next step. Index: outbox_escalation_due."""
    return counted(Escalation.objects.open().filter(next_at__lt=Now() - LATE))


def incomplete() -> int:
    """Every recent notice has the messages that were planned with it. Indexes: the keys of the
    last hour, then outbox_delivery_once for each."""
    planned = (
        Delivery.objects.filter(notification=OuterRef("pk"), wave=0)
        .order_by()
        .values("notification")
        .annotate(number=Count("pk"))
        .values("number")
    )
    meant = recent_notices().filter(recipients__gt=0)
    there = Coalesce(Subquery(planned), 0)
    return counted(meant.alias(there=there).filter(there__lt=F("recipients")))


def nobody() -> int:
    """No recent notice is for nobody without a coordinator having been told. Indexes: the keys of
    the last hour, then outbox_delivery_once and outbox_notification_about for each."""
    told = Notification.objects.filter(kind=NOBODY, subject_id=OuterRef("pk"))
    any_row = Delivery.objects.filter(notification=OuterRef("pk"))
    return counted(recent_notices().filter(~Exists(any_row), ~Exists(told), recipients=0))


def unreached() -> int:
    """Nobody whom nothing reached is without a coordinator who was told. In two questions: the
    first keeps to outbox_delivery_dead (or the keys of these days) and outbox_delivery_once, the
    second to outbox_notification_about; joined they would read every such notice there ever was.
    """
    dead = Delivery.objects.filter(status=Delivery.Status.FAILED, pk__gte=first_key(LONGEST_WAY))
    in_vain = (Delivery.Status.FAILED, Delivery.Status.EXPIRED)
    other_ways = (
        Delivery.objects.filter(
            notification=OuterRef("notification"), membership=OuterRef("membership")
        )
        .exclude(channel=Channel.IN_APP)
        .exclude(status__in=in_vain)
    )
    missed = Coalesce("membership_id", "notification__subject_id")
    rows = dead.exclude(notification__kind=UNDELIVERABLE).filter(~Exists(other_ways))
    newest = rows.order_by("-pk").values_list("notification_id", missed)[:MOST_DEAD]
    return min(number_untold(list(newest)), MOST)


def number_untold(dead: list[tuple[UUID, UUID | None]]) -> int:
    """How many of these (notice, who was missed) no coordinator was told of. It is told once as
    long as nobody has seen it, and anew after that."""
    unseen = Delivery.objects.unseen().filter(notification=OuterRef("pk"))
    told = Notification.objects.filter(
        kind=UNDELIVERABLE, subject_id__in={missed for _, missed in dead}
    )
    still_new: set[UUID | None] = set()
    last: dict[UUID | None, UUID] = {}
    facts = told.annotate(is_new=Exists(unseen)).values_list("subject_id", "pk", "is_new")
    for missed, key, is_new in facts.order_by("pk"):
        last[missed] = key
        if is_new:
            still_new.add(missed)
    return sum(
        missed not in still_new and not (missed in last and last[missed] > notice)
        for notice, missed in dead
    )


CHECKS: Mapping[str, Callable[[], int]] = {
    What.OVERDUE: overdue,
    What.LAPSED: lapsed,
    What.STANDSTILL: standstill,
    What.INCOMPLETE: incomplete,
    What.NOBODY: nobody,
    What.UNREACHED: unreached,
}
# Each with whether it must be there at all: live pages are a comfort.
PROCESSES: Mapping[str, bool] = {What.SWEEPER: True, What.WORKERS: True, What.LIVE: False}


def look_at_processes(look: Look, *, trusted: bool) -> None:
    """Those who carry give a sign of life."""
    if not trusted:
        look.unknown |= {(name, None) for name in PROCESSES}
        return
    beats = Heartbeat.objects.filter(process__in=PROCESSES)
    fresh = set(beats.filter(at__gte=Now() - STALE_AFTER).values_list("process", flat=True))
    known = set(beats.values_list("process", flat=True))
    for name, must_be in PROCESSES.items():
        is_missing = name not in fresh and (must_be or name in known)
        look.note(name, None, int(is_missing))


def recent_notices() -> models.QuerySet[Notification]:
    return Notification.objects.filter(pk__gte=first_key(RECENT))


def first_key(ago: timedelta) -> UUID:
    """The lowest key that a row made so long ago can have: UUIDv7 sort by time."""
    moment: datetime = timezone.now() - ago
    return UUID(int=int(moment.timestamp() * 1000) << 80)


def counted(rows: models.QuerySet[Any]) -> int:
    return rows.order_by()[:MOST].count()


def write_down(look: Look) -> None:
    """Begin, keep and end findings; the log has one line when one begins and one when it ends."""
    for (what, partnership_pk), count in look.found.items():
        open_one: dict[str, Any] = {"what": what, "partnership_id": partnership_pk}
        finding, is_new = Finding.objects.get_or_create(
            **open_one, ended_at=None, defaults={"count": count}
        )
        if is_new:
            log.error("Found %s: %d (partnership %s).", what, count, partnership_pk)
        else:
            Finding.objects.filter(pk=finding.pk).update(count=count, last_at=Now())
    seen = look.found.keys() | look.unknown
    for finding in Finding.objects.open():
        if (finding.what, finding.partnership_id) not in seen:
            end(finding)
    Finding.objects.filter(ended_at__lt=Now() - KEPT).delete()


def end(finding: Finding) -> None:
    """Of two auditors that see it at once, one says so."""
    if Finding.objects.open().filter(pk=finding.pk).update(ended_at=Now()):
        log.warning("No longer %s (partnership %s).", finding.what, finding.partnership_id)
