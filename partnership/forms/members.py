"""A person's place in the partnership, as the coordinator types it."""

import datetime as dt
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partnership.actions import Place
from partnership.models import Agency, Membership, Role, School
from partnership.models.people import SCHOOL_ROLES

POLICE_ROLES = frozenset({Role.SRO, Role.SERGEANT, Role.CHIEF, Role.RECORDS})


class PlaceForm(forms.Form):
    """Role, schools, agency, basis and last day; as `place()` when they fit together."""

    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)
    schools = forms.ModelMultipleChoiceField(
        label=_("Schools"),
        help_text=_("For roles at a school. The other roles serve all schools."),
        queryset=School.objects.all(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    agency = forms.ModelChoiceField(
        label=_("Agency"),
        help_text=_("For people of a police department or dispatch center."),
        queryset=Agency.objects.all(),
        required=False,
        empty_label=_("The district itself"),
    )
    basis = forms.ChoiceField(
        label=_("Why this person may see records"), choices=Membership.Basis.choices
    )
    until_on = forms.DateField(
        label=_("Last day of access"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def clean_until_on(self) -> dt.date | None:
        day: dt.date | None = self.cleaned_data["until_on"]
        if day is not None and day < timezone.now().date():
            raise forms.ValidationError(_("Choose today or a later day."))
        return day

    def clean(self) -> None:
        role = self.cleaned_data.get("role")
        if role in SCHOOL_ROLES and not self.cleaned_data.get("schools"):
            self.add_error("schools", _("Choose at least one school for this role."))
        if role in POLICE_ROLES and not self.cleaned_data.get("agency"):
            self.add_error("agency", _("Choose the agency of this officer."))

    def place(self) -> Place:
        """What was typed. A role for the whole district is tied to no school."""
        typed = self.cleaned_data
        schools = typed["schools"] if typed["role"] in SCHOOL_ROLES else ()
        return Place(typed["role"], typed["basis"], typed["agency"], schools, typed["until_on"])

    @staticmethod
    def of(member: Membership) -> dict[str, Any]:
        """What the form shows of a member as they are now."""
        return {
            "role": member.role,
            "schools": [place.school_id for place in member.schools.all()],
            "agency": member.agency_id,
            "basis": member.basis,
            "until_on": member.until_on,
        }


class InvitationForm(PlaceForm):
    """A place, and the address it is offered to."""

    email = forms.EmailField(label=_("E-mail"), max_length=254)
    field_order = ("email", "role", "schools", "agency", "basis", "until_on")

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"]).lower()
        if Membership.objects.current().filter(user__email=email).exists():
            raise forms.ValidationError(_("This person is here already. Change the role."))
        return email


class SearchForm(forms.Form):
    """Which people a list shows: some words, and one of a few kinds."""

    KINDS = (
        ("", _("All")),
        ("no-second-factor", _("No second key")),
        ("ending", _("Access ends soon")),
        ("outside", _("From outside the district")),
    )
    q = forms.CharField(label=_("Name or e-mail"), max_length=100, required=False)
    kind = forms.ChoiceField(choices=KINDS, required=False)
