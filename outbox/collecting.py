"""The figures as Prometheus reads them: of all partnerships together, and of no person.

Read from the rows at each scrape, so every process of the portal says the same.
"""

import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from outbox import metering
from outbox.breakers import names_of_all
from outbox.channels.providers import served_channels
from outbox.metering import Tries
from outbox.models import Finding, Urgency
from partnership.models import Heartbeat, Partnership
from partnership.tenancy import within

MOST_PARTNERSHIPS = 1000
RECENTLY = timedelta(minutes=5)
SHARES = (0.5, 0.95, 0.99)
type Place = tuple[str, str]


@dataclass
class Sums:
    """The figures of all partnerships added up, so that no district's own can be told."""

    waiting: Counter[tuple[str, str]] = field(default_factory=Counter)
    due_since: dict[str, datetime] = field(default_factory=dict)
    leased: int = 0
    dead: int = 0
    ladders: int = 0
    tries: dict[str, Tries] = field(default_factory=dict)

    def add_open_partnership(self) -> None:
        for line in metering.queues():
            self.waiting[line.urgency.value, line.channel] += line.waiting
            self.leased += line.held
            if line.due_since:
                known = self.due_since.get(line.urgency, line.due_since)
                self.due_since[line.urgency] = min(known, line.due_since)
        self.dead += metering.dead()
        self.ladders += metering.open_ladders()
        for name, tries in metering.tries(RECENTLY).items():
            self.tries.setdefault(name, Tries()).add(tries)


def gathered() -> Sums:
    sums = Sums()
    for partnership in Partnership.objects.order_by("pk")[:MOST_PARTNERSHIPS]:
        with within(partnership):
            sums.add_open_partnership()
    return sums


class OutboxCollector(Collector):
    """Asks the rows each time it is asked itself."""

    def collect(self) -> Iterator[Metric]:
        sums, now = gathered(), timezone.now()
        yield from queue_gauges(sums, now)
        yield from provider_gauges(sums)
        yield from house_gauges(now)


def queue_gauges(sums: Sums, now: datetime) -> Iterator[Metric]:
    places = [(urgency.value, channel) for urgency in Urgency for channel in served_channels()]
    waiting = dict.fromkeys(places, 0) | sums.waiting
    yield gauge("outbox_waiting", "Messages that have not left.", ("urgency", "channel"), waiting)
    ages = {(urgency.value,): age(sums.due_since.get(urgency), now) for urgency in Urgency}
    words = "Seconds since the time of the oldest message that should have gone."
    yield gauge("outbox_oldest_waiting_seconds", words, ("urgency",), ages)
    yield gauge("outbox_leased", "Messages in the hands of a process.", (), {(): sums.leased})
    yield gauge("outbox_dead", "Messages that failed for good.", (), {(): sums.dead})
    yield gauge("outbox_open_ladders", "Notices nobody has answered.", (), {(): sums.ladders})


def provider_gauges(sums: Sums) -> Iterator[Metric]:
    outcomes: dict[Place, int] = {}
    latencies: dict[Place, int] = {}
    for name, tries in sums.tries.items():
        outcomes |= {(name, "yes"): tries.yes, (name, "no"): tries.no}
        took = {(name, str(share)): tries.within(share) for share in SHARES}
        latencies |= {place: value for place, value in took.items() if value is not None}
    words = "Attempts of the last five minutes."
    yield gauge("outbox_attempts", words, ("provider", "outcome"), outcomes)
    words = "Milliseconds within which this share of those attempts ended."
    yield gauge("outbox_attempt_latency_ms", words, ("provider", "quantile"), latencies)
    rests = metering.resting()
    closed = {(name,): int(name in rests) for name in names_of_all()}
    yield gauge("outbox_provider_closed", "1 while it is left alone.", ("provider",), closed)


def house_gauges(now: datetime) -> Iterator[Metric]:
    names = Finding.objects.open().values_list("what", flat=True)
    findings = {(what,): 0 for what in Finding.What.values} | Counter((what,) for what in names)
    yield gauge("outbox_findings", "What the auditor finds wrong now.", ("what",), findings)
    beats = {(row.process,): age(row.at, now) for row in Heartbeat.objects.all()}
    words = "Seconds since a process gave a sign of life."
    yield gauge("portal_heartbeat_age_seconds", words, ("process",), beats)
    yield gauge("portal_build_info", "Which portal this is.", ("version",), {(version(),): 1})


def gauge(name: str, words: str, labels: Iterable[str], values: Mapping[Any, float]) -> Metric:
    """One figure for each combination of labels."""
    family = GaugeMetricFamily(name, words, labels=list(labels))
    for place, value in sorted(values.items()):
        family.add_metric(place, value)
    return family


def age(moment: datetime | None, now: datetime) -> float:
    return max(round((now - moment).total_seconds(), 1), 0) if moment else 0


@cache
def version() -> str:
    text = (Path(settings.BASE_DIR) / "pyproject.toml").read_text(encoding="utf-8")
    return str(tomllib.loads(text)["project"]["version"])


def text() -> bytes:
    """All of it, in the form that Prometheus scrapes."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(OutboxCollector())
    return generate_latest(registry)
