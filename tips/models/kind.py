"""What a tip can be about, and how much each kind hurries."""

from __future__ import annotations

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Urgency(models.IntegerChoices):
    """How much danger there is; numbers, so that the most dangerous sorts first."""

    LIFE = 1, _("Life safety")
    URGENT = 2, _("Urgent")
    ROUTINE = 3, _("Routine")

    @property
    def word(self) -> str:
        """The name the badge knows it by."""
        return self.name.lower()


class Kind(models.TextChoices):
    """The tiles of the form. Stored without `choices`: a new kind needs no migration."""

    LIFE = "life", _("Someone may get hurt or killed")
    SELF = "self", _("Someone may hurt themself")
    BULLY = "bully", _("Bullying or mean messages")
    ABUSE = "abuse", _("Someone is being hurt at home")
    DRUGS = "drugs", _("Drugs, alcohol or vaping")
    ADULT = "adult", _("Something an adult did")
    FIGHT = "fight", _("A fight")
    OTHER = "other", _("Something else")

    @property
    def hint(self) -> Promise:
        return HINTS[self]

    @property
    def urgency(self) -> Urgency:
        """Where a life may be at stake, or somebody may be harmed before a routine answer comes:
        drugs are urgent because the tile also takes overdoses."""
        return URGENCIES.get(self, Urgency.ROUTINE)

    @property
    def is_danger(self) -> bool:
        """Whether the form says "call 911 first" as soon as this tile is picked."""
        return self is Kind.LIFE


HINTS: dict[Kind, Promise] = {
    Kind.LIFE: _("A weapon, an attack, a plan"),
    Kind.SELF: _("Suicide, cutting, not eating"),
    Kind.BULLY: _("At school or online"),
    Kind.ABUSE: _("Hitting, touching, no food, no safe place"),
    Kind.DRUGS: _("Using, selling, an overdose"),
    Kind.ADULT: _("At school, on a team, on a bus"),
    Kind.FIGHT: _("It happened, or it is going to"),
    Kind.OTHER: _("You don’t have to know what to call it"),
}
URGENCIES: dict[Kind, Urgency] = {
    Kind.LIFE: Urgency.LIFE,
    Kind.SELF: Urgency.LIFE,
    Kind.ABUSE: Urgency.URGENT,
    Kind.ADULT: Urgency.URGENT,
    Kind.FIGHT: Urgency.URGENT,
    Kind.DRUGS: Urgency.URGENT,
}
