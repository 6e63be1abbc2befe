"""Who may read a tip, decided once when it comes in."""

from __future__ import annotations

import secrets
import uuid

from django.db import models

from partnership.models import Membership
from partnership.tenancy import TenantManager, TenantModel
from tips.codes import SYMBOLS
from tips.models.tip import Tip

NUMBER_LENGTH = 6


def new_number() -> str:
    """A random name for a tip. Counting numbers would show by their gaps what is kept from whom."""
    return "".join(secrets.choice(SYMBOLS) for _ in range(NUMBER_LENGTH))


class TipRecipient(TenantModel):
    """That a member may read a tip. Without this row the tip does not exist for them.

    number: what this member calls the tip; another member has another number for it
    first_read_at, acknowledged_at: by this member
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tip = models.ForeignKey(Tip, models.CASCADE, related_name="recipients")
    membership = models.ForeignKey(
        Membership, models.PROTECT, related_name="tip_recipients", db_index=False
    )
    number = models.CharField(max_length=NUMBER_LENGTH, default=new_number)
    first_read_at = models.DateTimeField(null=True)
    acknowledged_at = models.DateTimeField(null=True)

    objects = TenantManager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["membership", "tip"], name="tips_tiprecipient_once"),
            models.UniqueConstraint(
                fields=["membership", "number"], name="tips_tiprecipient_number_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.membership_id} reads {self.tip_id}"
