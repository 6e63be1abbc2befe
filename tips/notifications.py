"""Whom a tip is told to. The words are always the same ones and say nothing of the tip."""

from collections.abc import Iterable

from django.db.models import Q
from django.urls import reverse

from outbox import actions as outbox
from outbox.models import Preference
from partnership.models import Membership, Role
from partnership.permissions import may
from tips.models import Adult, AdultRole, Details, Kind, Tip, TipRecipient, Urgency

SCHOOL_TEAM = frozenset({Role.PRINCIPAL, Role.SRO})
DISTRICT = frozenset({Role.COORDINATOR, Role.ANALYST})
# Who else must know where a life may be at stake; the district's rules come with their issue.
FOR_A_LIFE = frozenset({Role.SERGEANT, Role.DISPATCHER})
WITH_COUNSELOR = frozenset({Kind.SELF, Kind.ABUSE})
IF_NOBODY_ELSE = (Role.COORDINATOR, Role.ANALYST, Role.SERGEANT, Role.CHIEF, Role.SUPERINTENDENT)
ROLE_OF_ADULT = {
    AdultRole.PRINCIPAL: Role.PRINCIPAL,
    AdultRole.COUNSELOR: Role.COUNSELOR,
    AdultRole.SRO: Role.SRO,
}


def recipients_of(tip: Tip) -> list[Membership]:
    """Who may read a new tip: the school's team and the district, bar whom it may be about.

    Where nobody of them can answer, it goes on up, until somebody is there.
    """
    at_school = school_roles(tip, tip.details)
    roles = DISTRICT | (FOR_A_LIFE if tip.urgency == Urgency.LIFE else frozenset())
    wanted = Q(role__in=roles)
    if tip.school_id is not None:
        wanted |= Q(role__in=at_school, schools__school=tip.school_id)
    current = Membership.objects.current()
    members = list(current.filter(wanted).select_related("user").distinct())
    members += stand_ins(members, roles=roles | at_school)
    if any(may(member, "tips.answer") for member in members):
        return members
    return members + first_of(IF_NOBODY_ELSE, but=members)


def stand_ins(members: list[Membership], *, roles: frozenset[Role]) -> list[Membership]:
    """Who answers for those who are out of office: only somebody whose role may read this tip
    anyway, so that nobody's absence lets in the one it is about."""
    away = Preference.objects.away().filter(membership__in=members)
    here = Membership.objects.current().filter(pk__in=away.values("backup"), role__in=roles)
    return list(here.exclude(pk__in=[member.pk for member in members]).select_related("user"))


def first_of(roles: Iterable[Role], *, but: Iterable[Membership]) -> list[Membership]:
    """Everybody in the first of these roles that anybody else holds."""
    others = Membership.objects.current().exclude(pk__in=[member.pk for member in but])
    for role in roles:
        if found := list(others.holding(role).select_related("user")):
            return found
    return []


def school_roles(tip: Tip, details: Details) -> frozenset[Role]:
    """Which roles at the school may read it. Whoever may be meant must not, and if that could be
    anybody there, nobody there does: it is the district's."""
    team = SCHOOL_TEAM | ({Role.COUNSELOR} if tip.kind in WITH_COUNSELOR else frozenset())
    if not may_be_about_staff(tip, details):
        return team
    meant = {ROLE_OF_ADULT.get(AdultRole(role)) for role in details.adult_roles}
    if not meant or None in meant:
        return frozenset()
    return team - meant


def may_be_about_staff(tip: Tip, details: Details) -> bool:
    """Whether an adult of a school may be meant. A ticked role counts even beside a "no": to keep
    a tip from somebody in error costs less than to show it to them."""
    if details.adult_roles:
        return True
    if details.adult == Adult.NO:
        return False
    return bool(details.adult or details.adult_name or tip.kind == Kind.ADULT)


def tell_team_of_tip(tip: Tip, recipients: Iterable[Membership]) -> None:
    outbox.send(
        "tips.tip_received",
        to=recipients,
        about=tip,
        link=page_of(tip),
        urgency="urgent" if tip.urgency == Urgency.LIFE else "routine",
    )


def tell_team_of_reply(tip: Tip) -> None:
    """Tell whoever has the tip; where nobody has, everybody who may read it."""
    readers = TipRecipient.objects.filter(tip=tip)
    holder = Membership.objects.current().filter(held_tips=tip)
    if holder:  # and has not left since
        readers = readers.filter(membership__in=holder)
    outbox.send(
        "tips.tip_reply_received",
        to=[reader.membership for reader in readers.select_related("membership")],
        about=tip,
        link=page_of(tip),
        urgency="urgent" if tip.urgency == Urgency.LIFE else "routine",
    )


def page_of(tip: Tip) -> str:
    """For the notice in the portal; an e-mail leads to the board and no further (outbox)."""
    facts = {"partnership": tip.partnership.slug, "pk": tip.pk}
    return reverse("tips:tip_detail", kwargs=facts)
