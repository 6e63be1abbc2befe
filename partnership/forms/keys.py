"""allauth's passkey forms, made calm: what no browser would send is a wrong code, not a crash."""

from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)

NOT_A_CREDENTIAL = (AttributeError, IndexError, KeyError, TypeError, ValueError)


class PasskeyForm(AuthenticateWebAuthnForm):  # type: ignore[misc] # allauth is untyped
    def clean_credential(self) -> Any:
        try:
            return super().clean_credential()
        except NOT_A_CREDENTIAL:
            raise get_adapter().validation_error("incorrect_code") from None


class PasskeyLoginForm(PasskeyForm, LoginWebAuthnForm):  # type: ignore[misc]
    """Signs in with the passkey alone."""


class PasskeyReauthenticateForm(PasskeyForm, ReauthenticateWebAuthnForm):  # type: ignore[misc]
    """Shows that it is still the same person."""


class PasskeyAddForm(AddWebAuthnForm):  # type: ignore[misc]
    def clean(self) -> Any:
        try:
            return super().clean()
        except NOT_A_CREDENTIAL:
            raise get_adapter().validation_error("incorrect_code") from None
