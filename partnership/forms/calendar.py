"""The school calendar as the coordinator types it: years, and days without school."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from partnership.models import ClosedDay, Partnership, School, SchoolYear
from partnership.templatetags.ui import when

LONGEST_YEAR = dt.timedelta(days=400)
LONGEST_BREAK = dt.timedelta(days=31)
SATURDAY = 5


def day_field(label: Any, *, help_text: Any = "", required: bool = True) -> forms.DateField:
    return forms.DateField(
        label=label,
        help_text=help_text,
        required=required,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


class SchoolYearForm(forms.Form):
    """First and last day of teaching, both counted."""

    starts_on = day_field(_("First day of school"))
    ends_on = day_field(_("Last day of school"))

    def __init__(self, data: Any = None, *, year: SchoolYear) -> None:
        super().__init__(data, initial={"starts_on": year.starts_on, "ends_on": year.ends_on})
        self.year = year

    def clean(self) -> None:
        first, last = self.cleaned_data.get("starts_on"), self.cleaned_data.get("ends_on")
        if first is None or last is None:
            return
        if last <= first:
            self.add_error("ends_on", _("The last day comes after the first day."))
        elif last - first > LONGEST_YEAR:
            self.add_error("ends_on", _("That is more than a year. Check both dates."))
        elif other := self.overlapping(first, last):
            words = gettext("The school year from %(first)s to %(last)s has some of these days.")
            days = {"first": when(other.starts_on), "last": when(other.ends_on)}
            self.add_error("starts_on", words % days)

    def overlapping(self, first: dt.date, last: dt.date) -> SchoolYear | None:
        others = SchoolYear.objects.exclude(pk=self.year.pk)
        return others.filter(starts_on__lte=last, ends_on__gte=first).first()

    def filled(self) -> SchoolYear:
        """The year with what was typed."""
        self.year.starts_on = self.cleaned_data["starts_on"]
        self.year.ends_on = self.cleaned_data["ends_on"]
        return self.year


class ClosedDayForm(forms.Form):
    """A day without school, or a run of them, at one school or at all."""

    on = day_field(_("Day"))
    until = day_field(
        _("Last day"),
        help_text=_("For a break of several days. Saturdays and Sundays are left out."),
        required=False,
    )
    school = forms.ModelChoiceField(
        label=_("School"),
        queryset=School.objects.all(),
        required=False,
        empty_label=_("All schools"),
    )
    reason = forms.CharField(label=_("Reason"), max_length=60)

    def clean(self) -> None:
        if {"on", "until", "school"} & self.errors.keys():
            return
        first, last = self.cleaned_data["on"], self.cleaned_data["until"]
        if last and last < first:
            self.add_error("until", _("The last day comes after the first day."))
        elif last and last - first > LONGEST_BREAK:
            self.add_error("until", _("That is more than a month. Check both dates."))
        else:
            self.refuse_days(self.days())

    def refuse_days(self, days: list[dt.date]) -> None:
        """Say so where a day would change nothing: no year holds it, or it is closed already."""
        if not days:
            self.add_error("until", _("These are only Saturdays and Sundays."))
        elif outside := first_outside(days):
            words = gettext("%(day)s is in no school year. Add the school year first.")
            self.add_error("on", words % {"day": when(outside)})
        elif taken := self.closed_already().filter(on__in=days).first():
            words = gettext("%(day)s is without school already.")
            self.add_error("on", words % {"day": when(taken.on)})

    def closed_already(self) -> Any:
        school = self.cleaned_data["school"]
        return ClosedDay.objects.at(school) if school else ClosedDay.objects.filter(school=None)

    def days(self) -> list[dt.date]:
        """The day, or each day of the run that is not on a weekend."""
        first, last = self.cleaned_data["on"], self.cleaned_data["until"]
        if last is None:
            return [first]
        run = (first + dt.timedelta(days=ahead) for ahead in range((last - first).days + 1))
        return [day for day in run if day.weekday() < SATURDAY]

    def closed_days(self, partnership: Partnership) -> list[ClosedDay]:
        """What was typed as rows that are not stored yet."""
        facts = {"school": self.cleaned_data["school"], "reason": self.cleaned_data["reason"]}
        return [ClosedDay(partnership=partnership, on=day, **facts) for day in self.days()]


def first_outside(days: Iterable[dt.date]) -> dt.date | None:
    """The first of these days that no school year holds."""
    years = list(SchoolYear.objects.all())
    outside = (
        day for day in days if not any(year.starts_on <= day <= year.ends_on for year in years)
    )
    return next(outside, None)
