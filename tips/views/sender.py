"""How somebody tells us something: no account, no session, no script, and nothing kept of them."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from partnership.crypto import VaultUnreachable
from partnership.models import District
from partnership.permissions import PortalRequest, public
from tips import actions
from tips.codes import TipCode
from tips.forms import SavedForm, TipForm
from tips.models import Kind

REFUSED, BUSY = 422, 503


@public
@require_safe
def tip_start(request: PortalRequest) -> HttpResponse:
    return page(request, "tips/tip_start.html")


@public
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def tip_form(request: PortalRequest) -> HttpResponse:
    """The form; sent well, it is answered by the code itself, so that no address ever holds it."""
    if request.method != "POST":
        return form_page(request, TipForm(initial={"kind": request.GET.get("kind")}))
    form = TipForm(request.POST)
    if not form.is_valid():
        return form_page(request, form, status=REFUSED)
    code = TipCode.new()
    try:
        actions.submit_tip(**form.said(language=get_language() or "en"), code=code)
    except VaultUnreachable:
        form.add_error(None, _("We could not keep it safe just now. Please send it again."))
        return form_page(request, form, status=BUSY)
    return code_page(request, SavedForm(initial={"code": str(code)}), code)


@public
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def tip_code(request: PortalRequest) -> HttpResponse:
    """Whether the sender has the code. Mistyped, it is shown once more: the page brought it."""
    form = SavedForm(request.POST)
    if form.is_valid():
        return page(request, "tips/tip_code_saved.html")
    code = form.cleaned_data.get("code")
    if code is None:
        return redirect("tips:tip_return", partnership=request.partnership.slug)
    return code_page(request, form, code, status=REFUSED)


def page(
    request: PortalRequest, template: str, facts: dict[str, Any] | None = None, *, status: int = 200
) -> HttpResponse:
    """A page of the sender's side, which has no navigation and always a way to leave fast."""
    facts = {"district": District.objects.first(), **(facts or {})}
    return render(request, template, facts, status=status)


def form_page(request: PortalRequest, form: TipForm, *, status: int = 200) -> HttpResponse:
    return page(request, "tips/tip_form.html", {"form": form, "kinds": list(Kind)}, status=status)


def code_page(
    request: PortalRequest, form: SavedForm, code: TipCode, *, status: int = 200
) -> HttpResponse:
    facts = {
        "form": form,
        "code": str(code),
        "code_groups": code.groups,
        "words": code.words(get_language() or "en"),
    }
    return page(request, "tips/tip_code.html", facts, status=status)
