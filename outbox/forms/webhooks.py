"""A program that is told by webhook, as the coordinator types it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from outbox.channels.guarded import fault_of
from outbox.forms.kinds import kind_choices
from outbox.models import WebhookEndpoint


class WebhookForm(forms.Form):
    """Name, address and kinds. `filled()` gives the endpoint back; nothing is stored."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=60)
    url = forms.CharField(
        label=gettext_lazy("Address"),
        help_text=gettext_lazy("It begins with https:// and leads to a server on the Internet."),
        max_length=400,
        widget=forms.TextInput(attrs={"type": "url", "inputmode": "url"}),
    )
    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("What it is told of"),
        help_text=gettext_lazy("It learns that something happened, and never what."),
        choices=kind_choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one.")},
    )

    def __init__(self, data: Any = None, *, endpoint: WebhookEndpoint) -> None:
        super().__init__(data, initial={name: getattr(endpoint, name) for name in self.base_fields})
        self.endpoint = endpoint

    def clean_url(self) -> str:
        url = str(self.cleaned_data["url"])
        if fault := fault_of(url):
            raise forms.ValidationError(fault)
        return url

    def filled(self) -> WebhookEndpoint:
        """The endpoint with what was typed."""
        for name, value in self.cleaned_data.items():
            setattr(self.endpoint, name, value)
        return self.endpoint
