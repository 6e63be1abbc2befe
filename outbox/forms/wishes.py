"""How somebody wishes to be told: channels, quiet hours, out of office."""

import datetime as dt
from typing import Any

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from outbox.models import Channel, Preference
from partnership.models import Membership
from partnership.models.people import SCHOOL_ROLES

# What each person chooses for themselves. Phone calls belong to emergencies and ladders.
CHOSEN = (Channel.EMAIL, Channel.PUSH, Channel.SMS)
LONGEST_AWAY = dt.timedelta(days=366)


class ChannelsForm(forms.Form):
    """The channels for routine and for urgent notices.

    ready: those that reach this person now; a wish for another stays as it stood, so that it
        holds as soon as the way is there
    """

    routine = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)
    urgent = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, data: Any = None, *, preference: Preference, ready: set[str]) -> None:
        self.stood = {"routine": preference.routine, "urgent": preference.urgent}
        super().__init__(data, initial=self.stood)
        self.ready = ready
        for name in ("routine", "urgent"):
            self.fields[name].choices = [  # type: ignore[attr-defined]
                (channel.value, channel.label) for channel in CHOSEN if channel in ready
            ]

    def clean_routine(self) -> list[str]:
        return self.kept("routine")

    def clean_urgent(self) -> list[str]:
        if not self.cleaned_data["urgent"]:
            raise forms.ValidationError(
                _("Keep at least one way for urgent notices, or nobody could reach you.")
            )
        return self.kept("urgent")

    def kept(self, name: str) -> list[str]:
        """What was ticked, and what stood of the ways that are not there yet."""
        wanted = {*self.cleaned_data[name], *(set(self.stood[name]) - self.ready)}
        return [channel.value for channel in CHOSEN if channel in wanted]


def clock_field(label: Any) -> forms.TimeField:
    return forms.TimeField(
        label=label,
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"invalid": gettext_lazy("Type a time, such as 8:20 AM.")},
        input_formats=["%H:%M", "%H:%M:%S", "%I:%M %p"],
    )


class QuietForm(forms.Form):
    """Hours of the day in which nothing routine is sent; they may reach past midnight."""

    quiet_from = clock_field(gettext_lazy("Quiet from"))
    quiet_until = clock_field(gettext_lazy("Quiet until"))

    def __init__(self, data: Any = None, *, preference: Preference) -> None:
        super().__init__(
            data, initial={name: getattr(preference, name) for name in self.base_fields}
        )

    def clean(self) -> None:
        if self.errors:
            return
        first, last = self.cleaned_data["quiet_from"], self.cleaned_data["quiet_until"]
        if (first is None) != (last is None):
            empty = "quiet_from" if first is None else "quiet_until"
            self.add_error(empty, _("Give both times, or leave both empty."))
        elif first is not None and first == last:
            self.add_error("quiet_until", _("Choose two different times."))


def moment_field(label: Any) -> forms.DateTimeField:
    return forms.DateTimeField(
        label=label,
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        error_messages={"invalid": gettext_lazy("Type a day and a time.")},
    )


class StandInField(forms.ModelChoiceField):  # type: ignore[type-arg] # not at run time
    def label_from_instance(self, member: Any) -> str:
        return f"{member.user.name}, {member.get_role_display()}"


class AwayForm(forms.Form):
    """When somebody is away, and who is told in their place. All three, or none."""

    away_from = moment_field(gettext_lazy("Away from"))
    away_until = moment_field(gettext_lazy("Back at"))
    backup = StandInField(
        label=gettext_lazy("Who is told in your place"),
        queryset=Membership.objects.none(),
        required=False,
        empty_label=gettext_lazy("Nobody"),
    )

    def __init__(self, data: Any = None, *, preference: Preference, member: Membership) -> None:
        super().__init__(
            data, initial={name: getattr(preference, name) for name in self.base_fields}
        )
        self.fields["backup"].queryset = stand_ins(member)  # type: ignore[attr-defined]

    def clean(self) -> None:
        if self.errors:
            return
        typed = [self.cleaned_data[name] for name in ("away_from", "away_until", "backup")]
        if any(typed) and not all(typed):
            missing = next(name for name in self.fields if not self.cleaned_data[name])
            self.add_error(missing, _("Give both times and a person, or leave all three empty."))
        elif all(typed):
            self.refuse_times(*typed)

    def refuse_times(self, first: dt.datetime, last: dt.datetime, backup: Membership) -> None:
        theirs = Preference.objects.filter(membership=backup)
        if last <= first or last <= timezone.now():
            self.add_error("away_until", _("Choose a time that is later."))
        elif last - first > LONGEST_AWAY:
            self.add_error("away_until", _("That is more than a year. Check both dates."))
        elif theirs.filter(away_from__lt=last, away_until__gt=first).exists():
            self.add_error("backup", _("This person is away too in that time. Choose another."))


def stand_ins(member: Membership) -> Any:
    """Current members who are known to this one: of the own schools, or serving the district."""
    known = Membership.objects.visible_to(member).values("pk")
    people = Membership.objects.current().filter(Q(pk__in=known) | ~Q(role__in=SCHOOL_ROLES))
    return people.exclude(pk=member.pk).select_related("user")
