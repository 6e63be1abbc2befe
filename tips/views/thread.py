"""How a sender comes back: the code opens the thread for one browser, until a quarter of an hour
has passed without a click."""

from django.conf import settings
from django.core import signing
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from partnership.crypto import SealBroken, Shredded
from partnership.permissions import PortalRequest, public
from partnership.views import broken
from tips import actions
from tips.codes import NoTurn
from tips.forms import UNKNOWN_CODE, CodeForm, MessageForm
from tips.models import Tip
from tips.models.secret import session_of
from tips.views.sender import BUSY, REFUSED, page

COOKIE = "tell"
IDLE_MINUTES = 15
SIGNED_OUT = 403
# The hour of the last click stands in the cookie alone, signed: the database never learns it.
SIGNER = signing.TimestampSigner(salt="tips.thread")


@public
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def tip_return(request: PortalRequest) -> HttpResponse:
    """The thread for whoever has opened it, the question for the code for everybody else."""
    if request.method != "POST":
        tip = tip_of_session(request)
        return thread_page(request, tip, MessageForm()) if tip else code_page(request, CodeForm())
    form = CodeForm(request.POST)
    if not form.is_valid():
        return code_page(request, form, status=REFUSED)
    try:
        token = actions.open_thread(form.cleaned_data["code"])
    except NoTurn:
        form.add_error(None, _("Many codes are being checked. Wait a moment and try again."))
        return code_page(request, form, status=BUSY)
    if token is None:
        form.add_error("code", UNKNOWN_CODE)
        return code_page(request, form, status=REFUSED)
    return keep(to_thread(request), request, token)


@public
@sensitive_post_parameters()
@require_POST
def tip_reply(request: PortalRequest) -> HttpResponse:
    """The sender writes back. After the quarter of an hour the words are shown, never dropped."""
    tip = tip_of_session(request)
    form = MessageForm(request.POST)
    if tip is None:
        kept = form["text"].value()
        return code_page(request, CodeForm(), status=SIGNED_OUT, kept=kept)
    if not form.is_valid():
        return thread_page(request, tip, form, status=REFUSED)
    actions.reply_to_tip(tip, form.cleaned_data["text"])
    return to_thread(request)


@public
@require_POST
def tip_leave(request: PortalRequest) -> HttpResponse:
    """End the session and have the browser forget this site."""
    if token := token_of(request):
        actions.leave_thread(token)
    response = redirect("public_home", partnership=request.partnership.slug)
    response.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'
    response.delete_cookie(COOKIE, path=cookie_path(request), samesite="Strict")
    return response


def thread_page(
    request: PortalRequest, tip: Tip, form: MessageForm, *, status: int = 200
) -> HttpResponse:
    """All that was said. Being here starts the quarter of an hour anew."""
    try:
        said = [{"from_us": False, "text": tip.text}]
        said += [{"from_us": one.from_us, "text": one.text} for one in tip.messages.all()]
    except Shredded:
        return code_page(request, CodeForm())
    except SealBroken:
        actions.note_broken_seal(tip, by=None)
        return broken(request)
    facts = {
        "form": form,
        "messages": said,
        "tip_track": track(tip),
        "minutes_left": IDLE_MINUTES,
    }
    response = page(request, "tips/tip_thread.html", facts, status=status)
    return keep(response, request, token_of(request))


def track(tip: Tip) -> list[dict[str, object]]:
    """How far the message has come, in words the sender understands."""
    status = Tip.Status
    steps = (
        (status.RECEIVED, _("We got it")),
        (status.READ, _("Someone read it")),
        (status.ACKNOWLEDGED, _("Someone is working on it")),
        (status.CLOSED, _("Done")),
    )
    now = [value for value, _label in steps].index(status(tip.status))
    states = ["done"] * now + ["now"] + ["next"] * (len(steps) - now - 1)
    if tip.is_closed:
        states[-1] = "done"
    return [
        {"label": label, "state": state}
        for (_value, label), state in zip(steps, states, strict=True)
    ]


def code_page(
    request: PortalRequest, form: CodeForm, *, status: int = 200, kept: str = ""
) -> HttpResponse:
    """Where the code is typed; says so when a session has just run out."""
    is_over = COOKIE in request.COOKIES
    facts = {"form": form, "kept": kept, "is_over": is_over}
    response = page(request, "tips/tip_return.html", facts, status=status)
    if is_over:
        response.delete_cookie(COOKIE, path=cookie_path(request), samesite="Strict")
    return response


def tip_of_session(request: PortalRequest) -> Tip | None:
    token = token_of(request)
    return Tip.objects.in_thread(session_of(token)).first() if token else None


def token_of(request: PortalRequest) -> str | None:
    """The token of the sender's cookie, if a click came within the quarter of an hour."""
    try:
        return SIGNER.unsign(request.COOKIES.get(COOKIE, ""), max_age=IDLE_MINUTES * 60)
    except signing.BadSignature:
        return None


def keep(response: HttpResponse, request: PortalRequest, token: str | None) -> HttpResponse:
    """Hand the browser its token for another quarter of an hour; it dies with the window."""
    if token is not None:
        response.set_cookie(
            COOKIE,
            SIGNER.sign(token),
            path=cookie_path(request),
            secure=settings.IS_HTTPS,
            httponly=True,
            samesite="Strict",
        )
    return response


def cookie_path(request: PortalRequest) -> str:
    return reverse("tips:tip_start", kwargs={"partnership": request.partnership.slug})


def to_thread(request: PortalRequest) -> HttpResponseRedirect:
    """Redirect, so that "reload" sends nothing twice; the chosen language goes along."""
    query = {"lang": lang} if (lang := request.GET.get("lang")) else None
    place = {"partnership": request.partnership.slug}
    return HttpResponseRedirect(reverse("tips:tip_return", kwargs=place, query=query))
