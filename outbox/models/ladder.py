"""What a partnership has decided: whom a notice reaches next when nobody answers it."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from outbox.models.notification import Urgency
from partnership.tenancy import TenantManager, TenantModel


class Ladder(TenantModel):
    """A policy of escalation: for one kind of notice and one urgency, step after step.

    stops: what an acknowledgement ends. EVERYONE: the whole ladder. ONE: only what the person
        who acknowledged would still get; in an emergency one answer must not silence the others.
    repeats: how often the last step is done again before a ladder counts as unanswered
    repeat_seconds: the pause between those
    """

    class Stops(models.TextChoices):
        EVERYONE = "everyone", _("Stop telling anybody")
        ONE = "one", _("Stop telling only whoever answered")

    kind = models.CharField(max_length=60)
    urgency = models.CharField(max_length=10)
    stops = models.CharField(max_length=10, default=Stops.EVERYONE)
    repeats = models.PositiveSmallIntegerField(default=0)
    repeat_seconds = models.PositiveIntegerField(default=300)

    objects = TenantManager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["partnership", "kind", "urgency"], name="outbox_ladder_once"
            ),
            models.CheckConstraint(
                condition=Q(urgency__in=Urgency.values), name="outbox_ladder_urgency_known"
            ),
            models.CheckConstraint(
                condition=Q(repeats__lte=20, repeat_seconds__gte=10),
                name="outbox_ladder_repeats_bounded",
            ),
        )

    def __str__(self) -> str:
        return f"Ladder for {self.kind} ({self.urgency})"


class Rung(TenantModel):
    """One step of a ladder: after so many seconds, whom, and by which channels.

    after_seconds: from the beginning
    roles: whom, among those who may know at all; empty means everybody the notice is for
    one_at_a_time: tell one after the other, `each_seconds` apart, until somebody confirms
    """

    ladder = models.ForeignKey(Ladder, models.CASCADE, related_name="rungs")
    after_seconds = models.PositiveIntegerField(default=0)
    roles = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    channels = ArrayField(models.CharField(max_length=10))
    one_at_a_time = models.BooleanField(default=False)
    each_seconds = models.PositiveIntegerField(default=120)

    objects = TenantManager()

    class Meta:
        ordering = ("after_seconds", "id")
        constraints = (
            models.CheckConstraint(
                condition=Q(each_seconds__gte=5), name="outbox_rung_each_bounded"
            ),
        )

    def __str__(self) -> str:
        return f"Rung at {self.after_seconds} s"
