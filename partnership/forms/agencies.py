"""An agency that serves the district, as the coordinator types it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from partnership.models import Agency


class AgencyForm(forms.Form):
    """One agency. `filled()` gives it back with what was typed; nothing is stored."""

    name = forms.CharField(label=_("Name of the agency"), max_length=100)
    short_name = forms.CharField(
        label=_("Short name"),
        help_text=_("As people here call it, such as Norman Police."),
        max_length=40,
    )
    kind = forms.ChoiceField(label=_("What it is"), choices=Agency.Kind.choices)
    phone = forms.CharField(label=_("Phone"), max_length=30, required=False)

    def __init__(self, data: Any = None, *, agency: Agency) -> None:
        super().__init__(data, initial={name: getattr(agency, name) for name in self.base_fields})
        self.agency = agency

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"])
        others = Agency.objects.exclude(pk=self.agency.pk)
        if others.filter(name__iexact=name).exists():
            raise forms.ValidationError(_("Another agency has this name already."))
        return name

    def filled(self) -> Agency:
        """The agency with what was typed."""
        for name, value in self.cleaned_data.items():
            setattr(self.agency, name, value)
        return self.agency
