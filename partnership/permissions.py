"""Who may do what. This table is the whole policy; nothing else grants anything.

It says which role may use which door. Which rows a member then finds behind it is the business
of `visible_to(membership)` on each queryset. Source: domain/care_and_officers.md §4.2.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from partnership.models import Membership, Partnership, Role, User

EVERYONE = frozenset(Role)
TIP_READERS = frozenset(
    {
        Role.COORDINATOR,
        Role.PRINCIPAL,
        Role.COUNSELOR,
        Role.SRO,
        Role.SERGEANT,
        Role.DISPATCHER,
        Role.ANALYST,
        # Only what comes to them because nobody below is left: a tip is never undeliverable.
        Role.CHIEF,
        Role.SUPERINTENDENT,
    }
)

MAY: dict[str, frozenset[Role]] = {
    "board.see": EVERYONE,
    "notices.see": EVERYONE,
    "reach.see": frozenset({Role.COORDINATOR, Role.SUPERINTENDENT}),
    "ladders.manage": frozenset({Role.COORDINATOR}),
    "webhooks.manage": frozenset({Role.COORDINATOR}),
    "outbox.see": frozenset({Role.COORDINATOR, Role.SUPERINTENDENT, Role.AUDITOR}),
    "outbox.operate": frozenset({Role.COORDINATOR}),
    "schools.see": EVERYONE,
    "schools.manage": frozenset({Role.COORDINATOR}),
    "members.see": frozenset(
        {
            Role.COORDINATOR,
            Role.SUPERINTENDENT,
            Role.PRINCIPAL,
            Role.SERGEANT,
            Role.CHIEF,
            Role.AUDITOR,
        }
    ),
    "members.manage": frozenset({Role.COORDINATOR}),
    "audit.see": frozenset({Role.COORDINATOR, Role.SUPERINTENDENT, Role.AUDITOR}),
    "tips.read": TIP_READERS,
    "tips.answer": TIP_READERS - {Role.DISPATCHER},
    "tips.close": frozenset({Role.COORDINATOR, Role.PRINCIPAL, Role.ANALYST}),
}
# Rights that show a child's or a tip's content, or hand out such rights: who holds one of them
# signs in with a second factor, always.
SENSITIVE = ("tips.read", "members.manage", "audit.see")
NEEDS_SECOND_FACTOR: frozenset[Role] = frozenset().union(*(MAY[right] for right in SENSITIVE))

PUBLIC = "public"
SIGNED_IN = "signed in"


class PortalRequest(HttpRequest):
    """Any request: the partnership of its address, and the member once a guard has looked."""

    partnership: Partnership
    membership: Membership | None


class MemberRequest(HttpRequest):
    """What a view behind @requires receives."""

    partnership: Partnership
    membership: Membership
    user: User


type View = Callable[..., HttpResponse]


def may(membership: Membership | None, permission: str) -> bool:
    """Whether the member's role holds this permission. An unknown name is a KeyError."""
    allowed = MAY[permission]
    return membership is not None and membership.role in allowed


def requires(permission: str) -> Callable[[View], View]:
    """Let a view run only for a member whose role holds `permission`.

    A visitor is asked to sign in, a stranger finds no such page (404), an insider without the
    right is told so (403), and a role that sees children must bring its second factor.
    """
    allowed = MAY[permission]

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
            return turned_away(request, allowed) or view(request, *args, **kwargs)

        guarded.requires = permission  # type: ignore[attr-defined]
        return guarded

    return decorate


def turned_away(request: Any, allowed: frozenset[Role]) -> HttpResponse | None:
    """Where somebody is sent who may not go on, or None. Raises Http404, PermissionDenied."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    if request.membership is None:
        raise Http404
    if lacks_second_factor(request):
        return redirect("mfa_index")
    if request.membership.role not in allowed:
        raise PermissionDenied
    return None


def public(view: View) -> View:
    """Say that a view is meant for anyone, signed in or not; it never learns who asks."""
    view.requires = PUBLIC  # type: ignore[attr-defined]
    return view


def signed_in(view: View) -> View:
    """Let a view run for any person with an account; it shows only what is theirs."""

    @wraps(view)
    def guarded(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        return view(request, *args, **kwargs)

    guarded.requires = SIGNED_IN  # type: ignore[attr-defined]
    return guarded


def lacks_second_factor(request: Any) -> bool:
    """Whether the member's role needs a second factor that this person has not set up.

    allauth asks for the factor at sign-in as soon as one exists. The demo signs its fictional
    people in without any, on loopback only (checks.py).
    """
    from allauth.mfa.utils import is_mfa_enabled  # noqa: PLC0415 - needs loaded models

    if request.membership.role not in NEEDS_SECOND_FACTOR:
        return False
    if settings.PORTAL_DEMO and request.session.get("is_demo"):
        return False
    return not is_mfa_enabled(request.user)
