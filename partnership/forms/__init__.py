"""What people type on the ground's pages, by noun."""

from partnership.forms.keys import (
    PasskeyAddForm,
    PasskeyForm,
    PasskeyLoginForm,
    PasskeyReauthenticateForm,
)
from partnership.forms.members import InvitationForm, PlaceForm, SearchForm
from partnership.forms.passphrases import JoinForm, PassphraseChangeForm, PassphraseForm

__all__ = [
    "InvitationForm",
    "JoinForm",
    "PasskeyAddForm",
    "PasskeyForm",
    "PasskeyLoginForm",
    "PasskeyReauthenticateForm",
    "PassphraseChangeForm",
    "PassphraseForm",
    "PlaceForm",
    "SearchForm",
]
