"""allauth's pages behind our own doors: each carries its sign, and is finished inside the view."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account import views as account
from allauth.account.adapter import get_adapter
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY as PROVEN
from allauth.core.exceptions import ReauthenticationRequired
from allauth.mfa.base import views as base
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import urlencode

from partnership.accounts.awake import wake
from partnership.accounts.keys import keys_watched
from partnership.accounts.people import must_have_key
from partnership.forms import (
    PasskeyAddForm,
    PasskeyForm,
    PasskeyLoginForm,
    PasskeyReauthenticateForm,
    PassphraseChangeForm,
)
from partnership.permissions import View, public, signed_in


def finished(view: View) -> View:
    """Render inside the view, and say 422 where a form came back with something to mend."""

    @wraps(view)
    def whole(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if isinstance(response, TemplateResponse):
            response.render()
            if request.method == "POST" and response.status_code == 200:
                response.status_code = 422
        return response

    return whole


def asking_again(view: View) -> View:
    """Send who must show again who they are to do so, and back. allauth would keep the whole
    request in the session meanwhile, with all its headers and everything typed."""

    @wraps(view)
    def asked(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except ReauthenticationRequired:
            ways = get_adapter().get_reauthentication_methods(request.user)
            return redirect(f"{ways[0]['url']}?{urlencode({'next': request.path})}")

    return asked


def waking(view: View) -> View:
    """Uncover the screen as soon as the person has proven who they are."""

    @wraps(view)
    def wakes(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        before = request.session.get(PROVEN)
        response = view(request, *args, **kwargs)
        if request.session.get(PROVEN) != before:
            wake(request)
        return response

    return while_covered(signed_in(wakes))


def while_covered(view: View) -> View:
    """Say that a page shows nothing that a covered screen hides."""
    view.opens_while_covered = True  # type: ignore[attr-defined]
    return view


def stranger(view: Callable[..., Any]) -> View:
    """A door of allauth for people who are not signed in yet."""
    return public(finished(view))


def person(view: Callable[..., Any]) -> View:
    """A door of allauth to what belongs to the signed-in person alone."""
    return signed_in(asking_again(finished(view)))


def keys(view: Callable[..., Any]) -> View:
    """A door behind which second factors come and go."""
    return signed_in(asking_again(keys_watched(finished(view))))


class Authenticate(base.AuthenticateView):  # type: ignore[misc] # allauth is untyped
    webauthn_form_class = PasskeyForm


class Index(base.IndexView):  # type: ignore[misc]
    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        facts: dict[str, Any] = super().get_context_data(**kwargs)
        needs = not facts["is_mfa_enabled"] and must_have_key(self.request.user)
        return facts | {"must_have_key": needs}


class LoginByPasskey(webauthn.LoginWebAuthnView):  # type: ignore[misc]
    form_class = PasskeyLoginForm


class ReauthenticateByPasskey(webauthn.ReauthenticateWebAuthnView):  # type: ignore[misc]
    form_class = PasskeyReauthenticateForm

    def form_invalid(self, form: Any) -> HttpResponse:
        """Back to the same question; allauth leads to the sign-in page, which leads on."""
        super().form_invalid(form)
        return redirect(self.passthrough_next_url(reverse("mfa_reauthenticate_webauthn")))


class AddPasskey(webauthn.AddWebAuthnView):  # type: ignore[misc]
    form_class = PasskeyAddForm


class ChangePassphrase(account.PasswordChangeView):  # type: ignore[misc]
    form_class = PassphraseChangeForm

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """Who has no passphrase, as the demo's people, has none to change."""
        if not request.user.has_usable_password():
            return redirect("mfa_index")
        response: HttpResponse = super().dispatch(request, *args, **kwargs)
        return response


account_login = stranger(account.login)
account_logout = stranger(account.logout)
account_inactive = stranger(account.account_inactive)
account_reauthenticate = waking(finished(account.reauthenticate))
account_change_password = person(ChangePassphrase.as_view())

mfa_index = person(Index.as_view())
mfa_authenticate = stranger(Authenticate.as_view())
mfa_reauthenticate = waking(finished(base.reauthenticate))
mfa_activate_totp = keys(totp.activate_totp)
mfa_deactivate_totp = keys(totp.deactivate_totp)
mfa_view_recovery_codes = person(recovery.view_recovery_codes)
mfa_generate_recovery_codes = keys(recovery.generate_recovery_codes)
mfa_download_recovery_codes = person(recovery.download_recovery_codes)
mfa_list_webauthn = person(webauthn.list_webauthn)
mfa_add_webauthn = keys(AddPasskey.as_view())
mfa_edit_webauthn = person(webauthn.edit_webauthn)
mfa_remove_webauthn = keys(webauthn.remove_webauthn)
mfa_login_webauthn = stranger(LoginByPasskey.as_view())
mfa_reauthenticate_webauthn = waking(finished(ReauthenticateByPasskey.as_view()))
