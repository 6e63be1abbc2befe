"""The doorbell's memory: that something changed, and for whom."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Func
from django.db.models.functions import Cast, Now

from partnership.tenancy import TenantManager, TenantModel

# Longer than any deed takes from its ring to its commit.
LONGEST_DEED = timedelta(minutes=10)


def transaction_number(function: str, *arguments: Func) -> Cast:
    """PostgreSQL's own count of transactions, in which order and gaps can be told exactly."""
    number = Func(*arguments, function=function, output_field=models.TextField())
    return Cast(Cast(number, models.TextField()), models.BigIntegerField())


def this_transaction() -> Cast:
    return transaction_number("pg_current_xact_id")


def oldest_under_way() -> Cast:
    """Whatever is not committed yet has this number or a higher one."""
    return transaction_number("pg_snapshot_xmin", Func(function="pg_current_snapshot"))


class LiveEventQuerySet(models.QuerySet["LiveEvent"]):
    def not_settled_at(self, place: int) -> LiveEventQuerySet:
        """All that a reader could have overlooked for whom `place` was the oldest transaction
        under way: rows appear in the order of their commits, which no clock and no key follows."""
        return self.filter(written_in__gte=place, at__gt=Now() - LONGEST_DEED)

    def since(self, moment: datetime) -> LiveEventQuerySet:
        return self.filter(at__gte=moment)

    def oldest_first(self) -> LiveEventQuerySet:
        return self.order_by("pk")


class LiveEvent(TenantModel):
    """One ring. It says "look again" and never what there is to see.

    topic: what to look at again: "notices", "tips"
    audience: the memberships for whom it rings; empty for every member of the partnership
    written_in: the number of the transaction that wrote it
    """

    topic = models.CharField(max_length=40)
    audience = ArrayField(models.UUIDField(), null=True)
    written_in = models.BigIntegerField(db_default=this_transaction())
    at = models.DateTimeField(db_default=Now())

    objects = TenantManager.from_queryset(LiveEventQuerySet)()

    class Meta:
        indexes = (
            models.Index(fields=["partnership", "written_in"], name="partnership_live_in_order"),
            models.Index(fields=["partnership", "at"], name="partnership_live_by_age"),
        )

    def __str__(self) -> str:
        return f"{self.topic} {self.pk}"
