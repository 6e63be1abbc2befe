"""A town of many people with telephones, real providers for them, and the account that has to be
settled after every fault: nothing lost, nothing forgotten, no copy without its lease."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.conf import LazySettings
from django.db import connection
from django.db.models.functions import Now, Random

from outbox import actions, auditing
from outbox.benches.town import Town
from outbox.models import Delivery, DeliveryAttempt, Notification
from partnership.models import Membership
from partnership.running.embedded import Valkey
from partnership.tenancy import within
from tests.flows.processes import Processes, eventually, own_broker
from tests.outbox.gateway import GatewayProcess
from tests.outbox.gateway import gateway_process as gateway_process
from tests.running.portal_process import free_port

KIND = "outbox.test"
MANY = 300
Status = Delivery.Status
OPEN = (Status.PLANNED, Status.LEASED, Status.FAILED_FOR_NOW)


class Crowd(Town):
    """Everybody in the town, and what became of what they were told."""

    def __init__(self, *gateways: GatewayProcess) -> None:
        super().__init__(MANY)
        self.gateways = gateways

    def alarm(self, urgency: str = "panic", *, to: list[Membership] | None = None) -> None:
        """Tell them, and commit."""
        to = self.people if to is None else to
        with within(self.partnership):
            actions.send(KIND, to=to, about=self.school, link="/bench/", urgency=urgency)

    def rows(self) -> list[dict[str, Any]]:
        """All that should leave the house."""
        with within(self.partnership):
            found = Delivery.objects.exclude(channel="in_app").order_by("pk")
            return [dict(row) for row in found.values()]

    def statuses(self, channel: str = "sms") -> Counter[str]:
        return Counter(row["status"] for row in self.rows() if row["channel"] == channel)

    def is_settled(self) -> bool:
        with within(self.partnership):
            return not Delivery.objects.filter(status__in=OPEN).exists()

    def copies(self) -> Counter[UUID]:
        """How often each message came to any provider."""
        found: Counter[UUID] = Counter()
        for gateway in self.gateways:
            for message in gateway.received():
                found[UUID(message["id"].partition("@")[0])] += message["count"]
        return found

    def came_again(self) -> set[UUID]:
        """Those of which a copy came."""
        return {key for key, count in self.copies().items() if count > 1}

    def held(self) -> set[UUID]:
        """Those in somebody's hands, alive or dead."""
        return {row["id"] for row in self.rows() if row["status"] == Status.LEASED}

    def came(self) -> int:
        """How many different text messages have come."""
        return sum(gateway.counts("sms")["unique"] for gateway in self.gateways)

    def tries(self) -> Counter[tuple[str, str]]:
        """The notes of all attempts: by whom, and with which code."""
        with within(self.partnership):
            pairs = DeliveryAttempt.objects.order_by().values_list("provider", "code")
            return Counter(pairs)

    def longest_try(self) -> float:
        """Seconds."""
        with within(self.partnership):
            latencies = DeliveryAttempt.objects.order_by("-latency_ms")
            return latencies.values_list("latency_ms", flat=True)[0] / 1000

    def let_leases_lapse(self) -> None:
        """Their time has passed, without anybody waiting for it."""
        with within(self.partnership):
            leased = Delivery.objects.filter(status=Status.LEASED)
            leased.update(lease_until=Now())

    def shuffle(self) -> None:
        """What is due is due in no order at all."""
        with within(self.partnership):
            at = Now() - Random() * timedelta(seconds=5)
            Delivery.objects.exclude(channel="in_app").update(due_at=at)

    def let_expire(self) -> None:
        """What was told is not true any more."""
        with within(self.partnership):
            Delivery.objects.update(expires_at=Now())

    def settle_accounts(self, *, leases: int) -> None:
        """Wait until nothing is open; then everything must have come, each message at most once
        for each lease under which it was held, under its own id, and no auditor finds a thing."""
        eventually(self.is_settled, within=60)
        rows, copies = self.rows(), self.copies()
        assert {row["status"] for row in rows} <= {*Delivery.GONE_OUT}
        assert set(copies) == {row["id"] for row in rows}
        assert max(copies.values()) <= leases
        assert not [row["id"] for row in rows if copies[row["id"]] > row["attempts"]]
        assert auditing.audit(processes=False) == {}

    def forget(self) -> None:
        """The slate is clean for another fault with the same processes."""
        with within(self.partnership):
            Notification.objects.all().delete()
        for gateway in self.gateways:
            gateway.reset()


def lock_table(table: str) -> None:
    """Nobody reads or writes it until our transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")


@pytest.fixture(scope="session")
def standby_process() -> Iterator[GatewayProcess]:
    process = GatewayProcess("--quiet")
    yield process
    assert process.stop() == ""


@pytest.fixture
def usual(gateway_process: GatewayProcess) -> Iterator[GatewayProcess]:
    """The provider that is asked first."""
    gateway_process.reset()
    gateway_process.control("sms", no_callbacks=True)  # the portal's pages stand in few tests
    yield gateway_process
    gateway_process.reset()


@pytest.fixture
def standby(standby_process: GatewayProcess) -> Iterator[GatewayProcess]:
    """The one that stands by."""
    standby_process.reset()
    standby_process.control("sms", no_callbacks=True)
    yield standby_process
    standby_process.reset()


@pytest.fixture
def broker() -> Iterator[Valkey]:
    with own_broker() as valkey:
        yield valkey


@pytest.fixture
def crowd(
    transactional_db: None, usual: GatewayProcess, standby: GatewayProcess, settings: LazySettings
) -> Crowd:
    """Many people who can be reached by text message."""
    settings.OUTBOX_PROVIDERS = {"sms": [usual.providers["sms"][0], standby.providers["sms"][0]]}
    return Crowd(usual, standby)


@pytest.fixture
def processes(
    crowd: Crowd, usual: GatewayProcess, broker: Valkey, tmp_path: Path
) -> Iterator[Processes]:
    """Those that carry for them. There is one provider of text messages, if a test says no more,
    and e-mail for those whom it fails."""
    running = Processes(
        tmp_path / "said.txt",
        SMS_URL=usual.providers["sms"][0],
        EMAIL_URL=usual.providers["email"][0],
        OUTBOX_INSIDE_HOSTS=",".join(gateway.host for gateway in crowd.gateways),
        PORTAL_DEMO="1",
        PUBLIC_URL=f"http://localhost:{free_port()}",
        REDIS_URL=broker.url(),
    )
    yield running
    running.stop()
