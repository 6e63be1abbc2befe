"""Ladders and their steps, as the coordinator types them."""

from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from outbox.actions.ladders import LATEST_SECONDS
from outbox.channels.providers import served_channels
from outbox.forms.kinds import kind_choices
from outbox.models import Channel, Ladder, Rung, Urgency
from partnership.models import Partnership, Role

# Notices for many are never asked about again.
URGENCIES = (Urgency.PANIC, Urgency.URGENT, Urgency.ROUTINE)
CHANNELS = (Channel.EMAIL, Channel.PUSH, Channel.SMS, Channel.VOICE)
SECONDS, MINUTES = 1, 60
UNITS = ((SECONDS, gettext_lazy("seconds")), (MINUTES, gettext_lazy("minutes")))


class LadderForm(forms.Form):
    """For which notices a new ladder is."""

    kind = forms.ChoiceField(label=gettext_lazy("When this happens"), choices=kind_choices)
    urgency = forms.ChoiceField(
        label=gettext_lazy("How urgent"),
        choices=[(urgency.value, urgency.label) for urgency in URGENCIES],
        initial=Urgency.URGENT,
    )

    def ladder(self, partnership: Partnership) -> Ladder:
        """A ladder that is not stored yet. In an emergency one answer silences nobody else."""
        urgency = self.cleaned_data["urgency"]
        stops = Ladder.Stops.ONE if urgency == Urgency.PANIC else Ladder.Stops.EVERYONE
        return Ladder(
            partnership=partnership, kind=self.cleaned_data["kind"], urgency=urgency, stops=stops
        )


class AnswerForm(forms.Form):
    """What an answer stops, and how often the last step is done again."""

    stops = forms.ChoiceField(
        label=gettext_lazy("When somebody answers"),
        choices=Ladder.Stops.choices,
        widget=forms.RadioSelect,
    )
    repeats = forms.IntegerField(
        label=gettext_lazy("How often the last step is done again"), min_value=0, max_value=20
    )
    every = forms.IntegerField(
        label=gettext_lazy("Minutes between those"), min_value=1, max_value=24 * 60
    )

    def __init__(self, data: Any = None, *, ladder: Ladder) -> None:
        every = max(ladder.repeat_seconds // MINUTES, 1)
        shown = {"stops": ladder.stops, "repeats": ladder.repeats, "every": every}
        super().__init__(data, initial=shown)
        self.ladder = ladder

    def clean_stops(self) -> str:
        stops = str(self.cleaned_data["stops"])
        if self.ladder.urgency == Urgency.PANIC and stops != Ladder.Stops.ONE:
            raise forms.ValidationError(
                _("In an emergency one answer must not silence the others.")
            )
        return stops

    def filled(self) -> Ladder:
        """The ladder with what was typed."""
        self.ladder.stops = self.cleaned_data["stops"]
        self.ladder.repeats = self.cleaned_data["repeats"]
        self.ladder.repeat_seconds = self.cleaned_data["every"] * MINUTES
        return self.ladder


class RungForm(forms.Form):
    """One step: after how long, whom, by which ways, and how many at a time."""

    after = forms.IntegerField(label=gettext_lazy("After how long"), min_value=0)
    unit = forms.TypedChoiceField(label=gettext_lazy("Counted in"), choices=UNITS, coerce=int)
    roles = forms.MultipleChoiceField(
        label=gettext_lazy("Whom"),
        help_text=gettext_lazy(
            "Only people the notice is for. Tick nobody, and all of them are told."
        ),
        choices=Role.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    channels = forms.MultipleChoiceField(
        label=gettext_lazy("By which ways"),
        help_text=gettext_lazy("It always stands in the portal too."),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one way.")},
    )
    pace = forms.ChoiceField(
        label=gettext_lazy("How many at a time"),
        choices=(
            ("all", gettext_lazy("All at once")),
            ("one", gettext_lazy("One after the other, until somebody answers")),
        ),
        widget=forms.RadioSelect,
    )
    each_seconds = forms.IntegerField(
        label=gettext_lazy("Seconds for each person"),
        help_text=gettext_lazy("Counts only if they are told one after the other."),
        min_value=5,
        max_value=3600,
    )

    def __init__(self, data: Any = None, *, rung: Rung) -> None:
        super().__init__(data, initial=shown(rung))
        self.rung = rung
        self.fields["channels"].choices = channel_choices()  # type: ignore[attr-defined]

    def clean(self) -> None:
        after, unit = self.cleaned_data.get("after"), self.cleaned_data.get("unit")
        if after is not None and unit is not None and after * unit > LATEST_SECONDS:
            self.add_error("after", _("A step comes within 24 hours."))

    def filled(self) -> Rung:
        """The step with what was typed."""
        typed = self.cleaned_data
        self.rung.after_seconds = typed["after"] * typed["unit"]
        self.rung.roles, self.rung.channels = typed["roles"], typed["channels"]
        self.rung.one_at_a_time = typed["pace"] == "one"
        self.rung.each_seconds = typed["each_seconds"]
        return self.rung


def shown(rung: Rung) -> dict[str, Any]:
    """A step as the form shows it: whole minutes as minutes."""
    unit = SECONDS if rung.after_seconds % MINUTES else MINUTES
    return {
        "after": rung.after_seconds // unit,
        "unit": unit,
        "roles": rung.roles,
        "channels": rung.channels,
        "pace": "one" if rung.one_at_a_time else "all",
        "each_seconds": rung.each_seconds,
    }


def channel_choices() -> list[tuple[str, str | Promise]]:
    """All ways; those that lead nowhere in this installation say so, and may be planned for."""
    served = served_channels()
    return [
        (
            channel.value,
            channel.label
            if channel in served
            else _("%(way)s (not set up here)") % {"way": channel.label},
        )
        for channel in CHANNELS
    ]
