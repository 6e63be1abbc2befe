"""The demonstration partnerships: three real districts with fictional people in every role.

Made from rows in bulk where a page would ask a person for each of them, so that the first start
of a portal is not spent here. What happens in the rooms above, each room's own demo.py tells.
"""

import datetime as dt
from dataclasses import dataclass
from datetime import timedelta

from django.contrib.auth.hashers import make_password

from partnership import audit
from partnership.actions import Place, invite_person
from partnership.demo.calendar import first_year, years_around
from partnership.demo.facts import PartnershipFacts, PersonFacts, SchoolFacts
from partnership.demo.natrona import NATRONA
from partnership.demo.norman import NORMAN
from partnership.demo.people import basis_of, people_of
from partnership.demo.sand_springs import SAND_SPRINGS
from partnership.models import (
    Agency,
    BellTime,
    ClosedDay,
    District,
    Membership,
    MembershipSchool,
    Partnership,
    Role,
    School,
    SchoolYear,
    User,
)

DEMO_PARTNERSHIPS = (NORMAN, SAND_SPRINGS, NATRONA)
WEEKDAYS = range(5)


@dataclass(frozen=True)
class Ground:
    """What the people of a partnership are tied to, by the names that the facts use."""

    partnership: Partnership
    now: dt.datetime
    agencies: dict[str, Agency]
    schools: dict[str, School]

    def day(self, ahead: int | None) -> dt.date | None:
        """So many days from today; None stays open-ended."""
        return None if ahead is None else self.now.date() + timedelta(days=ahead)


def load_partnership(
    facts: PartnershipFacts, partnership: Partnership, *, now: dt.datetime
) -> None:
    """Pour one district's facts into its new and empty partnership, which must be open."""
    load_district(facts, partnership)
    ground = Ground(
        partnership, now, load_agencies(facts, partnership), load_schools(facts, partnership)
    )
    load_bells(facts, ground)
    load_years(facts, ground)
    memberships = load_people(people_of(facts), ground)
    coordinator = next(one.user for one in memberships if one.role == Role.COORDINATOR)
    record_joining(memberships)
    invite_people(facts.invited, ground, by=coordinator)


def load_district(facts: PartnershipFacts, partnership: Partnership) -> None:
    District.objects.create(
        partnership=partnership,
        name=facts.name,
        care_word=facts.care_word,
        has_text_to_911=facts.has_text_to_911,
    )


def load_agencies(facts: PartnershipFacts, partnership: Partnership) -> dict[str, Agency]:
    agencies = Agency.objects.bulk_create(
        Agency(partnership=partnership, name=row.name, short_name=row.short_name, kind=row.kind)
        for row in facts.agencies
    )
    return {agency.short_name: agency for agency in agencies}


def load_schools(facts: PartnershipFacts, partnership: Partnership) -> dict[str, School]:
    def school(row: SchoolFacts) -> School:
        return School(
            partnership=partnership,
            name=row.name,
            level=row.level,
            street=row.street,
            city=row.city or facts.city,
            state=facts.state,
            postal_code=row.postal_code,
            is_address_approximate=True,
            time_zone=facts.time_zone,
        )

    schools = School.objects.bulk_create(school(row) for row in facts.schools)
    return {school.name: school for school in schools}


def load_bells(facts: PartnershipFacts, ground: Ground) -> None:
    BellTime.objects.bulk_create(
        BellTime(
            partnership=ground.partnership,
            school=ground.schools[row.name],
            weekday=weekday,
            first_bell=facts.bells[row.level][0],
            last_bell=facts.bells[row.level][1],
        )
        for row in facts.schools
        for weekday in WEEKDAYS
    )


def load_years(facts: PartnershipFacts, ground: Ground) -> None:
    years = years_around(ground.now.date(), facts.terms)
    SchoolYear.objects.bulk_create(
        SchoolYear(partnership=ground.partnership, starts_on=year.starts_on, ends_on=year.ends_on)
        for year in years
    )
    ClosedDay.objects.bulk_create(
        ClosedDay(partnership=ground.partnership, on=day, reason=reason)
        for year in years
        for day, reason in year.closed.items()
    )


def load_people(people: list[PersonFacts], ground: Ground) -> list[Membership]:
    """Accounts, memberships and the schools they serve, since the contracts' year began in July."""
    users = accounts_of(people, now=ground.now)
    since = dt.date(first_year(ground.now.date()), 7, 1)
    memberships = Membership.objects.bulk_create(
        Membership(
            partnership=ground.partnership,
            user=users[person.address],
            role=person.role,
            agency=ground.agencies.get(person.agency),
            basis=basis_of(person.role),
            from_on=since,
            until_on=ground.day(person.until),
        )
        for person in people
    )
    MembershipSchool.objects.bulk_create(
        MembershipSchool(
            partnership=ground.partnership, membership=membership, school=ground.schools[name]
        )
        for person, membership in zip(people, memberships, strict=True)
        for name in person.schools
    )
    return memberships


def record_joining(memberships: list[Membership]) -> None:
    """The audit starts with who came in, as it does where people are invited one by one."""
    for member in memberships:
        audit.record("membership.accepted", member, by=member.user, role=member.role)


def accounts_of(people: list[PersonFacts], *, now: dt.datetime) -> dict[str, User]:
    """Each person's account by address; one who serves another partnership too has it already.

    No passphrase opens them: demo people come in by one press on /demo/ and by nothing else.
    """
    known = User.objects.in_bulk([person.address for person in people], field_name="email")
    made = User.objects.bulk_create(
        User(
            email=person.address,
            name=person.name,
            language=person.language,
            password=make_password(None),
            joined_at=now,
        )
        for person in people
        if person.address not in known
    )
    return known | {user.email: user for user in made}


def invite_people(invited: tuple[PersonFacts, ...], ground: Ground, *, by: User) -> None:
    """Offers that nobody has taken up yet, made as a coordinator makes them."""
    for person in invited:
        place = Place(
            person.role,
            basis_of(person.role),
            ground.agencies.get(person.agency),
            [ground.schools[name] for name in person.schools],
        )
        invite_person(person.address, place, by=by)
