"""Norman, Oklahoma: 24 schools, the city's police at the larger ones, deputies at the others.

School names are real, streets are from memory, every person is fictional.
"""

import datetime as dt

from partnership.demo.facts import AgencyFacts, PartnershipFacts, PersonFacts, SchoolFacts, Terms
from partnership.models import Agency, Role, School

HIGH, MIDDLE = School.Level.HIGH, School.Level.MIDDLE
ELEMENTARY, OTHER = School.Level.ELEMENTARY, School.Level.OTHER
POLICE, SHERIFF = "Norman Police", "Cleveland County Sheriff"


def elementary(name: str, street: str, postal_code: str) -> SchoolFacts:
    return SchoolFacts(name, ELEMENTARY, street, postal_code, agency=SHERIFF)


NORMAN = PartnershipFacts(
    slug="norman",
    name="Norman Public Schools",
    city="Norman",
    state="OK",
    time_zone="America/Chicago",
    phones="+15555551",
    has_text_to_911=True,
    agencies=(
        AgencyFacts("Norman Police Department", POLICE),
        AgencyFacts("Cleveland County Sheriff’s Office", SHERIFF, Agency.Kind.SHERIFF),
        AgencyFacts("Norman Emergency Communications", "Norman 911", Agency.Kind.DISPATCH),
    ),
    dispatch="Norman 911",
    schools=(
        SchoolFacts("Norman High School", HIGH, "911 West Main Street", "73069"),
        SchoolFacts("Norman North High School", HIGH, "1809 Stubbeman Avenue", "73069"),
        SchoolFacts("Alcott Middle School", MIDDLE, "1919 West Boyd Street", "73069"),
        SchoolFacts("Irving Middle School", MIDDLE, "125 Vicksburg Avenue", "73071"),
        SchoolFacts("Longfellow Middle School", MIDDLE, "215 North Ponca Avenue", "73071"),
        SchoolFacts("Whittier Middle School", MIDDLE, "2000 West Brooks Street", "73069"),
        SchoolFacts("Dimensions Academy", OTHER, "1101 East Main Street", "73071"),
        elementary("Adams Elementary School", "817 Denison Drive", "73069"),
        elementary("Cleveland Elementary School", "500 North Sherry Avenue", "73069"),
        elementary("Eisenhower Elementary School", "1415 Fairlawn Drive", "73071"),
        elementary("Jackson Elementary School", "520 Wylie Road", "73069"),
        elementary("Jefferson Elementary School", "250 North Cockrel Avenue", "73071"),
        elementary("Kennedy Elementary School", "621 Sunrise Street", "73071"),
        elementary("Lakeview Elementary School", "3310 108th Avenue Northeast", "73026"),
        elementary("Lincoln Elementary School", "915 Classen Boulevard", "73071"),
        elementary("Madison Elementary School", "500 James Drive", "73072"),
        elementary("McKinley Elementary School", "728 South Flood Avenue", "73069"),
        elementary("Monroe Elementary School", "1601 McGee Drive", "73072"),
        elementary("Reagan Elementary School", "1601 24th Avenue Southeast", "73071"),
        elementary("Roosevelt Elementary School", "4250 West Tecumseh Road", "73072"),
        elementary("Truman Elementary School", "600 Parkside Road", "73072"),
        elementary("Truman Primary School", "601 Meadow Ridge Road", "73072"),
        elementary("Washington Elementary School", "600 48th Avenue Southeast", "73026"),
        elementary("Wilson Elementary School", "800 North Peters Avenue", "73069"),
    ),
    bells={
        ELEMENTARY: (dt.time(8, 40), dt.time(15, 25)),
        MIDDLE: (dt.time(8, 10), dt.time(15, 5)),
        HIGH: (dt.time(8, 20), dt.time(15, 15)),
        OTHER: (dt.time(9, 0), dt.time(15, 30)),
    },
    terms=Terms(starts=(8, 2, 2), spring_break=(3, 0, 3), thanksgiving_days=5, has_fall_break=True),
    first_name=0,
    more_people=(
        PersonFacts(Role.SRO, ("Norman High School",), POLICE),
        PersonFacts(Role.COUNSELOR, ("Norman High School",), language="es"),
        PersonFacts(Role.COUNSELOR, ("Whittier Middle School",), until=12),
        PersonFacts(Role.TEACHER, ("Lincoln Elementary School",), until=5),
        PersonFacts(Role.SRO, ("Irving Middle School",), POLICE, until=-9),
        PersonFacts(
            Role.SERGEANT,
            agency=SHERIFF,
            name="Ondine Waymarker",
            address="trainer@norman.example",
            until=200,
        ),
    ),
    invited=(
        PersonFacts(
            Role.COUNSELOR, ("Alcott Middle School",), address="new.counselor@norman.example"
        ),
        PersonFacts(
            Role.SRO, ("Norman North High School",), POLICE, address="new.officer@norman.example"
        ),
    ),
)
