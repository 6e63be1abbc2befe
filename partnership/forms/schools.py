"""Schools, their bells and the district's own facts, as the coordinator types them."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django import forms
from django.core.validators import RegexValidator, URLValidator
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from partnership.models import District, School

TIME_ZONES = (
    ("America/New_York", _("Eastern time")),
    ("America/Chicago", _("Central time")),
    ("America/Denver", _("Mountain time")),
    ("America/Phoenix", _("Arizona time")),
    ("America/Los_Angeles", _("Pacific time")),
    ("America/Anchorage", _("Alaska time")),
    ("Pacific/Honolulu", _("Hawaii time")),
    ("America/Puerto_Rico", _("Puerto Rico time")),
    ("Pacific/Guam", _("Guam time")),
    ("Pacific/Pago_Pago", _("American Samoa time")),
)


class SchoolForm(forms.Form):
    """One school. `filled()` gives it back with what was typed; nothing is stored."""

    name = forms.CharField(label=_("Name of the school"), max_length=100)
    level = forms.ChoiceField(label=_("Level"), choices=School.Level.choices)
    street = forms.CharField(label=_("Street and number"), max_length=120, required=False)
    city = forms.CharField(label=_("City"), max_length=60, required=False)
    state = forms.CharField(
        label=_("State"),
        max_length=2,
        required=False,
        validators=[RegexValidator(r"^[A-Za-z]{2}$", _("Type two letters, such as OK."))],
    )
    postal_code = forms.CharField(
        label=_("ZIP code"),
        max_length=10,
        required=False,
        validators=[RegexValidator(r"^\d{5}(-\d{4})?$", _("Type five digits, such as 73069."))],
    )
    is_address_approximate = forms.BooleanField(
        label=_("The address is only approximate"), required=False
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone"), error_messages={"invalid_choice": _("Choose one from the list.")}
    )
    nces_id = forms.CharField(
        label=_("NCES number of the school"),
        required=False,
        validators=[RegexValidator(r"^\d{12}$", _("Type all twelve digits."))],
    )

    def __init__(self, data: Any = None, *, school: School) -> None:
        # A person looked at the address: it counts as right unless they say again that it is not.
        shown = {name: getattr(school, name) for name in self.base_fields}
        super().__init__(data, initial=shown | {"is_address_approximate": False})
        self.school = school
        own = school.time_zone
        more = () if own in dict(TIME_ZONES) else ((own, own),)
        self.fields["time_zone"].choices = (*TIME_ZONES, *more)  # type: ignore[attr-defined]
        if school.is_address_approximate:
            self.fields["is_address_approximate"].help_text = _(
                "Now it is marked so. When you save, the mark goes unless you tick this."
            )

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"])
        others = School.objects.exclude(pk=self.school.pk)
        if others.filter(name__iexact=name).exists():
            raise forms.ValidationError(_("Another school has this name already."))
        return name

    def clean_state(self) -> str:
        return str(self.cleaned_data["state"]).upper()

    def filled(self) -> School:
        """The school with what was typed."""
        for name, value in self.cleaned_data.items():
            setattr(self.school, name, value)
        return self.school


class BellsForm(forms.Form):
    """First and last bell for each day of the week; a day left empty has no school."""

    def __init__(self, data: Any = None, *, school: School) -> None:
        super().__init__(data)
        bells = {bell.weekday: bell for bell in school.bell_times.all()}
        for day in range(7):
            for end in ("first", "last"):
                field = bell_field()
                field.initial = getattr(bells.get(day), f"{end}_bell", None)
                self.fields[f"{end}_{day}"] = field

    def days(self) -> Iterator[tuple[int, BoundField, BoundField]]:
        """Each weekday with its two fields, as the page shows them in one row."""
        return ((day, self[f"first_{day}"], self[f"last_{day}"]) for day in range(7))

    def clean(self) -> None:
        for day in range(7):
            if f"first_{day}" in self.errors or f"last_{day}" in self.errors:
                continue
            first, last = self.pair(day)
            if (first is None) != (last is None):
                empty = "first" if first is None else "last"
                self.add_error(f"{empty}_{day}", _("Give both bells, or leave both empty."))
            elif first is not None and last is not None and last <= first:
                self.add_error(f"last_{day}", _("The last bell comes after the first bell."))

    def pair(self, day: int) -> tuple[dt.time | None, dt.time | None]:
        return self.cleaned_data.get(f"first_{day}"), self.cleaned_data.get(f"last_{day}")

    def bells(self) -> dict[int, tuple[dt.time, dt.time]]:
        """What was typed, by weekday, without the days that have no school."""
        pairs = {day: self.pair(day) for day in range(7)}
        return {day: (first, last) for day, (first, last) in pairs.items() if first and last}


def bell_field() -> forms.TimeField:
    widget = forms.TimeInput(attrs={"type": "time", "class": "usa-input"}, format="%H:%M")
    return forms.TimeField(
        required=False,
        widget=widget,
        error_messages={"invalid": _("Type a time, such as 8:20 AM.")},
        input_formats=["%H:%M", "%H:%M:%S", "%I:%M %p"],
    )


class DistrictForm(forms.Form):
    """What the public pages and the notices say of the district."""

    name = forms.CharField(label=_("Name of the district"), max_length=100)
    phone = forms.CharField(label=_("Phone"), max_length=30, required=False)
    care_word = forms.CharField(
        label=_("What Handle with Care is called here"),
        help_text=_("Some counties have a word of their own, such as CASS."),
        max_length=40,
    )
    has_text_to_911 = forms.BooleanField(
        label=_("People here can text 911"),
        help_text=_("Tick this only if the dispatch center says so. Senders of tips read it."),
        required=False,
    )
    leave_fast_url = forms.URLField(
        label=_("Where “Leave fast” leads"),
        help_text=_("A page that nobody wonders about, such as the weather."),
        max_length=200,
        assume_scheme="https",
        validators=[URLValidator(schemes=["https"], message=_("Type an https:// address."))],
    )
    nces_id = forms.CharField(
        label=_("NCES number of the district"),
        required=False,
        validators=[RegexValidator(r"^\d{7}$", _("Type all seven digits."))],
    )

    def __init__(self, data: Any = None, *, district: District) -> None:
        super().__init__(data, initial={name: getattr(district, name) for name in self.base_fields})
        self.district = district

    def filled(self) -> District:
        """The district with what was typed."""
        for name, value in self.cleaned_data.items():
            setattr(self.district, name, value)
        return self.district
