"""What every request passes through: who is asking is forgotten where a sender may stand, the
partnership in the address is opened, the language chosen, and an idle screen concealed."""

import re
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import Resolver404, resolve
from django.utils import timezone, translation

from partnership.accounts import concealed, is_asleep, is_background, keep_awake, sign_in_is_over
from partnership.crypto import Shredded, VaultUnreachable
from partnership.models import Membership, Partnership
from partnership.permissions import PUBLIC
from partnership.states import WrongStatus
from partnership.tenancy import within

type Answer = Callable[[HttpRequest], HttpResponse]

SENDERS_PATHS = re.compile(r"^/[a-z0-9-]+/tell(/|$)")
# Address, device and way here, also as proxies in front spell them.
TRACES = re.compile(
    r"REMOTE_(ADDR|HOST|PORT)|HTTP_(FORWARDED|REFERER|USER_AGENT|VIA|SEC_CH_\w+)"
    r"|HTTP_\w*(FORWARDED_FOR|REAL_IP|CLIENT_IP|CONNECTING_IP\w*)"
)


class SenderPrivacyMiddleware:
    """Takes address and device out of a sender's request before any other code can keep them."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not SENDERS_PATHS.match(request.path_info):
            return self.get_response(request)
        for trace in [name for name in request.META if TRACES.fullmatch(name)]:
            del request.META[trace]
        request.META["REMOTE_ADDR"] = "0.0.0.0"  # noqa: S104 - not a bind: no address at all
        # A teacher who is signed in and tells something does so as nobody.
        request.COOKIES.pop(settings.SESSION_COOKIE_NAME, None)
        return self.get_response(request)


class HeadersMiddleware:
    """Headers that Django has no setting for (domain/tips.md §4.9)."""

    FIXED = {  # noqa: RUF012 - never changed
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cross-Origin-Embedder-Policy": "require-corp",
    }

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        for name, value in self.FIXED.items():
            response.headers.setdefault(name, value)
        if not request.path_info.startswith(settings.STATIC_URL):
            response.headers.setdefault("Cache-Control", "no-store")
        return response


class LanguageMiddleware:
    """The language of `?lang=`, else the signed-in person's, else the browser's. No cookie."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with translation.override(self._language(request)):
            request.LANGUAGE_CODE = translation.get_language()
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", translation.get_language() or "en")
            return response

    def _language(self, request: HttpRequest) -> str:
        known = dict(settings.LANGUAGES)
        asked = request.GET.get("lang", "")
        if asked in known:
            return asked
        # A cookie-less visitor's session is never touched, so a sender leaves no mark.
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            chosen = getattr(request.user, "language", "")
            if chosen in known:
                return str(chosen)
        return translation.get_language_from_request(request)


class AwakeMiddleware:
    """Conceals a screen left alone for half an hour; ends the sign-in after the full day."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, *args: Any) -> HttpResponse | None:
        if getattr(view, "requires", PUBLIC) == PUBLIC or not request.user.is_authenticated:
            return None
        if sign_in_is_over(request):
            logout(request)
            return concealed(request, door="account_login")
        if getattr(view, "opens_while_covered", False):
            return None
        if is_asleep(request):
            return concealed(request, door="locked")
        if not is_background(request):
            keep_awake(request, now=timezone.now())
        return None


class PartnershipMiddleware:
    """Opens the partnership named in the address for the length of the request.

    The transaction stands around the whole answer, templates included: ATOMIC_REQUESTS alone
    would end it with the view, and with it the database's knowledge of the partnership.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        request.partnership = partnership_of(request)
        request.membership = None
        if request.partnership is None:  # and no transaction: /healthz asks no database
            return self.get_response(request)
        with within(request.partnership), timezone.override(request.partnership.time_zone):
            return self.get_response(request)

    def process_view(
        self, request: Any, view: Any, args: Any, kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        if kwargs.pop("partnership", None) is None:  # views read request.partnership instead
            return None
        if request.partnership is None:
            raise Http404
        if getattr(view, "requires", PUBLIC) != PUBLIC:
            request.membership = membership_of(request)
        return None

    def process_exception(self, request: Any, problem: Exception) -> HttpResponse | None:
        """What is nobody's fault is said calmly: somebody was faster, or the vault is away."""
        from partnership import views  # noqa: PLC0415 - views import permissions

        if isinstance(problem, WrongStatus):
            return views.already_done(request)
        if isinstance(problem, VaultUnreachable | Shredded):
            return views.closed_for_now(request, is_gone=isinstance(problem, Shredded))
        return None


def partnership_of(request: Any) -> Partnership | None:
    """The partnership whose slug starts the path, if the path belongs to one at all."""
    try:
        slug = resolve(request.path_info).kwargs.get("partnership")
    except Resolver404:
        return None
    return Partnership.objects.filter(slug=slug).first() if slug else None


def membership_of(request: Any) -> Membership | None:
    """The signed-in person's current membership of the partnership that is open."""
    if not request.user.is_authenticated:
        return None
    return Membership.objects.current().filter(user=request.user).select_related("user").first()
