"""The demo's people and one press for each. Anywhere but at home there is no such page."""

from functools import wraps
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from partnership.checks import is_loopback
from partnership.models import Membership, Partnership, Role
from partnership.permissions import View, public
from partnership.tenancy import within

# Somebody who comes through a proxy may be anywhere, whatever the last address is.
FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP", "HTTP_VIA")


def at_home(view: View) -> View:
    """Let a view exist only in the demo, and only for this machine."""

    @wraps(view)
    def guarded(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        is_forwarded = any(name in request.META for name in FORWARDED)
        is_here = is_loopback(request.META.get("REMOTE_ADDR", "")) and not is_forwarded
        if not settings.PORTAL_DEMO or not is_here:
            raise Http404
        return view(request, *args, **kwargs)

    return public(guarded)


@at_home
def demo(request: HttpRequest) -> HttpResponse:
    places = [
        {"partnership": partnership, "people": people_of(partnership)}
        for partnership in Partnership.objects.all()
    ]
    return render(request, "demo/demo.html", {"places": places})


@at_home
@require_POST
def demo_sign_in(request: HttpRequest) -> HttpResponse:
    """Become one of the fictional people, and nobody else."""
    slug = request.POST.get("partnership", "")
    partnership = get_object_or_404(Partnership, slug=slug)
    chosen = request.POST.get("membership", "")
    member = next((one for one in people_of(partnership) if str(one.pk) == chosen), None)
    if member is None:
        raise Http404
    get_adapter().login(request, member.user)
    request.session["is_demo"] = True
    UserSession.objects.create_from_request(request)
    return redirect("board", partnership=partnership.slug)


def people_of(partnership: Partnership) -> list[Membership]:
    """The demo's people of one partnership, in the order of the roles; real ones never."""
    addresses = [f"{role}@{partnership.slug}.example" for role in Role.values]
    with within(partnership):
        people = Membership.objects.current().filter(user__email__in=addresses)
        found = {one.user.email: one for one in people.select_related("user")}
    return [found[address] for address in addresses if address in found]
