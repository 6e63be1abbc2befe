"""One message to one person by one channel, and every try. The rows are the queue."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from outbox.models.contact import ContactPoint
from outbox.models.endpoint import WebhookEndpoint
from outbox.models.notification import Channel, Notification
from partnership.models import Membership
from partnership.tenancy import TenantManager, TenantModel, UncheckedPartnershipKey


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def waiting(self) -> DeliveryQuerySet:
        """Those that have not left the house and are in nobody's hands."""
        return self.filter(status__in=Delivery.WAITING)

    def about(self, subject: TenantModel) -> DeliveryQuerySet:
        return self.filter(notification__subject_id=subject.pk)

    def on_the_page_of(self, membership: Membership) -> DeliveryQuerySet:
        """The notices this member finds in the portal itself."""
        return self.filter(membership=membership, channel=Channel.IN_APP)

    def newest_first(self) -> DeliveryQuerySet:
        return self.order_by("-pk")

    def unseen(self) -> DeliveryQuerySet:
        return self.filter(status=Delivery.Status.SUBMITTED)


class Delivery(TenantModel):
    """One message to one person by one channel.

    membership: who; empty for an address that belongs to no member yet (an invitation), and for
        a program (endpoint)
    contact: which telephone or device; its address is frozen because such a row never changes
    address: an e-mail address as it was when the deed was done; empty otherwise
    language: in which words, frozen likewise
    wave: which rung of a ladder planned it; 0 is the deed itself
    rank: place in the queue (Urgency.rank)
    gathers_as: notices of one person and channel with the same word here may be gathered into
        one; empty: never gathered
    covered_by: the delivery that went out in place of this one
    due_at: not before this moment; expires_at: not after it
    lease_until: until then it is in the hands of the process that claimed it; also tells one
        lease from the next
    attempts: how often it was claimed
    provider: who took it, or was tried last; provider_message_id: their name for it
    last_failure: a short code ("smtp-451"), never a provider's words
    """

    class Status(models.TextChoices):
        PLANNED = "planned"
        LEASED = "leased"
        SUBMITTED = "submitted"
        DELIVERED = "delivered"
        SEEN = "seen"
        ACKNOWLEDGED = "acknowledged"
        FAILED_FOR_NOW = "failed_for_now"
        FAILED = "failed"
        SUPERSEDED = "superseded"
        EXPIRED = "expired"

    WAITING: ClassVar = (Status.PLANNED, Status.FAILED_FOR_NOW)
    # It has left the house: what is refused from here on, the provider told us afterwards.
    GONE_OUT: ClassVar = (
        Status.SUBMITTED,
        Status.DELIVERED,
        Status.SEEN,
        Status.ACKNOWLEDGED,
    )
    STEPS: ClassVar = {
        Status.PLANNED: {Status.LEASED, Status.SUPERSEDED, Status.EXPIRED},
        Status.LEASED: {
            Status.LEASED,
            Status.PLANNED,
            Status.SUBMITTED,
            Status.DELIVERED,  # a provider can tell so before we have noted their yes
            Status.FAILED_FOR_NOW,
            Status.FAILED,
            Status.SUPERSEDED,
            Status.EXPIRED,
        },
        Status.FAILED_FOR_NOW: {Status.LEASED, Status.SUPERSEDED, Status.EXPIRED},
        Status.SUBMITTED: {
            Status.DELIVERED,
            Status.SEEN,
            Status.ACKNOWLEDGED,
            Status.FAILED,
        },
        Status.DELIVERED: {Status.SEEN, Status.ACKNOWLEDGED},
        Status.SEEN: {Status.ACKNOWLEDGED},
        # By hand, from the operator's page.
        Status.FAILED: {Status.PLANNED},
    }

    # The walls' composite keys hold what these would; one check a row is enough for 10,000.
    partnership = UncheckedPartnershipKey()
    notification = models.ForeignKey(
        Notification,
        models.CASCADE,
        related_name="deliveries",
        db_index=False,
        db_constraint=False,
    )
    membership = models.ForeignKey(
        Membership,
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    contact = models.ForeignKey(
        ContactPoint,
        models.PROTECT,
        null=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    endpoint = models.ForeignKey(
        WebhookEndpoint,
        models.PROTECT,
        null=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    channel = models.CharField(max_length=10)
    address = models.CharField(max_length=254, blank=True)
    language = models.CharField(max_length=5)
    wave = models.PositiveSmallIntegerField(default=0)
    rank = models.PositiveSmallIntegerField()
    gathers_as = models.CharField(max_length=60, blank=True)
    covered_by = models.ForeignKey(
        "self", models.SET_NULL, null=True, related_name="+", db_constraint=False, db_index=False
    )
    status = models.CharField(max_length=16, default=Status.PLANNED)
    due_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    provider = models.CharField(max_length=20, blank=True)
    provider_message_id = models.CharField(max_length=100, blank=True)
    last_failure = models.CharField(max_length=20, blank=True)
    submitted_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    acknowledged_at = models.DateTimeField(null=True)

    # What its carrier gets (outbox.claiming); no column.
    parcel: Any = None

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
                        "delivered",
                        "seen",
                        "acknowledged",
                        "failed_for_now",
                        "failed",
                        "superseded",
                        "expired",
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
                condition=~Q(status__in=["submitted", "delivered"]) | Q(submitted_at__isnull=False),
                name="outbox_delivery_submitted_when",
            ),
            models.CheckConstraint(
                condition=~Q(status="seen") | Q(seen_at__isnull=False),
                name="outbox_delivery_seen_when",
            ),
            models.CheckConstraint(
                condition=Q(membership__isnull=False) | ~Q(address="") | Q(endpoint__isnull=False),
                name="outbox_delivery_somewhere",
            ),
            models.UniqueConstraint(
                fields=[
                    "notification",
                    "membership",
                    "channel",
                    "contact",
                    "endpoint",
                    "address",
                    "wave",
                ],
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
            models.Index(
                fields=["membership", "channel", "gathers_as", "submitted_at"],
                condition=~Q(gathers_as="") & ~Q(channel="in_app"),
                name="outbox_delivery_gathered",
            ),
            models.Index(
                fields=["partnership", "status"],
                condition=Q(status="failed"),
                name="outbox_delivery_dead",
            ),
        )

    def __str__(self) -> str:
        return f"{self.channel} {self.pk}"


class DeliveryAttempt(TenantModel):
    """One try at one delivery: who was asked, what they said, how long it took.

    code: empty for a yes; else as in Delivery.last_failure
    """

    partnership = UncheckedPartnershipKey()
    delivery = models.ForeignKey(
        Delivery, models.CASCADE, related_name="tries", db_constraint=False
    )
    number = models.PositiveSmallIntegerField()
    provider = models.CharField(max_length=20)
    code = models.CharField(max_length=20, blank=True)
    latency_ms = models.PositiveIntegerField()
    ended_at = models.DateTimeField(db_default=Now())

    objects = TenantManager()

    class Meta:
        indexes = (
            models.Index(
                fields=["partnership", "provider", "-ended_at"], name="outbox_attempt_by_provider"
            ),
        )

    def __str__(self) -> str:
        return f"Try {self.number} of {self.delivery_id}"
