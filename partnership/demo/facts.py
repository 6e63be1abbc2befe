"""What is known of a demonstration partnership before any row stands: plain data, no database."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from partnership.models import Agency, Role, School


@dataclass(frozen=True)
class AgencyFacts:
    """An agency; `short_name` is also how schools and people below refer to it."""

    name: str
    short_name: str
    kind: Agency.Kind = Agency.Kind.POLICE


@dataclass(frozen=True)
class SchoolFacts:
    """A real school. `agency` polices it (the partnership's first one where empty); an empty
    `city` is the district's own. The street is from memory and so marked as approximate."""

    name: str
    level: School.Level
    street: str
    postal_code: str
    city: str = ""
    agency: str = ""


@dataclass(frozen=True)
class PersonFacts:
    """A fictional person. `until` counts the days from today to the last day of access; an empty
    `address` is given out by role: principal, principal2, …; a full one stands as it is."""

    role: Role
    schools: tuple[str, ...] = ()
    agency: str = ""
    name: str = ""
    address: str = ""
    until: int | None = None
    language: str = ""


@dataclass(frozen=True)
class Terms:
    """When the district teaches, as rules: an nth weekday is (month, weekday, n), Monday is 0."""

    starts: tuple[int, int, int]
    spring_break: tuple[int, int, int]
    thanksgiving_days: int
    has_fall_break: bool


@dataclass(frozen=True)
class PartnershipFacts:
    """One district with everything that is poured into the demo for it.

    phones: how every telephone number of its people begins; nobody has such a number
    """

    slug: str
    name: str
    city: str
    state: str
    time_zone: str
    agencies: tuple[AgencyFacts, ...]
    dispatch: str
    schools: tuple[SchoolFacts, ...]
    bells: Mapping[School.Level, tuple[dt.time, dt.time]]
    terms: Terms
    first_name: int
    more_people: tuple[PersonFacts, ...] = ()
    invited: tuple[PersonFacts, ...] = ()
    care_word: str = "Handle with Care"
    has_text_to_911: bool = False
    phones: str = ""

    def agency_at(self, school: SchoolFacts) -> str:
        """The short name of the agency that polices a school."""
        return school.agency or self.agencies[0].short_name

    def at_level(self, *levels: School.Level) -> list[SchoolFacts]:
        return [school for school in self.schools if school.level in levels]
