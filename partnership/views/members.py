"""People and roles: who is here, as what, where, why and until when; and who is invited."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import models
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from partnership import actions
from partnership.accounts import passphrase
from partnership.forms import InvitationForm, PlaceForm, SearchForm
from partnership.models import Invitation, Membership
from partnership.models.people import MembershipQuerySet
from partnership.permissions import MemberRequest, may, requires
from partnership.views.rights import rights_of

PAGE = 50
JOIN = Invitation.Purpose.JOIN
KINDS: dict[str, Callable[[MembershipQuerySet], MembershipQuerySet]] = {
    "no-second-factor": MembershipQuerySet.without_second_factor,
    "ending": MembershipQuerySet.ending_soon,
    "outside": MembershipQuerySet.from_outside,
}


@requires("members.see")
def member_list(request: MemberRequest) -> HttpResponse:
    """The people this member may look up, fifty to a page, narrowed by words and kind."""
    search = SearchForm(request.GET)
    wanted = search.cleaned_data if search.is_valid() else {"q": "", "kind": ""}
    people = visible_members(request).current().named(wanted["q"]).fetch_mode(models.FETCH_RAISE)
    people = KINDS[wanted["kind"]](people) if wanted["kind"] else people
    page = Paginator(people, PAGE).get_page(request.GET.get("page"))
    may_manage = may(request.membership, "members.manage")
    facts = {
        "page": page,
        "members": page.object_list,
        "keep": "".join(f"&{urlencode({name: value})}" for name, value in wanted.items() if value),
        "kinds": SearchForm.KINDS,
        "may_manage": may_manage,
        "invitations": Invitation.objects.open().filter(purpose=JOIN) if may_manage else [],
    }
    return render(request, "members/member_list.html", facts | wanted)


@requires("members.see")
def member_detail(request: MemberRequest, pk: UUID) -> HttpResponse:
    """One person: role, place, ground and dates; for the coordinator, the deeds."""
    member = get_object_or_404(visible_members(request), pk=pk)
    form = PlaceForm(initial=PlaceForm.of(member)) if may_change(request, member) else None
    return shown(request, member, form=form)


@requires("members.manage")
@require_POST
def member_change(request: MemberRequest, pk: UUID) -> HttpResponse:
    member = get_object_or_404(visible_members(request), pk=pk)
    form = PlaceForm(request.POST)
    if not form.is_valid():
        return shown(request, member, form=form, status=422)
    return done(
        request,
        member,
        lambda: actions.change_member(member, form.place(), by=request.user),
        _("Changed."),
    )


@requires("members.manage")
@require_POST
def member_end(request: MemberRequest, pk: UUID) -> HttpResponse:
    member = get_object_or_404(visible_members(request), pk=pk)
    return done(
        request, member, lambda: actions.end_access(member, by=request.user), _("Access has ended.")
    )


@requires("members.manage")
@require_POST
def member_release(request: MemberRequest, pk: UUID) -> HttpResponse:
    member = get_object_or_404(visible_members(request).current(), pk=pk)
    actions.release_lock(member, by=request.user)
    messages.success(request, _("The passphrase works again."))
    return redirect("member_detail", partnership=request.partnership.slug, pk=member.pk)


@requires("members.manage")
@require_POST
def member_way_back(request: MemberRequest, pk: UUID) -> HttpResponse:
    member = get_object_or_404(visible_members(request).current(), pk=pk)
    actions.send_way_back(member, by=request.user)
    messages.success(request, _("A link is on its way. It works for 15 minutes."))
    return redirect("member_detail", partnership=request.partnership.slug, pk=member.pk)


@requires("members.manage")
def invitation_form(request: MemberRequest) -> HttpResponse:
    """Offer somebody a place by e-mail."""
    form = InvitationForm(request.POST or None)
    if not form.is_valid():
        status = 422 if form.errors else 200
        return render(request, "members/invitation_form.html", {"form": form}, status=status)
    actions.invite_person(form.cleaned_data["email"], form.place(), by=request.user)
    messages.success(request, _("The invitation is on its way."))
    return redirect("member_list", partnership=request.partnership.slug)


@requires("members.manage")
@require_POST
def invitation_withdraw(request: MemberRequest, pk: UUID) -> HttpResponse:
    invitation = get_object_or_404(Invitation.objects.filter(purpose=JOIN), pk=pk)
    actions.withdraw_invitation(invitation, by=request.user)
    messages.success(request, _("The invitation was withdrawn. Its link does not work any more."))
    return redirect("member_list", partnership=request.partnership.slug)


def visible_members(request: MemberRequest) -> MembershipQuerySet:
    """What the pages show of each person, in as many queries as for one."""
    people = Membership.objects.visible_to(request.membership).select_related("user", "agency")
    return people.prefetch_related("schools__school")


def may_change(request: MemberRequest, member: Membership) -> bool:
    """Whether the reader may change this person: nobody changes their own place."""
    is_other = member.user_id != request.user.pk
    return is_other and member.is_current and may(request.membership, "members.manage")


def shown(
    request: MemberRequest, member: Membership, *, form: PlaceForm | None, status: int = 200
) -> HttpResponse:
    can, cannot = rights_of(member)
    may_manage = may(request.membership, "members.manage")
    facts: dict[str, Any] = {
        "member": member,
        "form": form,
        "may_manage": may_manage and member.is_current,
        "is_own": member.user_id == request.user.pk,
        "is_locked": may_manage and passphrase.is_locked(member.user),
        "can": can,
        "cannot": cannot,
    }
    return render(request, "members/member_detail.html", facts, status=status)


def done(
    request: MemberRequest, member: Membership, deed: Callable[[], None], words: str
) -> HttpResponse:
    """Do it and say so; where the house refuses, say why."""
    try:
        deed()
    except actions.Refused as why:
        messages.error(request, str(why))
    else:
        messages.success(request, words)
    return redirect("member_detail", partnership=request.partnership.slug, pk=member.pk)
