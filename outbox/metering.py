"""The figures of the outbox, read from the rows when somebody asks: nothing is counted on the side.

Every function speaks of the partnership that is open. What is old costs nothing: each question is
one range of a partial index, or of the attempts' index by provider and time.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Count, Min, Q
from django.db.models.functions import Now

from outbox.breakers import names_of_all
from outbox.models import Delivery, DeliveryAttempt, Escalation, Provider, Urgency


@dataclass
class Queue:
    """What stands in line with one urgency for one channel.

    again: those of the waiting that have failed before
    held: in the hands of a process
    due_since: when the time of the oldest that should have gone came; None when none is due
    """

    urgency: Urgency
    channel: str
    waiting: int = 0
    again: int = 0
    held: int = 0
    due_since: datetime | None = None


@dataclass
class Tries:
    """How the attempts by one provider went; `took` counts them by milliseconds, so that those of
    several partnerships can be put together."""

    yes: int = 0
    no: int = 0
    took: Counter[int] = field(default_factory=Counter)

    @property
    def number(self) -> int:
        return self.yes + self.no

    @property
    def median(self) -> int | None:
        return self.within(0.5)

    @property
    def slow(self) -> int | None:
        return self.within(0.95)

    def within(self, share: float) -> int | None:
        """The milliseconds within which this share of the attempts ended; None without any."""
        left = share * self.took.total()
        for milliseconds in sorted(self.took):
            left -= self.took[milliseconds]
            if left <= 0:
                return milliseconds
        return None

    def add(self, other: "Tries") -> None:
        self.yes += other.yes
        self.no += other.no
        self.took += other.took


def queues() -> list[Queue]:
    """The lines that are not empty, the most urgent first. Indexes: outbox_delivery_waiting and
    outbox_delivery_leased."""
    found: dict[tuple[int, str], Queue] = {}
    lines = Delivery.objects.waiting().order_by().values_list("rank", "channel")
    for rank, channel, waiting, again, due_since in lines.annotate(
        waiting=Count("pk"),
        again=Count("pk", filter=Q(status=Delivery.Status.FAILED_FOR_NOW)),
        due_since=Min("due_at", filter=Q(due_at__lte=Now())),
    ):
        urgency = Urgency.of_rank(rank)
        found[rank, channel] = Queue(urgency, channel, waiting, again, due_since=due_since)
    leased = Delivery.objects.filter(status=Delivery.Status.LEASED).order_by()
    for rank, channel, held in leased.values_list("rank", "channel").annotate(Count("pk")):
        line = found.setdefault((rank, channel), Queue(Urgency.of_rank(rank), channel))
        line.held = held
    return [found[key] for key in sorted(found)]


def dead() -> int:
    """How many failed for good. Index: outbox_delivery_dead."""
    return Delivery.objects.filter(status=Delivery.Status.FAILED).count()


def open_ladders() -> int:
    """How many notices are on their way up. Index: outbox_escalation_due."""
    return Escalation.objects.open().count()


def tries(within: timedelta) -> dict[str, Tries]:
    """How the attempts of the last time went, by provider. Index: outbox_attempt_by_provider."""
    found = {name: Tries() for name in names_of_all()}
    recent = DeliveryAttempt.objects.filter(provider__in=found, ended_at__gt=Now() - within)
    kinds = recent.order_by().values_list("provider", "code", "latency_ms").annotate(Count("pk"))
    for name, code, milliseconds, number in kinds:
        found[name].took[milliseconds] += number
        if code:
            found[name].no += number
        else:
            found[name].yes += number
    return found


def resting() -> dict[str, datetime]:
    """The providers that are left alone, and until when; they serve the whole installation."""
    closed = Provider.objects.filter(closed_until__gt=Now())
    return {name: until for name, until in closed.values_list("name", "closed_until") if until}


def oldest(lines: Iterable[Queue]) -> datetime | None:
    """Since when the message waits that should have gone first."""
    return min((line.due_since for line in lines if line.due_since), default=None)
