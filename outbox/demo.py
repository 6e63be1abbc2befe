"""How the demo's people can be reached: some by phone, one not any more; and one ladder."""

import datetime as dt

from django.db.models.functions import Now

from outbox.actions.contacts import new_contact
from outbox.actions.ladders import add_ladder, put_rung
from outbox.actions.preferences import change_preference
from outbox.models import Channel, ContactPoint, Ladder, Rung, Urgency
from partnership.models import Membership, Partnership, Role
from partnership.states import advance

STATUS = ContactPoint.Status
# Numbers that are kept for fiction (555-01xx). Nobody typed a code, so none is sent to them.
PHONES: tuple[tuple[Role, str, str], ...] = (
    (Role.COORDINATOR, "+14055550134", STATUS.VERIFIED),
    (Role.PRINCIPAL, "+14055550135", STATUS.VERIFIED),
    (Role.SRO, "+14055550136", STATUS.VERIFIED),
    (Role.SERGEANT, "+14055550137", STATUS.VERIFIED),
    (Role.DISPATCHER, "+14055550138", STATUS.VERIFIED),
    (Role.SUPERINTENDENT, "+14055550139", STATUS.UNVERIFIED),
    (Role.COUNSELOR, "+14055550140", STATUS.BROKEN),
)
TEXT_AND_PUSH = (Channel.PUSH, Channel.SMS)
# After how many seconds, whom; and in the end everybody once more.
STEPS: tuple[tuple[int, tuple[Role, ...]], ...] = (
    (0, (Role.PRINCIPAL, Role.SRO, Role.COUNSELOR)),
    (300, (Role.COORDINATOR, Role.SERGEANT)),
    (900, ()),
)


def load(partnership: Partnership, *, now: dt.datetime) -> None:
    """Give the people whose addresses are promised their phones and wishes."""
    people = people_of(partnership)
    for role, number, status in PHONES:
        if role in people:
            add_number(people[role], number, status=status, now=now)
    set_wishes(people, now=now)
    build_ladder(partnership, by=people[Role.COORDINATOR])


def people_of(partnership: Partnership) -> dict[Role, Membership]:
    addresses = [f"{role}@{partnership.slug}.example" for role in Role.values]
    people = Membership.objects.current().filter(user__email__in=addresses)
    return {Role(person.role): person for person in people.select_related("user")}


def add_number(person: Membership, number: str, *, status: str, now: dt.datetime) -> None:
    phone = new_contact(ContactPoint.Kind.PHONE, number, label="Work phone", by=person)
    if status == STATUS.UNVERIFIED:
        return
    advance(phone, to=STATUS.VERIFIED, verified_at=now - dt.timedelta(days=40))
    if status == STATUS.BROKEN:
        advance(phone, to=STATUS.BROKEN, failed_at=Now(), last_failure="opted-out")


def set_wishes(people: dict[Role, Membership], *, now: dt.datetime) -> None:
    """The principal sleeps at night; the superintendent goes on vacation next week."""
    night = {"quiet_from": dt.time(21), "quiet_until": dt.time(6, 30)}
    change_preference(people[Role.PRINCIPAL], **night)
    first = now.replace(minute=0, second=0, microsecond=0) + dt.timedelta(days=7)
    away = {"away_from": first, "away_until": first + dt.timedelta(days=10)}
    stand_in = people[Role.COORDINATOR]
    change_preference(people[Role.SUPERINTENDENT], **away, backup=stand_in)


def build_ladder(partnership: Partnership, *, by: Membership) -> None:
    """Where a life may be at stake, the next ones hear of a tip that nobody has answered."""
    ladder = Ladder(
        partnership=partnership,
        kind="tips.tip_received",
        urgency=Urgency.URGENT,
        repeats=1,
        repeat_seconds=1800,
    )
    add_ladder(ladder, by=by.user)
    for after, roles in STEPS:
        rung = ladder.rungs.first() if after == 0 else None
        rung = rung or Rung(partnership=partnership, ladder=ladder, after_seconds=after)
        rung.roles, rung.channels = list(roles), [Channel.EMAIL.value, *TEXT_AND_PUSH]
        put_rung(rung, by=by.user)
