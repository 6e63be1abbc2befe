"""What was done, by whom, when: rows that can be added and never changed.

The chain is written by a trigger that belongs to another database role than the one the portal
runs under (migrations/0003_audit_chain.py): whoever takes over the portal can add entries, but
can not rewrite, drop or reorder one without `./portal manage verify_audit` noticing.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from partnership.tenancy import TenantManager, TenantModel


class AuditEntry(TenantModel):
    """One deed. Holds ids, choices and numbers only: no child's name, no free text."""

    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False)
    action = models.CharField(max_length=60)
    subject = models.CharField(max_length=100)
    facts = models.JSONField(default=dict)
    at = models.DateTimeField(db_default=Now())

    objects = TenantManager()

    class Meta:
        ordering = ("-id",)
        verbose_name_plural = "audit entries"

    def __str__(self) -> str:
        return f"{self.action} {self.subject}"


class AuditLink(TenantModel):
    """The place of one entry in the partnership's chain. Written by the trigger alone."""

    entry = models.OneToOneField(AuditEntry, models.PROTECT, related_name="link")
    sequence = models.BigIntegerField()
    previous = models.BinaryField()
    digest = models.BinaryField()

    objects = TenantManager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["partnership", "sequence"], name="partnership_auditlink_sequence_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.sequence}"


class AuditHead(TenantModel):
    """The end of the partnership's chain, so that dropping the newest entries shows too."""

    sequence = models.BigIntegerField()
    digest = models.BinaryField()

    objects = TenantManager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["partnership"], name="partnership_audithead_one"),
        )

    def __str__(self) -> str:
        return f"{self.sequence}"
