"""School buildings, their bells and the days on which they teach."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from partnership.models.people import Membership
from partnership.tenancy import TenantManager, TenantModel


class SchoolQuerySet(models.QuerySet["School"]):
    def visible_to(self, membership: Membership) -> SchoolQuerySet:
        """The schools a member works for; district-wide roles see all of them."""
        if membership.is_district_wide:
            return self
        return self.filter(members__membership=membership)

    def in_session_on(self, day: dt.date) -> SchoolQuerySet:
        """Those that teach on this day: in the year, on a bell day, not closed."""
        if not SchoolYear.objects.filter(starts_on__lte=day, ends_on__gte=day).exists():
            return self.none()
        closed = ClosedDay.objects.filter(on=day)
        if closed.filter(school=None).exists():
            return self.none()
        return self.filter(bell_times__weekday=day.weekday()).exclude(
            pk__in=closed.exclude(school=None).values("school")
        )


class School(TenantModel):
    """A school building of the district: where it stands and when it is in session."""

    class Level(models.TextChoices):
        ELEMENTARY = "elementary", _("Elementary school")
        MIDDLE = "middle", _("Middle school")
        HIGH = "high", _("High school")
        OTHER = "other", _("Other program")

    name = models.CharField(max_length=100)
    level = models.CharField(max_length=12, choices=Level)
    nces_id = models.CharField(
        max_length=12,
        blank=True,
        validators=[RegexValidator(r"^\d{12}$")],
        help_text="NCES school number (NCESSCH), twelve digits",
    )
    street = models.CharField(max_length=120, blank=True)
    city = models.CharField(max_length=60, blank=True)
    state = models.CharField(max_length=2, blank=True)
    postal_code = models.CharField(max_length=10, blank=True)
    is_address_approximate = models.BooleanField(default=False)
    time_zone = models.CharField(max_length=50, default="America/Chicago")

    objects = TenantManager.from_queryset(SchoolQuerySet)()

    class Meta:
        ordering = ("name",)
        constraints = (
            models.UniqueConstraint(
                fields=["partnership", "name"], name="partnership_school_name_once"
            ),
        )

    def __str__(self) -> str:
        return self.name

    def local(self, moment: dt.datetime) -> dt.datetime:
        """The moment as the clock on the school's wall shows it."""
        return moment.astimezone(ZoneInfo(self.time_zone))

    def is_in_session_on(self, day: dt.date) -> bool:
        """Whether the school teaches on this day."""
        return School.objects.filter(pk=self.pk).in_session_on(day).exists()

    def next_bell_after(self, moment: dt.datetime, *, look_ahead_days: int = 120) -> dt.datetime:
        """The next first bell after `moment`, in UTC.

        Raises LookupError when the calendar knows none within `look_ahead_days`.
        """
        bells = {bell.weekday: bell.first_bell for bell in self.bell_times.all()}
        zone = ZoneInfo(self.time_zone)
        for ahead in range(look_ahead_days + 1):
            day = self.local(moment).date() + dt.timedelta(days=ahead)
            bell = bells.get(day.weekday())
            if bell is None or not self.is_in_session_on(day):
                continue
            rings = dt.datetime.combine(day, bell, zone)
            if rings > moment:
                return rings.astimezone(dt.UTC)
        raise LookupError(f"No bell within {look_ahead_days} days.")


class BellTime(TenantModel):
    """First and last bell of a school on one day of the week (0 is Monday), in local time."""

    school = models.ForeignKey(School, models.CASCADE, related_name="bell_times")
    weekday = models.PositiveSmallIntegerField()
    first_bell = models.TimeField()
    last_bell = models.TimeField()

    objects = TenantManager()

    class Meta:
        ordering = ("weekday",)
        constraints = (
            models.UniqueConstraint(
                fields=["school", "weekday"], name="partnership_belltime_day_once"
            ),
            models.CheckConstraint(
                condition=Q(weekday__lte=6), name="partnership_belltime_weekday_known"
            ),
            models.CheckConstraint(
                condition=Q(first_bell__lt=models.F("last_bell")),
                name="partnership_belltime_first_before_last",
            ),
        )

    def __str__(self) -> str:
        return f"{self.school_id}: {self.weekday}"


class SchoolYear(TenantModel):
    """First and last day of teaching of one school year; both count."""

    starts_on = models.DateField()
    ends_on = models.DateField()

    objects = TenantManager()

    class Meta:
        ordering = ("-starts_on",)
        constraints = (
            models.UniqueConstraint(
                fields=["partnership", "starts_on"], name="partnership_schoolyear_once"
            ),
            models.CheckConstraint(
                condition=Q(starts_on__lt=models.F("ends_on")),
                name="partnership_schoolyear_starts_before_end",
            ),
        )

    def __str__(self) -> str:
        return f"{self.starts_on.year}–{self.ends_on.year}"


class ClosedDayQuerySet(models.QuerySet["ClosedDay"]):
    def at(self, school: School) -> ClosedDayQuerySet:
        """Days on which this school does not teach, its own and the whole district's."""
        return self.filter(Q(school=None) | Q(school=school))


class ClosedDay(TenantModel):
    """A weekday without teaching: holiday, break, teachers' day, snow. No school means all."""

    school = models.ForeignKey(School, models.CASCADE, null=True, blank=True)
    on = models.DateField()
    reason = models.CharField(max_length=60)

    objects = TenantManager.from_queryset(ClosedDayQuerySet)()

    class Meta:
        ordering = ("on",)
        constraints = (
            models.UniqueConstraint(
                fields=["partnership", "school", "on"],
                name="partnership_closedday_once",
                nulls_distinct=False,
            ),
        )

    def __str__(self) -> str:
        return f"{self.on}: {self.reason}"
