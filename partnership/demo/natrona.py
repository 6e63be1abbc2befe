"""Natrona County, Wyoming: one county-wide district, three agencies, and another programme word.

Handle with Care is called CASS here. School names are real, streets are from memory, every
person is fictional.
"""

import datetime as dt

from partnership.demo.facts import AgencyFacts, PartnershipFacts, PersonFacts, SchoolFacts, Terms
from partnership.models import Agency, Role, School

HIGH, MIDDLE = School.Level.HIGH, School.Level.MIDDLE
ELEMENTARY, OTHER = School.Level.ELEMENTARY, School.Level.OTHER
POLICE, SHERIFF, EVANSVILLE = "Casper Police", "Natrona County Sheriff", "Evansville Police"


def elementary(name: str, street: str, postal_code: str, agency: str = "") -> SchoolFacts:
    return SchoolFacts(name, ELEMENTARY, street, postal_code, agency=agency)


NATRONA = PartnershipFacts(
    slug="natrona",
    name="Natrona County School District",
    city="Casper",
    state="WY",
    time_zone="America/Denver",
    phones="+15555553",
    care_word="CASS",
    agencies=(
        AgencyFacts("Casper Police Department", POLICE),
        AgencyFacts("Natrona County Sheriff’s Office", SHERIFF, Agency.Kind.SHERIFF),
        AgencyFacts("Evansville Police Department", EVANSVILLE),
        AgencyFacts(
            "Casper Public Safety Communications Center", "Casper 911", Agency.Kind.DISPATCH
        ),
    ),
    dispatch="Casper 911",
    schools=(
        SchoolFacts("Natrona County High School", HIGH, "930 South Elm Street", "82601"),
        SchoolFacts("Kelly Walsh High School", HIGH, "3500 East 12th Street", "82609"),
        SchoolFacts("Casper Classical Academy", MIDDLE, "900 South Beverly Street", "82609"),
        SchoolFacts("Centennial Middle School", MIDDLE, "Waterford Street", "82609"),
        SchoolFacts("CY Middle School", MIDDLE, "2211 Essex Avenue", "82604"),
        SchoolFacts("Dean Morgan Middle School", MIDDLE, "1440 South Elm Street", "82601"),
        SchoolFacts("Roosevelt High School", OTHER, "West Yellowstone Highway", "82604"),
        SchoolFacts("Midwest School", OTHER, "Lewis Street", "82643", "Midwest", SHERIFF),
        elementary("Bar Nunn Elementary School", "2050 Siebke Drive", "82601", SHERIFF),
        elementary("Cottonwood Elementary School", "1000 Donegal Street", "82609"),
        elementary("Crest Hill Elementary School", "South Poplar Street", "82601"),
        SchoolFacts(
            "Evansville Elementary School",
            ELEMENTARY,
            "Texas Street",
            "82636",
            "Evansville",
            EVANSVILLE,
        ),
        elementary("Fort Caspar Academy", "West 38th Street", "82604"),
        elementary("Journey Elementary School", "East 15th Street", "82609"),
        elementary("Lincoln Elementary School", "North Jackson Street", "82601"),
        elementary("Manor Heights Elementary School", "3201 East 15th Street", "82609"),
        elementary("Oregon Trail Elementary School", "6885 Buckboard Road", "82604"),
        elementary("Paradise Valley Elementary School", "22 Magnolia Street", "82604"),
        elementary("Park Elementary School", "140 West 9th Street", "82601"),
        elementary("Pineview Elementary School", "639 Payne Avenue", "82609"),
        elementary("Poison Spider School", "Poison Spider Road", "82604", SHERIFF),
        elementary("Red Creek Elementary School", "Coal Mountain Road", "82604", SHERIFF),
        elementary("Sagewood Elementary School", "2451 Shattuck Avenue", "82601"),
        elementary("Southridge Elementary School", "1600 West 29th Street", "82604"),
        elementary("Summit Elementary School", "East 21st Street", "82609"),
        elementary("Verda James Elementary School", "701 Carriage Lane", "82609"),
        elementary("Woods Learning Center", "500 South Walsh Drive", "82609"),
    ),
    bells={
        ELEMENTARY: (dt.time(8, 35), dt.time(15, 20)),
        MIDDLE: (dt.time(8, 0), dt.time(15, 0)),
        HIGH: (dt.time(8, 5), dt.time(15, 10)),
        OTHER: (dt.time(8, 0), dt.time(15, 15)),
    },
    terms=Terms(
        starts=(8, 0, 4), spring_break=(3, 0, 4), thanksgiving_days=3, has_fall_break=False
    ),
    first_name=150,
    more_people=(
        PersonFacts(Role.COUNSELOR, ("Kelly Walsh High School",), until=25),
        PersonFacts(Role.TEACHER, ("Evansville Elementary School",)),
        PersonFacts(
            Role.SERGEANT,
            agency=SHERIFF,
            name="Ondine Waymarker",
            address="trainer@norman.example",
            until=90,
        ),
    ),
    invited=(
        PersonFacts(
            Role.PRINCIPAL, ("Park Elementary School",), address="new.principal@natrona.example"
        ),
        PersonFacts(Role.DISPATCHER, agency="Casper 911", address="new.dispatcher@natrona.example"),
    ),
)
