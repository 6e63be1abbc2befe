"""Passphrases: a new one, a changed one, and the first one of somebody who joins."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.forms import ChangePasswordForm
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _

from partnership.models import User

LONGEST = 200


def passphrase_field(label: Any, help_text: Any = "") -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": "new-password"})
    return forms.CharField(
        label=label, help_text=help_text, max_length=LONGEST, strip=False, widget=widget
    )


class PassphraseForm(forms.Form):
    """A new passphrase, typed twice. `person` need not be stored yet."""

    passphrase = passphrase_field(
        _("Passphrase"),
        _("At least 12 letters. Four words that do not belong together are best."),
    )
    again = passphrase_field(_("Passphrase again"))

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        self.person = person
        super().__init__(*args, **kwargs)

    def clean_passphrase(self) -> str:
        self.person.name = self.cleaned_data.get("name", self.person.name)
        passphrase = str(self.cleaned_data["passphrase"])
        validate_password(passphrase, self.person)
        return passphrase

    def clean_again(self) -> str:
        again = str(self.cleaned_data["again"])
        if self.cleaned_data.get("passphrase", again) != again:
            raise forms.ValidationError(_("Type the same passphrase both times."))
        return again


class JoinForm(PassphraseForm):
    """How somebody without an account joins: what colleagues call them, and a passphrase."""

    name = forms.CharField(
        label=_("Your name"),
        help_text=_("As colleagues know you."),
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    field_order = ("name", "passphrase", "again")


class PassphraseChangeForm(ChangePasswordForm):  # type: ignore[misc] # allauth is untyped
    """allauth's form, in which a wrong old passphrase counts like a wrong one at sign-in."""

    def clean_oldpassword(self) -> str:
        old = str(self.cleaned_data.get("oldpassword", ""))
        adapter = get_adapter()
        if not adapter.reauthenticate(self.user, old):
            raise adapter.validation_error("enter_current_password")
        return old
