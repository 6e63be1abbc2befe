"""A ladder being climbed for one notice, as it was frozen when it began."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from outbox.models.ladder import Ladder
from outbox.models.notification import Notification
from partnership.models import Membership
from partnership.tenancy import TenantManager, TenantModel


class EscalationQuerySet(models.QuerySet["Escalation"]):
    def due(self) -> EscalationQuerySet:
        """Those whose next step's time has come, by the database's clock."""
        return self.filter(status=Escalation.Status.OPEN, next_at__lte=Now())

    def open(self) -> EscalationQuerySet:
        return self.filter(status=Escalation.Status.OPEN)

    def stoppable(self) -> EscalationQuerySet:
        """Those that somebody can still answer: an answer after the last step counts too."""
        return self.filter(status__in=[Escalation.Status.OPEN, Escalation.Status.UNANSWERED])


class Escalation(TenantModel):
    """One notice on its way up until somebody answers.

    rungs: frozen: [{"after": seconds from the one before, "people": [membership ids],
        "channels": […]}]; the first has been done with the deed
    rung: how many have been done; next_at: when the next is due, by the database’s clock
    repeats: how often the last rung is done again before nobody counts as having answered
    """

    class Status(models.TextChoices):
        OPEN = "open"
        ACKNOWLEDGED = "acknowledged"
        UNANSWERED = "unanswered"
        CALLED_OFF = "called_off"

    STEPS: ClassVar = {
        Status.OPEN: {Status.ACKNOWLEDGED, Status.UNANSWERED, Status.CALLED_OFF},
        Status.UNANSWERED: {Status.ACKNOWLEDGED, Status.CALLED_OFF},
    }

    notification = models.OneToOneField(
        Notification, models.CASCADE, related_name="escalation", db_constraint=False
    )
    rungs = models.JSONField()
    rung = models.PositiveSmallIntegerField(default=0)
    stops = models.CharField(max_length=10, default=Ladder.Stops.EVERYONE)
    repeats = models.PositiveSmallIntegerField(default=0)
    repeat_seconds = models.PositiveIntegerField(default=300)
    status = models.CharField(max_length=12, default=Status.OPEN)
    started_at = models.DateTimeField(db_default=Now())
    next_at = models.DateTimeField(null=True)
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.ForeignKey(
        Membership, models.PROTECT, null=True, related_name="+", db_constraint=False
    )

    objects = TenantManager.from_queryset(EscalationQuerySet)()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(status__in=["open", "acknowledged", "unanswered", "called_off"]),
                name="outbox_escalation_status_known",
            ),
            # Nothing open may be without a next step.
            models.CheckConstraint(
                condition=~Q(status="open") | Q(next_at__isnull=False),
                name="outbox_escalation_open_goes_on",
            ),
        )
        indexes = (
            models.Index(
                fields=["partnership", "next_at"],
                condition=Q(status="open"),
                name="outbox_escalation_due",
            ),
        )

    def __str__(self) -> str:
        return f"Escalation {self.pk}"
