"""What the auditor has found wrong, from when to when."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from partnership.models import Partnership


class FindingQuerySet(models.QuerySet["Finding"]):
    def open(self) -> FindingQuerySet:
        return self.filter(ended_at=None)

    def concerning(self, partnership: Partnership) -> FindingQuerySet:
        """What is wrong with this partnership's notices, or with the whole installation."""
        return self.filter(Q(partnership=partnership) | Q(partnership=None))


class Finding(models.Model):
    """Something the auditor saw, from its first look at it to the one that did not see it any
    more. Belongs to the installation and names no person and no row.

    partnership: whose notices; empty for a process of the installation
    count: how many rows at the last look; never more than auditing.MOST are counted
    """

    class What(models.TextChoices):
        OVERDUE = "overdue", _("Messages wait although their time has come")
        LAPSED = "lapsed", _("Messages were taken in hand and not finished")
        STANDSTILL = "standstill", _("Ladders do not go on")
        INCOMPLETE = "incomplete", _("Notices lack messages that were planned")
        NOBODY = "nobody", _("Notices reached nobody, and no coordinator was told")
        UNREACHED = "unreached", _("People were not reached, and no coordinator was told")
        SWEEPER = "sweeper", _("The sweeper gives no sign of life")
        WORKERS = "workers", _("The workers give no sign of life")
        LIVE = "live", _("The live pages give no sign of life")
        UNCHECKED = "unchecked", _("Some rows could not be looked at in time")

    what = models.CharField(max_length=12)
    partnership = models.ForeignKey(Partnership, models.CASCADE, null=True, related_name="+")
    count = models.PositiveIntegerField(default=1)
    first_at = models.DateTimeField(db_default=Now())
    last_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True)

    objects = FindingQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["what", "partnership"],
                condition=Q(ended_at=None),
                name="outbox_finding_open_once",
                nulls_distinct=False,
            ),
        )

    def __str__(self) -> str:
        return self.what

    @property
    def words(self) -> str:
        return str(Finding.What(self.what).label)
