"""Sand Springs, Oklahoma: a small district with one police department, which also dispatches.

School names are real, streets are from memory, every person is fictional.
"""

import datetime as dt

from partnership.demo.facts import AgencyFacts, PartnershipFacts, PersonFacts, SchoolFacts, Terms
from partnership.models import Role, School

HIGH, MIDDLE = School.Level.HIGH, School.Level.MIDDLE
ELEMENTARY = School.Level.ELEMENTARY
POLICE, POSTAL_CODE = "Sand Springs Police", "74063"

SAND_SPRINGS = PartnershipFacts(
    slug="sand-springs",
    name="Sand Springs Public Schools",
    city="Sand Springs",
    state="OK",
    time_zone="America/Chicago",
    phones="+15555552",
    agencies=(AgencyFacts("Sand Springs Police Department", POLICE),),
    dispatch=POLICE,
    schools=(
        SchoolFacts("Charles Page High School", HIGH, "500 North Adams Road", POSTAL_CODE),
        SchoolFacts("Clyde Boyd Middle School", MIDDLE, "305 West 35th Street", POSTAL_CODE),
        SchoolFacts("Angus Valley Elementary School", ELEMENTARY, "West 55th Street", POSTAL_CODE),
        SchoolFacts("Early Childhood Education Center", ELEMENTARY, "East Park Road", POSTAL_CODE),
        SchoolFacts("Garfield STEAM Academy", ELEMENTARY, "North Roosevelt Avenue", POSTAL_CODE),
        SchoolFacts(
            "Limestone Technology Academy", ELEMENTARY, "South Walnut Creek Drive", POSTAL_CODE
        ),
        SchoolFacts("Northwoods Fine Arts Academy", ELEMENTARY, "Old North Road", POSTAL_CODE),
        SchoolFacts("Pratt Elementary School", ELEMENTARY, "West 34th Street", POSTAL_CODE),
    ),
    bells={
        ELEMENTARY: (dt.time(8, 45), dt.time(15, 30)),
        MIDDLE: (dt.time(8, 0), dt.time(15, 0)),
        HIGH: (dt.time(8, 15), dt.time(15, 10)),
    },
    terms=Terms(starts=(8, 3, 2), spring_break=(3, 0, 3), thanksgiving_days=5, has_fall_break=True),
    first_name=100,
    more_people=(
        PersonFacts(Role.TEACHER, ("Pratt Elementary School",)),
        PersonFacts(Role.COUNSELOR, ("Garfield STEAM Academy",), until=20),
        # One press on /demo/ shows how a person with two partnerships changes between them.
        PersonFacts(Role.AUDITOR, name="Yusuf Lanternby", address="auditor@norman.example"),
    ),
    invited=(
        PersonFacts(
            Role.TEACHER, ("Clyde Boyd Middle School",), address="new.teacher@sand-springs.example"
        ),
        PersonFacts(Role.RECORDS, agency=POLICE, address="new.clerk@sand-springs.example"),
    ),
)
