"""Telephones and devices, as their owner types them or their browser tells."""

import base64
import binascii
import json
from typing import Any

import phonenumbers
from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from outbox.channels.guarded import fault_of

COUNTRY = "US"
LONGEST_SUBSCRIPTION = 2000
LONGEST_ENDPOINT = 1000
# Of what encrypts for a device: an uncompressed point of P-256, and sixteen random bytes.
KEY_BYTES = {"p256dh": 65, "auth": 16}


class PhoneForm(forms.Form):
    """A telephone number of one's own."""

    number = forms.CharField(
        label=gettext_lazy("Phone number"),
        help_text=gettext_lazy("Such as (405) 555-0134. From another country, begin with +."),
        max_length=30,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
    )
    label = forms.CharField(
        label=gettext_lazy("What you call it"),
        max_length=40,
        initial=gettext_lazy("My phone"),
    )

    def clean_number(self) -> str:
        try:
            number = phonenumbers.parse(str(self.cleaned_data["number"]), COUNTRY)
        except phonenumbers.NumberParseException:
            number = None
        if number is None or not phonenumbers.is_valid_number(number):
            raise forms.ValidationError(_("This is not a phone number. Check each digit."))
        if number.extension:
            raise forms.ValidationError(_("Give a number without an extension."))
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


class PhoneCodeForm(forms.Form):
    """The six digits that came to a telephone."""

    code = forms.RegexField(
        r"^\d{6}$",
        label=gettext_lazy("The six digits"),
        strip=True,
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "maxlength": "9"}
        ),
        error_messages={"invalid": gettext_lazy("Type the six digits of the message.")},
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(without_spaces(data))


def without_spaces(data: Any) -> Any:
    """ "123 456" is how people read such a code to each other."""
    if data is None or "code" not in data:
        return data
    return {"code": str(data["code"])[:20].replace(" ", "").replace("-", "")}


class DeviceForm(forms.Form):
    """A browser's push subscription, which a script fills in, and what its owner calls it."""

    label = forms.CharField(
        label=gettext_lazy("What you call this device"),
        max_length=40,
        initial=gettext_lazy("This device"),
    )
    subscription = forms.CharField(max_length=LONGEST_SUBSCRIPTION, widget=forms.HiddenInput)

    def clean_subscription(self) -> str:
        """The same facts in one spelling, and none beside them."""
        given = parsed(str(self.cleaned_data["subscription"]))
        endpoint, keys = given.get("endpoint"), given.get("keys")
        if not isinstance(endpoint, str) or not isinstance(keys, dict):
            raise forms.ValidationError(no_subscription())
        if not all(fits(keys.get(name), size) for name, size in KEY_BYTES.items()):
            raise forms.ValidationError(no_subscription())
        if len(endpoint) > LONGEST_ENDPOINT or fault_of(endpoint):
            raise forms.ValidationError(_("Your browser’s push service can not be used here."))
        wanted = {name: keys[name] for name in sorted(KEY_BYTES)}
        return json.dumps({"endpoint": endpoint, "keys": wanted})


def no_subscription() -> str:
    return _("Your browser did not give what push needs. Press the button again.")


def parsed(text: str) -> dict[str, Any]:
    try:
        given = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return given if isinstance(given, dict) else {}


def fits(key: object, size: int) -> bool:
    """Whether it is so many bytes in base64url."""
    if not isinstance(key, str) or len(key) > 2 * size:
        return False
    try:
        return len(base64.b64decode(key + "=" * (-len(key) % 4), "-_", validate=True)) == size
    except (ValueError, binascii.Error):
        return False
