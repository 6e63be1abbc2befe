"""The talk that follows a tip."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import models
from django.db.models import Max, Q
from django.utils.translation import gettext_lazy as _

from partnership.crypto import SealedRow, SealedTextField
from partnership.tenancy import TenantManager
from tips.models.tip import Tip, this_hour


class TipMessage(SealedRow):
    """One message of the thread, sealed under its tip's key.

    author: the sender, or the team; which member of the team stands only in the audit
    sequence: its place in the thread, as no exact time is kept to order by
    hour: when it was written, minutes dropped
    """

    class Author(models.TextChoices):
        SENDER = "sender", _("Sender")
        TEAM = "team", _("School safety team")

    SEALED_UNDER = "tip"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tip = models.ForeignKey(Tip, models.CASCADE, related_name="messages", db_index=False)
    author = models.CharField(max_length=6, default=Author.SENDER)
    sequence = models.PositiveIntegerField(editable=False)
    hour = models.DateTimeField(default=this_hour)
    text = SealedTextField()

    objects = TenantManager()

    class Meta:
        ordering = ("sequence",)
        constraints = (
            models.UniqueConstraint(
                fields=["tip", "sequence"], name="tips_tipmessage_sequence_once"
            ),
            models.CheckConstraint(
                condition=Q(author__in=["sender", "team"]), name="tips_tipmessage_author_known"
            ),
        )

    def __str__(self) -> str:
        return f"Message {self.sequence} of {self.tip_id}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Give a new message the next place; the constraint stops two that ask at once."""
        if self._state.adding and not self.sequence:
            last = TipMessage.objects.filter(tip=self.tip).aggregate(last=Max("sequence"))["last"]
            self.sequence = (last or 0) + 1
        super().save(*args, **kwargs)

    @property
    def from_us(self) -> bool:
        return self.author == TipMessage.Author.TEAM
