"""The permission table, cell by cell: every door, for every role, from inside and outside.

The table is written out here a second time and on purpose: a change of MAY must break a cell.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import get_resolver, reverse

from partnership.models import User
from partnership.permissions import PUBLIC, SIGNED_IN
from partnership.tenancy import within
from tests.conftest import browser_of, district
from tests.house.doors import doors
from tests.house.world import ROLES, SAMPLES, World, build

pytestmark = pytest.mark.django_db
EVERYONE = ROLES
COORDINATOR = {"coordinator"}
LEADERS = {"coordinator", "superintendent", "principal", "sergeant", "chief", "auditor"}
SCHOOL = {"principal", "counselor", "sro"}
ANSWERERS = SCHOOL | {"coordinator", "analyst", "sergeant", "chief", "superintendent"}
READERS = ANSWERERS | {"dispatcher"}
EXPECTED: dict[str, set[str]] = {
    "agency_add": COORDINATOR,
    "agency_change": COORDINATOR,
    "audit_list": {"coordinator", "superintendent", "auditor"},
    "board": EVERYONE,
    "closed_day_add": COORDINATOR,
    "closed_day_remove": COORDINATOR,
    "district_change": COORDINATOR,
    "invitation_form": COORDINATOR,
    "invitation_withdraw": COORDINATOR,
    "member_change": COORDINATOR,
    "member_detail": LEADERS,
    "member_end": COORDINATOR,
    "member_list": LEADERS,
    "member_release": COORDINATOR,
    "member_way_back": COORDINATOR,
    "outbox:bell": EVERYONE,
    "outbox:card": EVERYONE,
    "outbox:contact_remove": EVERYONE,
    "outbox:device_add": EVERYONE,
    "outbox:ladder_add": COORDINATOR,
    "outbox:ladder_change": COORDINATOR,
    "outbox:ladder_list": COORDINATOR,
    "outbox:ladder_remove": COORDINATOR,
    "outbox:mine": EVERYONE,
    "outbox:mine_away": EVERYONE,
    "outbox:mine_channels": EVERYONE,
    "outbox:mine_quiet": EVERYONE,
    "outbox:notice_list": EVERYONE,
    "outbox:notice_open": EVERYONE,
    "outbox:notices_seen": EVERYONE,
    "outbox:operator": {"coordinator", "superintendent", "auditor"},
    "outbox:operator_retry": COORDINATOR,
    "outbox:operator_retry_all": COORDINATOR,
    "outbox:phone_add": EVERYONE,
    "outbox:phone_code": EVERYONE,
    "outbox:phone_verify": EVERYONE,
    "outbox:reach": {"coordinator", "superintendent"},
    "outbox:rung_add": COORDINATOR,
    "outbox:rung_change": COORDINATOR,
    "outbox:rung_move": COORDINATOR,
    "outbox:rung_remove": COORDINATOR,
    "outbox:tryout_result": EVERYONE,
    "outbox:tryout_send": EVERYONE,
    "outbox:webhook_add": COORDINATOR,
    "outbox:webhook_change": COORDINATOR,
    "outbox:webhook_list": COORDINATOR,
    "outbox:webhook_pause": COORDINATOR,
    "outbox:webhook_remove": COORDINATOR,
    "outbox:webhook_result": COORDINATOR,
    "outbox:webhook_resume": COORDINATOR,
    "outbox:webhook_secret": COORDINATOR,
    "outbox:webhook_test": COORDINATOR,
    "school_bells": COORDINATOR,
    "school_calendar": COORDINATOR,
    "school_change": COORDINATOR,
    "school_detail": EVERYONE,
    "school_list": EVERYONE,
    "school_open": COORDINATOR,
    "school_year_add": COORDINATOR,
    "school_year_change": COORDINATOR,
    "tips:card": READERS,
    "tips:tip_acknowledge": ANSWERERS,
    "tips:tip_answer": ANSWERERS,
    "tips:tip_close": {"coordinator", "principal", "analyst"},
    "tips:tip_detail": READERS,
    "tips:tip_list": READERS,
}
FINE = {200, 204, 302, 303, 400, 405, 409, 422}


@dataclass(frozen=True)
class Way:
    """How somebody knocks: for the page, for a part of it, or with an empty form."""

    posted: bool = False
    headers: dict[str, str] = field(default_factory=dict)


WAYS = {
    "page": Way(),
    "part": Way(headers={"HX-Request": "true"}),
    "form": Way(posted=True, headers={"HX-Request": "true"}),
}
every_way = pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
DOORS = {door.name: door for door in doors(get_resolver())}


def behind(*signs: str) -> list[str]:
    return sorted(name for name, door in DOORS.items() if door.sign in signs)


MEMBERS = sorted(DOORS.keys() - {*behind(PUBLIC), *behind(SIGNED_IN)})
every_door = pytest.mark.parametrize("name", MEMBERS)


@pytest.fixture(scope="module")
def both_worlds(django_db_setup: None, django_db_blocker) -> Iterator[tuple[World, World]]:
    """Made once for all tests of this file, each of which undoes what it did; gone afterwards."""
    with django_db_blocker.unblock(), undone(), undone("vault"):
        mapleton, oakridge = district("Mapleton"), district("Oakridge")
        with within(oakridge):
            theirs = build(oakridge)
        with within(mapleton):
            yield build(mapleton), theirs


@contextmanager
def undone(alias: str = "default") -> Iterator[None]:
    block = transaction.atomic(using=alias)
    setattr(block, "_from_testcase", True)  # noqa: B010 - as Django's own TestCase does
    with block:
        yield
        transaction.set_rollback(True, using=alias)


@pytest.fixture(scope="module")
def ours(both_worlds: tuple[World, World]) -> World:
    return both_worlds[0]


@pytest.fixture(scope="module")
def theirs(both_worlds: tuple[World, World]) -> World:
    return both_worlds[1]


@pytest.fixture(scope="module")
def clients(ours) -> dict[str, Client]:
    return {role: browser_of(person) for role, person in ours.members.items()}


@pytest.fixture(scope="module")
def outsiders(theirs) -> dict[str, Client]:
    """A person with no place anywhere, and the neighbors' coordinator."""
    stranger = User.objects.create_user("stranger@example.org", name="Stranger")
    return {
        "stranger": browser_of(stranger),
        "neighbor": browser_of(theirs.members["coordinator"]),
    }


def address(name: str, world: World, role: str) -> str:
    """The door's address under Mapleton, with keys of this world."""
    keys = {}
    if "<" in DOORS[name].route.removeprefix("<slug:partnership>"):
        assert name in SAMPLES, f"add a sample for {name} to tests/house/world.py"
        with within(world.partnership):
            keys = SAMPLES[name](world, world.members[role])
    return reverse(name, kwargs={"partnership": "mapleton", **keys})


def knock(client: Client, path: str, way: Way) -> Any:
    """Open a door, and undo whatever that did."""
    with undone():
        method = client.post if way.posted else client.get
        return method(path, headers=way.headers)


@every_door
@every_way
def test_a_door_opens_for_these_roles_and_no_other(name, way, ours, clients):
    got = {
        role: knock(client, address(name, ours, role), way).status_code
        for role, client in clients.items()
    }
    refused = {role for role, status in got.items() if status == 403}
    assert refused == ROLES - EXPECTED[name]
    assert {status for role, status in got.items() if role not in refused} <= FINE, got


@every_door
@every_way
def test_for_an_outsider_there_is_no_such_door(name, way, ours, outsiders):
    path = address(name, ours, "principal")
    got = {who: knock(client, path, way).status_code for who, client in outsiders.items()}
    assert got == {"stranger": 404, "neighbor": 404}


@every_door
@every_way
def test_a_visitor_is_asked_to_sign_in(name, way, ours):
    answer = knock(Client(), address(name, ours, "principal"), way)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("name", sorted(set(MEMBERS) & SAMPLES.keys()))
@every_way
def test_a_neighbors_row_is_not_found_under_our_address(name, way, theirs, clients):
    got = {
        role: knock(clients[role], address(name, theirs, role), way).status_code
        for role in EXPECTED[name]
    }
    assert set(got.values()) in ({404}, {405}), got


def test_the_table_has_a_line_for_every_door():
    assert sorted(EXPECTED) == MEMBERS


def test_every_sample_is_needed():
    assert SAMPLES.keys() <= DOORS.keys()
