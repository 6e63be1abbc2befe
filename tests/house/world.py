"""A district with somebody in every role and one of everything, to knock on every door."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core import signing

from outbox import actions as outbox
from outbox.actions import contacts, ladders, webhooks
from outbox.models import Channel, ContactPoint, Delivery, Ladder, Rung, WebhookEndpoint
from partnership import actions
from partnership.actions.members import Place
from partnership.models import (
    Agency,
    ClosedDay,
    Invitation,
    Membership,
    Partnership,
    Role,
    School,
    SchoolYear,
)
from tests.conftest import member
from tips.actions import submit_tip
from tips.models import Tip, TipRecipient


@dataclass
class World:
    """What the samples below take their keys from."""

    partnership: Partnership
    school: School
    agency: Agency
    members: dict[str, Membership]
    colleague: Membership
    invitation: Invitation
    tip: Tip
    year: SchoolYear
    closed_day: ClosedDay

    def notice_of(self, person: Membership) -> Delivery:
        """The newest notice on this member's own page."""
        mine = Delivery.objects.filter(membership=person, channel=Channel.IN_APP)
        return mine.latest("pk")

    def phone_of(self, person: Membership) -> ContactPoint:
        return ContactPoint.objects.get(membership=person)

    def tryout_of(self, person: Membership) -> Delivery:
        return Delivery.objects.get(membership=person, notification__kind="outbox.test")

    def letter_to(self, person: Membership) -> Delivery:
        """The newest e-mail to this member."""
        return Delivery.objects.filter(membership=person, channel=Channel.EMAIL).latest("pk")

    def link(self, kind: str) -> str:
        """The secret part of the link in an invitation's e-mail."""
        return signing.dumps(str(self.invitation.pk), salt=kind)


def build(partnership: Partnership) -> World:
    """Everything through actions, as it comes about in life. The partnership must be open."""
    school = School.objects.create(partnership=partnership, name="Sample High", level="high")
    members = {role.value: member(role.value, partnership, role, schools=[school]) for role in Role}
    colleague = member("colleague", partnership, Role.TEACHER, schools=[school])
    by = members["coordinator"].user
    place = Place(role=Role.TEACHER, basis=Membership.Basis.EMPLOYEE, schools=[school])
    invitation = actions.invite_person(f"new@{partnership.slug}.example", place, by=by)
    tip = submit_tip(school=school, text="There is a fight planned.")
    let_everybody_read(tip, members)
    outbox.send("tips.tip_received", to=members.values(), about=tip, link="/somewhere/")
    prepare_reach(partnership, members)
    year, day = calendar(partnership)
    police = Agency.objects.create(partnership=partnership, name="Sample Police")
    return World(partnership, school, police, members, colleague, invitation, tip, year, day)


def prepare_reach(partnership: Partnership, members: dict[str, Membership]) -> None:
    """A phone that is not confirmed and a test for everybody; a ladder and a webhook."""
    by = members["coordinator"].user
    for person in members.values():
        contacts.new_contact("phone", "+14055550134", label="Phone", by=person)
        outbox.send_test(person, Channel.EMAIL)
    ladder = Ladder(partnership=partnership, kind="tips.tip_received", urgency="urgent")
    ladders.add_ladder(ladder, by=by)
    endpoint = WebhookEndpoint(
        partnership=partnership, name="Records", url="https://records.example/", kinds=[]
    )
    webhooks.add_webhook(endpoint, by=by)
    webhooks.send_webhook_test(endpoint, by=by)


def calendar(partnership: Partnership) -> tuple[SchoolYear, ClosedDay]:
    """One school year, and a day in it on which every school is closed."""
    first, last = dt.date(2026, 8, 12), dt.date(2027, 5, 21)
    year = SchoolYear.objects.create(partnership=partnership, starts_on=first, ends_on=last)
    thanksgiving = dt.date(2026, 11, 26)
    day = ClosedDay.objects.create(partnership=partnership, on=thanksgiving, reason="Thanksgiving")
    return year, day


def let_everybody_read(tip: Tip, members: dict[str, Membership]) -> None:
    """Reach is not the question here: whom a door refuses, it refuses for the role alone."""
    for person in members.values():
        TipRecipient.objects.get_or_create(partnership=tip.partnership, tip=tip, membership=person)


type Sample = Callable[[World, Membership], dict[str, Any]]


def of_colleague(world: World, who: Membership) -> dict[str, Any]:
    return {"pk": world.colleague.pk}


def of_school(world: World, who: Membership) -> dict[str, Any]:
    return {"pk": world.school.pk}


def of_tip(world: World, who: Membership) -> dict[str, Any]:
    return {"pk": world.tip.pk}


def of_phone(world: World, who: Membership) -> dict[str, Any]:
    return {"pk": world.phone_of(who).pk}


def of_ladder(world: World, who: Membership) -> dict[str, Any]:
    return {"pk": Ladder.objects.get().pk}


def of_rung(world: World, who: Membership) -> dict[str, Any]:
    return {"pk": Rung.objects.get().pk}


def of_webhook(world: World, who: Membership) -> dict[str, Any]:
    return {"pk": WebhookEndpoint.objects.get().pk}


def of_webhook_test(world: World, who: Membership) -> dict[str, Any]:
    test = Delivery.objects.get(endpoint__isnull=False, notification__kind="outbox.test")
    return of_webhook(world, who) | {"test": test.pk}


# What stands in the address of a door beside the partnership.
SAMPLES: dict[str, Sample] = {
    "agency_change": lambda world, who: {"pk": world.agency.pk},
    "closed_day_remove": lambda world, who: {"pk": world.closed_day.pk},
    "invitation_accept": lambda world, who: {"token": world.link("partnership.invitation")},
    "invitation_withdraw": lambda world, who: {"pk": world.invitation.pk},
    "member_change": of_colleague,
    "member_detail": of_colleague,
    "member_end": of_colleague,
    "member_release": of_colleague,
    "member_way_back": of_colleague,
    "outbox:contact_remove": of_phone,
    "outbox:ladder_change": of_ladder,
    "outbox:ladder_remove": of_ladder,
    "outbox:notice_open": lambda world, who: {"pk": world.notice_of(who).pk},
    "outbox:phone_code": of_phone,
    "outbox:phone_verify": of_phone,
    "outbox:rung_add": of_ladder,
    "outbox:rung_change": of_rung,
    "outbox:rung_move": of_rung,
    "outbox:rung_remove": of_rung,
    "outbox:tryout_result": lambda world, who: {"pk": world.tryout_of(who).pk},
    "outbox:webhook_change": of_webhook,
    "outbox:webhook_pause": of_webhook,
    "outbox:webhook_remove": of_webhook,
    "outbox:webhook_result": of_webhook_test,
    "outbox:webhook_resume": of_webhook,
    "outbox:webhook_secret": of_webhook,
    "outbox:webhook_test": of_webhook,
    "outbox:operator_retry": lambda world, who: {"pk": world.letter_to(who).pk},
    "school_bells": of_school,
    "school_change": of_school,
    "school_detail": of_school,
    "school_year_change": lambda world, who: {"pk": world.year.pk},
    "tips:tip_acknowledge": of_tip,
    "tips:tip_answer": of_tip,
    "tips:tip_close": of_tip,
    "tips:tip_detail": of_tip,
    "way_back": lambda world, who: {"token": world.link("partnership.way_back")},
}
ROLES = {role.value for role in Role}
