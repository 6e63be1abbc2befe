"""Casts a fictional person for every post of a demonstration partnership.

The names are put together from two lists so that nobody can be mistaken for a real employee of a
real district; the two lengths share no factor, so no name comes twice.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from partnership.demo.facts import PartnershipFacts, PersonFacts, SchoolFacts
from partnership.models import Agency, Membership, Role, School

GIVEN_NAMES = """
    Amara Mateo Linh Yusuf Dakota Priya Solvei Kofi Marisol Tobias Aiyana Hiro Nadia Cormac
    Zainab Emeka Lucia Anders Mei Tariq Odette Rafael Ingrid Kwame Leilani Dmitri Farah Jonah
    Xiomara Bao Selene Omari Greta Nikhil Paloma Ezra Winona Idris Calla Stellan Imani
"""
FAMILY_NAMES = """
    Fernquill Stonewhistle Applebrook Lanternby Quillfeather Moonharrow Barleywick Thistledown
    Copperlark Windlemere Hazelgrove Otterby Starling-Finch Pebblecreek Maplethorne Silverkite
    Brightwater-Oke Cloudberry Drumwillow Everlight Foxglover Gooseberry Hollowreed Inkwell
    Juniperson Kettlebrook Larkspurr Mossbanker Nettlecombe Oakenshaw-Li Plumtree Quietwater
    Riverstone Snowdrift Teasdale-Wren Umberfield Violetson
"""
ROUND = 5  # elementary schools that one officer goes around
SECONDARY = (School.Level.HIGH, School.Level.MIDDLE, School.Level.OTHER)
BASIS = {
    Role.SRO: Membership.Basis.LAW_ENFORCEMENT_UNIT,
    Role.SERGEANT: Membership.Basis.LAW_ENFORCEMENT_UNIT,
    Role.CHIEF: Membership.Basis.EMERGENCY,
    Role.RECORDS: Membership.Basis.EMERGENCY,
    Role.DISPATCHER: Membership.Basis.EMERGENCY,
    Role.ANALYST: Membership.Basis.SCHOOL_OFFICIAL,
    Role.AUDITOR: Membership.Basis.CONTRACTOR,
}


def people_of(facts: PartnershipFacts) -> list[PersonFacts]:
    """Everybody, with a name and an address; the first of each role stands at the first school."""
    seen: Counter[Role] = Counter()
    cast = []
    for place, person in enumerate(posts(facts), start=facts.first_name):
        seen[person.role] += not person.address
        number = seen[person.role] if seen[person.role] > 1 else ""
        address = person.address or f"{person.role}{number}@{facts.slug}.example"
        cast.append(replace(person, address=address, name=person.name or name_at(place)))
    return cast


def posts(facts: PartnershipFacts) -> Iterator[PersonFacts]:
    yield from district_wide(facts)
    for school in facts.schools:
        yield PersonFacts(Role.PRINCIPAL, (school.name,))
    for school in facts.at_level(*SECONDARY):
        yield PersonFacts(Role.COUNSELOR, (school.name,))
        yield PersonFacts(Role.TEACHER, (school.name,))
        yield PersonFacts(Role.SRO, (school.name,), facts.agency_at(school))
    yield from officers_on_rounds(facts)
    yield from facts.more_people


def district_wide(facts: PartnershipFacts) -> Iterator[PersonFacts]:
    for role in (Role.SUPERINTENDENT, Role.COORDINATOR, Role.ANALYST, Role.AUDITOR):
        yield PersonFacts(role)
    for agency in facts.agencies:
        if agency.kind != Agency.Kind.DISPATCH:
            for role in (Role.SERGEANT, Role.CHIEF, Role.RECORDS):
                yield PersonFacts(role, agency=agency.short_name)
    for _seat in range(2):
        yield PersonFacts(Role.DISPATCHER, agency=facts.dispatch)


def officers_on_rounds(facts: PartnershipFacts) -> Iterator[PersonFacts]:
    """Elementary schools share an officer, of the agency that polices them."""
    by_agency: dict[str, list[SchoolFacts]] = {}
    for school in facts.at_level(School.Level.ELEMENTARY):
        by_agency.setdefault(facts.agency_at(school), []).append(school)
    for agency, schools in by_agency.items():
        for start in range(0, len(schools), ROUND):
            names = tuple(school.name for school in schools[start : start + ROUND])
            yield PersonFacts(Role.SRO, names, agency)


def name_at(place: int) -> str:
    """The name of whoever holds this place in the long row of all demo people."""
    given, family = GIVEN_NAMES.split(), FAMILY_NAMES.split()
    return f"{given[place % len(given)]} {family[place % len(family)]}"


def basis_of(role: Role) -> Membership.Basis:
    """The ground on which a role usually sees education records."""
    return BASIS.get(role, Membership.Basis.EMPLOYEE)
