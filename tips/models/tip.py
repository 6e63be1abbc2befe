"""A tip: what a student, parent or neighbor wants the school to know."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Count, F, Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from partnership.crypto import Sealed, SealedTextField
from partnership.models import Membership, School
from partnership.tenancy import TenantManager
from tips.models.kind import Kind, Urgency
from tips.models.said import Details


def this_hour() -> dt.datetime:
    """Now, without the minutes: the exact time of a sender's deed is never kept in a tip."""
    return timezone.now().replace(minute=0, second=0, microsecond=0)


IS_OPEN = ~Q(status="closed")


def needs(membership: Membership) -> Q:
    """The tips in which this member's next step is waited for."""
    return IS_OPEN & (Q(holder=None) | Q(holder=membership, sender_waits=True))


class TipQuerySet(models.QuerySet["Tip"]):
    def visible_to(self, membership: Membership) -> TipQuerySet:
        """The tips this member may read, each with the number it has for this member alone."""
        mine = self.filter(recipients__membership=membership)
        return mine.annotate(number=F("recipients__number"))

    def in_thread(self, session: bytes) -> TipQuerySet:
        """The tip whose sender holds this session, if any."""
        return self.filter(secret__session=session)

    def open(self) -> TipQuerySet:
        return self.filter(IS_OPEN)

    def closed(self) -> TipQuerySet:
        return self.exclude(IS_OPEN)

    def needing(self, membership: Membership) -> TipQuerySet:
        """Open, and either nobody has it, or this member does and the sender spoke last."""
        return self.filter(needs(membership))

    def counted_for(self, membership: Membership) -> dict[str, int]:
        """How many need this member, are open, are closed; in one query."""
        return self.aggregate(
            needs=Count("pk", filter=needs(membership)),
            open=Count("pk", filter=IS_OPEN),
            closed=Count("pk", filter=~IS_OPEN),
        )

    def most_dangerous_first(self) -> TipQuerySet:
        """Then the longest waiting."""
        return self.order_by("urgency", "received_hour", "id")


class Tip(Sealed):
    """One message from one anonymous sender. Nothing here says who that was, or exactly when.

    id: random, as a key that sorts by time would tell the moment
    school: empty where the sender was not sure
    kind, urgency: decide who is told, and how soon
    received_hour: the hour it came, minutes dropped
    holder: the member who said "I've got this"
    sender_waits: whether the last word is the sender's
    text: the sender's words; sealed_details: Details as JSON
    """

    class Status(models.TextChoices):
        RECEIVED = "received", pgettext_lazy("tip", "Not opened yet")
        READ = "read", pgettext_lazy("tip", "Opened")
        ACKNOWLEDGED = "acknowledged", pgettext_lazy("tip", "Someone is on it")
        CLOSED = "closed", pgettext_lazy("tip", "Closed")

    class Channel(models.TextChoices):
        """How it came in; other ways come with their issues."""

        WEB = "web", gettext_lazy("Web form")

    # A sender who writes to a closed tip opens it again: what is said must reach somebody.
    STEPS: ClassVar = {
        Status.RECEIVED: {Status.READ, Status.ACKNOWLEDGED},
        Status.READ: {Status.ACKNOWLEDGED, Status.CLOSED},
        Status.ACKNOWLEDGED: {Status.CLOSED},
        Status.CLOSED: {Status.READ},
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, models.PROTECT, null=True, related_name="tips")
    kind = models.CharField(max_length=20, default=Kind.OTHER)
    urgency = models.PositiveSmallIntegerField(default=Urgency.ROUTINE)
    status = models.CharField(max_length=12, default=Status.RECEIVED)
    channel = models.CharField(max_length=10, default=Channel.WEB)
    received_hour = models.DateTimeField(default=this_hour)
    holder = models.ForeignKey(
        Membership, models.PROTECT, null=True, related_name="held_tips", editable=False
    )
    sender_waits = models.BooleanField(default=True)
    text = SealedTextField()
    sealed_details = SealedTextField()

    objects = TenantManager.from_queryset(TipQuerySet)()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(status__in=["received", "read", "acknowledged", "closed"]),
                name="tips_tip_status_known",
            ),
            models.CheckConstraint(
                condition=Q(urgency__in=[1, 2, 3]), name="tips_tip_urgency_known"
            ),
            models.CheckConstraint(
                condition=~Q(status="acknowledged") | Q(holder__isnull=False),
                name="tips_tip_acknowledged_by_someone",
            ),
        )
        indexes = (
            models.Index(
                fields=["partnership", "urgency", "received_hour", "id"],
                condition=~Q(status="closed"),
                name="tips_tip_waiting",
            ),
        )

    def __str__(self) -> str:
        return f"Tip {self.pk}"

    @property
    def details(self) -> Details:
        """What was said beside the words; opens the seal."""
        return Details.from_json(self.sealed_details)

    @property
    def kind_label(self) -> Promise | str:
        return Kind(self.kind).label

    @property
    def urgency_word(self) -> str:
        return Urgency(self.urgency).word

    @property
    def status_words(self) -> Promise | str:
        return Tip.Status(self.status).label

    @property
    def is_closed(self) -> bool:
        return self.status == Tip.Status.CLOSED

    @property
    def age(self) -> str:
        """How long it waits, as exactly as we know it: only the hour was kept."""
        hours = max(int((timezone.now() - self.received_hour) / dt.timedelta(hours=1)), 0)
        if hours == 0:
            return _("under 1 h")
        if hours < 24:
            return _("about %(hours)d h") % {"hours": hours}
        days = hours // 24
        return ngettext("%(days)d day", "%(days)d days", days) % {"days": days}
