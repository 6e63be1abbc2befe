"""What must reach people, and how far each message has come. The rows are the queue."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from partnership.models import Membership
from partnership.tenancy import TenantManager, TenantModel


class Urgency(models.TextChoices):
    """How much a notice hurries; its place here is its place in the queue."""

    URGENT = "urgent"
    ROUTINE = "routine"

    @property
    def rank(self) -> int:
        """What is claimed first has the lower number; the gaps leave room for others."""
        return {Urgency.URGENT: 20, Urgency.ROUTINE: 30}[self]


class Channel(models.TextChoices):
    """The ways a message can take."""

    IN_APP = "in_app"
    EMAIL = "email"


class Notification(TenantModel):
    """One thing that people are to be told. Carries no words: they stand in a template.

    kind: "<room>.<name>", which names that template
    urgency: one of Urgency
    link: path of the page that shows what it is about, for those who are signed in
    subject_id: key of the row it is about
    """

    kind = models.CharField(max_length=60)
    urgency = models.CharField(max_length=10, default=Urgency.ROUTINE)
    link = models.CharField(max_length=200)
    subject_id = models.UUIDField(null=True)
    planned_at = models.DateTimeField(db_default=Now())

    objects = TenantManager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(link__regex=r"^/([^/\\]|$)"), name="outbox_notification_link_inside"
            ),
        )
        indexes = (
            models.Index(fields=["partnership", "subject_id"], name="outbox_notification_about"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def due(self) -> DeliveryQuerySet:
        """What may be carried now, by the database's clock: its time has come and no lease runs."""
        return self.filter(
            Q(status__in=Delivery.WAITING, due_at__lte=Now())
            | Q(status=Delivery.Status.LEASED, lease_until__lte=Now())
        )

    def most_urgent_first(self) -> DeliveryQuerySet:
        return self.order_by("rank", "due_at", "pk")

    def held(self, delivery: Delivery) -> DeliveryQuerySet:
        """This delivery, if the lease under which it was claimed is still ours: whoever claims
        it after us gets a later end."""
        return self.filter(
            pk=delivery.pk, status=Delivery.Status.LEASED, lease_until=delivery.lease_until
        )

    def on_the_page_of(self, membership: Membership) -> DeliveryQuerySet:
        """The notices this member finds in the portal itself."""
        return self.filter(membership=membership, channel=Channel.IN_APP)

    def newest_first(self) -> DeliveryQuerySet:
        return self.order_by("-pk")

    def unseen(self) -> DeliveryQuerySet:
        return self.filter(status=Delivery.Status.SUBMITTED)


class Delivery(TenantModel):
    """One message to one person by one channel.

    membership: who; empty for an address that belongs to no member yet (an invitation)
    address: where, as it was when the deed was done; empty for the portal's own page
    language: in which words, frozen likewise
    rank: place in the queue (Urgency.rank)
    due_at: not before this moment
    lease_until: until then it is in the hands of the process that claimed it; also tells one
        lease from the next
    attempts: how often it was claimed
    last_failure: a short code ("smtp-451"), never a provider's words
    """

    class Status(models.TextChoices):
        PLANNED = "planned"
        LEASED = "leased"
        SUBMITTED = "submitted"
        SEEN = "seen"
        FAILED_FOR_NOW = "failed_for_now"
        FAILED = "failed"

    WAITING: ClassVar = (Status.PLANNED, Status.FAILED_FOR_NOW)
    STEPS: ClassVar = {
        Status.PLANNED: {Status.LEASED},
        Status.LEASED: {
            Status.LEASED,
            Status.PLANNED,
            Status.SUBMITTED,
            Status.FAILED_FOR_NOW,
            Status.FAILED,
        },
        Status.FAILED_FOR_NOW: {Status.LEASED},
        Status.SUBMITTED: {Status.SEEN},
    }

    notification = models.ForeignKey(
        Notification, models.CASCADE, related_name="deliveries", db_index=False
    )
    membership = models.ForeignKey(
        Membership, models.PROTECT, null=True, related_name="+", db_index=False
    )
    channel = models.CharField(max_length=10)
    address = models.CharField(max_length=254, blank=True)
    language = models.CharField(max_length=5)
    rank = models.PositiveSmallIntegerField()
    status = models.CharField(max_length=16, default=Status.PLANNED)
    due_at = models.DateTimeField(db_default=Now())
    lease_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_failure = models.CharField(max_length=20, blank=True)
    submitted_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)

    objects = TenantManager.from_queryset(DeliveryQuerySet)()

    class Meta:
        verbose_name_plural = "deliveries"
        constraints = (
            models.CheckConstraint(
                condition=Q(
                    status__in=[
                        "planned",
                        "leased",
                        "submitted",
                        "seen",
                        "failed_for_now",
                        "failed",
                    ]
                ),
                name="outbox_delivery_status_known",
            ),
            models.CheckConstraint(
                condition=Q(status="leased", lease_until__isnull=False)
                | (~Q(status="leased") & Q(lease_until__isnull=True)),
                name="outbox_delivery_lease_while_leased",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["submitted", "seen"]) | Q(submitted_at__isnull=False),
                name="outbox_delivery_submitted_when",
            ),
            models.CheckConstraint(
                condition=~Q(status="seen") | Q(seen_at__isnull=False),
                name="outbox_delivery_seen_when",
            ),
            models.CheckConstraint(
                condition=Q(membership__isnull=False) | ~Q(address=""),
                name="outbox_delivery_somewhere",
            ),
            models.UniqueConstraint(
                fields=["notification", "membership", "channel", "address"],
                name="outbox_delivery_once",
                nulls_distinct=False,
            ),
        )
        indexes = (
            models.Index(
                fields=["partnership", "rank", "due_at"],
                condition=Q(status__in=["planned", "failed_for_now"]),
                name="outbox_delivery_waiting",
            ),
            models.Index(
                fields=["partnership", "lease_until"],
                condition=Q(status="leased"),
                name="outbox_delivery_leased",
            ),
            models.Index(
                fields=["membership", "-id"],
                condition=Q(channel="in_app"),
                name="outbox_delivery_page",
            ),
            models.Index(
                fields=["membership"],
                condition=Q(channel="in_app", status="submitted"),
                name="outbox_delivery_unseen",
            ),
        )

    def __str__(self) -> str:
        return f"{self.channel} {self.pk}"
