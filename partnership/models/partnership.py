"""The tenant itself, the district's own facts, and the agencies that serve it."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from partnership.tenancy import TenantManager, TenantModel

# First path parts that are the site's own (CONTRACT.md, Pages).
RESERVED_SLUGS = frozenset(
    {
        *("accounts", "admin", "api", "demo", "docs", "healthz", "jsi18n", "lang", "live"),
        *("media", "metrics", "offline", "readyz", "static", "en", "es", "well-known"),
        *("favicon.ico", "manifest.webmanifest", "robots.txt", "sw.js"),
    }
)


def not_reserved(slug: str) -> None:
    """Refuse a slug that would hide one of the site's own paths."""
    if slug in RESERVED_SLUGS:
        raise ValidationError(_("This word starts a path of the portal itself."))


class Partnership(models.Model):
    """One school district and the police agencies that serve it: the tenant, a sealed world."""

    name = models.CharField(max_length=100)
    slug = models.CharField(
        max_length=40,
        unique=True,
        validators=[RegexValidator(r"^[a-z0-9]+(-[a-z0-9]+)*$"), not_reserved],
    )
    time_zone = models.CharField(max_length=50, default="America/Chicago")

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class District(TenantModel):
    """What the public pages and the notices need to know of the district.

    Everything here is a setting of the partnership and never a constant in code: the programme
    word of Handle with Care differs by county ("CASS" in Natrona), text-to-911 by dispatch area.
    """

    name = models.CharField(max_length=100)
    nces_id = models.CharField(max_length=7, blank=True, help_text="NCES district number (LEAID)")
    phone = models.CharField(max_length=30, blank=True)
    care_word = models.CharField(max_length=40, default="Handle with Care")
    has_text_to_911 = models.BooleanField(default=False)
    leave_fast_url = models.URLField(default="https://www.weather.gov/")

    objects = TenantManager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["partnership"], name="partnership_district_one"),
        )

    def __str__(self) -> str:
        return self.name


class Agency(TenantModel):
    """A police department or sheriff's office that serves the district.

    An agency that serves several districts is a row in each (domain/care_and_officers.md,
    decision 1).
    """

    class Kind(models.TextChoices):
        POLICE = "police", _("Police department")
        SHERIFF = "sheriff", _("Sheriff’s office")
        DISPATCH = "dispatch", _("Dispatch center")

    name = models.CharField(max_length=100)
    short_name = models.CharField(max_length=40)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.POLICE)
    phone = models.CharField(max_length=30, blank=True)

    objects = TenantManager()

    class Meta:
        ordering = ("name",)
        verbose_name_plural = "agencies"
        constraints = (
            models.UniqueConstraint(
                fields=["partnership", "name"], name="partnership_agency_name_once"
            ),
        )

    def __str__(self) -> str:
        return self.name
