"""A person's own sessions: where they work, which devices are signed in, is somebody there."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.forms import ReauthenticateForm
from allauth.account.internal.flows.logout import logout
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from partnership.accounts.awake import cover, is_asleep, is_open, wake
from partnership.accounts.people import places_of
from partnership.accounts.sessions import end_others
from partnership.permissions import public, signed_in
from partnership.views.accounts import while_covered


@signed_in
def choose_partnership(request: Any) -> HttpResponse:
    """Where to after signing in: the only place there is, or a choice."""
    places = places_of(request.user)
    if len(places) == 1:
        return redirect("board", partnership=places[0].partnership.slug)
    return render(request, "account/choose_partnership.html", {"memberships": places})


@signed_in
def usersessions_list(request: Any) -> HttpResponse:
    """Every device on which this person is signed in; one or all others can be ended."""
    if request.method == "POST":
        return end_sessions(request)
    sessions = UserSession.objects.purge_and_list(request.user)
    sessions.sort(key=lambda session: session.created_at, reverse=True)
    return render(
        request,
        "usersessions/usersession_list.html",
        {"sessions": sessions, "session_count": len(sessions)},
    )


def end_sessions(request: Any) -> HttpResponse:
    """End the session that was named, or without a name all others."""
    named = request.POST.get("session", "")
    if not named:
        end_others(request)
        messages.success(request, _("All other sessions have ended."))
        return redirect("usersessions_list")
    mine = UserSession.objects.filter(user=request.user)
    session = get_object_or_404(mine, pk=named if named.isdecimal() else None)
    if session.is_current():
        session.delete()
        logout(request)
        return redirect("account_login")
    session.end()
    messages.success(request, _("That session has ended."))
    return redirect("usersessions_list")


@while_covered
@signed_in
@require_GET
def locked(request: Any) -> HttpResponse:
    """The cover: nothing of the page before it, and the ways to prove who sits there."""
    onward = onward_from(request.GET.get("next", ""))
    if not is_asleep(request):
        return redirect(onward)
    ways = get_adapter().get_reauthentication_methods(request.user)
    facts = {
        "form": ReauthenticateForm(user=request.user),
        "next": onward,
        "ways": [way for way in ways if way["id"] != "reauthenticate"],
        "has_passphrase": request.user.has_usable_password(),
        "is_demo": bool(request.session.get("is_demo")),
    }
    return render(request, "account/locked.html", facts)


@signed_in
@require_POST
def lock(request: Any) -> HttpResponse:
    """Cover the screen now."""
    cover(request)
    onward = onward_from(request.POST.get("next", ""))
    return redirect(reverse("locked", query={"next": onward}))


@signed_in
@require_POST
def stay(request: Any) -> HttpResponse:
    """Somebody is there and says so; a covered screen never comes this far."""
    wake(request)
    return HttpResponse(status=204)


@public
@require_GET
def awake(request: HttpRequest) -> HttpResponse:
    """Whether this browser's session shows anything now. Asking wakes nobody."""
    return JsonResponse({"open": is_open(request)})


def onward_from(path: str) -> str:
    """The path, if it is one of this site; else where everybody starts."""
    return path if path and get_adapter().is_safe_url(path) else reverse("choose_partnership")
