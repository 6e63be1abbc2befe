"""What people type on the ground's pages, by noun."""

from partnership.forms.agencies import AgencyForm
from partnership.forms.calendar import ClosedDayForm, SchoolYearForm
from partnership.forms.keys import (
    PasskeyAddForm,
    PasskeyForm,
    PasskeyLoginForm,
    PasskeyReauthenticateForm,
)
from partnership.forms.members import InvitationForm, PlaceForm, SearchForm
from partnership.forms.passphrases import JoinForm, PassphraseChangeForm, PassphraseForm
from partnership.forms.schools import BellsForm, DistrictForm, SchoolForm

__all__ = [
    "AgencyForm",
    "BellsForm",
    "ClosedDayForm",
    "DistrictForm",
    "InvitationForm",
    "JoinForm",
    "PasskeyAddForm",
    "PasskeyForm",
    "PasskeyLoginForm",
    "PasskeyReauthenticateForm",
    "PassphraseChangeForm",
    "PassphraseForm",
    "PlaceForm",
    "SchoolForm",
    "SchoolYearForm",
    "SearchForm",
]
