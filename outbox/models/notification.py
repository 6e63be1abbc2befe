"""One thing that people are to be told, how much it hurries, and the ways it can take."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from partnership.tenancy import TenantManager, TenantModel


class Urgency(models.TextChoices):
    """How much a notice hurries; also the name of the queue in which workers are called."""

    PANIC = "panic", _("Emergency")
    URGENT = "urgent", _("Urgent")
    ROUTINE = "routine", _("Routine")
    BULK = "bulk", _("For many")

    @property
    def rank(self) -> int:
        """What is claimed first has the lower number."""
        return {Urgency.PANIC: 10, Urgency.URGENT: 20, Urgency.ROUTINE: 30, Urgency.BULK: 40}[self]

    @classmethod
    def of_rank(cls, rank: int) -> Urgency:
        return next(urgency for urgency in cls if urgency.rank == rank)


class Channel(models.TextChoices):
    """The ways a message can take. In the portal itself nothing has to travel."""

    IN_APP = "in_app", _("In the portal")
    EMAIL = "email", _("E-mail")
    PUSH = "push", _("Push to a device")
    SMS = "sms", _("Text message")
    VOICE = "voice", _("Phone call")
    WEBHOOK = "webhook", _("Webhook")


class Notification(TenantModel):
    """One thing that people are to be told. Carries no words: they stand in a template.

    kind: "<room>.<name>", which names that template
    urgency: one of Urgency
    link: path of the page that shows what it is about, for those who are signed in
    subject_id: key of the row it is about
    expires_at: after this moment it is not sent any more (a stale alarm is a false one)
    recipients: how many deliveries were planned with the deed; the auditor counts them again
    """

    kind = models.CharField(max_length=60)
    urgency = models.CharField(max_length=10, default=Urgency.ROUTINE)
    link = models.CharField(max_length=200)
    subject_id = models.UUIDField(null=True)
    planned_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField(null=True)
    recipients = models.PositiveIntegerField(default=0)

    objects = TenantManager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(link__regex=r"^/([^/\\]|$)"), name="outbox_notification_link_inside"
            ),
            models.CheckConstraint(
                condition=Q(urgency__in=Urgency.values), name="outbox_notification_urgency_known"
            ),
        )
        indexes = (
            models.Index(fields=["partnership", "subject_id"], name="outbox_notification_about"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
