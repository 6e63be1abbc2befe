"""The permission table, cell by cell: every door, for every role, from inside and outside.

The table is written out here a second time and on purpose: a change of MAY must break a cell.
"""

import pytest
from django.db import transaction
from django.test import Client
from django.urls import get_resolver, reverse

from partnership.permissions import PUBLIC, SIGNED_IN
from partnership.tenancy import within
from tests.house.doors import doors
from tests.house.world import ROLES, SAMPLES, World, build

EVERYONE = ROLES
COORDINATOR = {"coordinator"}
LEADERS = {"coordinator", "superintendent", "principal", "sergeant", "chief", "auditor"}
READERS = {"coordinator", "principal", "counselor", "sro", "sergeant", "dispatcher", "analyst"}
ANSWERERS = {"coordinator", "principal", "counselor", "sro", "sergeant", "analyst"}
EXPECTED: dict[str, set[str]] = {
    "audit_list": {"coordinator", "superintendent", "auditor"},
    "board": EVERYONE,
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
    "outbox:notice_list": EVERYONE,
    "outbox:notice_open": EVERYONE,
    "outbox:notices_seen": EVERYONE,
    "school_detail": EVERYONE,
    "school_list": EVERYONE,
    "tips:card": READERS,
    "tips:tip_acknowledge": ANSWERERS,
    "tips:tip_answer": ANSWERERS,
    "tips:tip_close": {"coordinator", "principal", "analyst"},
    "tips:tip_detail": READERS,
    "tips:tip_list": READERS,
}
FINE = {200, 204, 302, 303, 400, 405, 409, 422}
HTMX = {"HX-Request": "true"}
DOORS = {door.name: door for door in doors(get_resolver())}


def behind(*signs: str) -> list[str]:
    return sorted(name for name, door in DOORS.items() if door.view.requires in signs)


MEMBERS = sorted(DOORS.keys() - {*behind(PUBLIC), *behind(SIGNED_IN)})
every_door = pytest.mark.parametrize("name", MEMBERS)


@pytest.fixture
def ours(mapleton) -> World:
    return build(mapleton)


@pytest.fixture
def theirs(ours, oakridge) -> World:
    with within(oakridge):
        return build(oakridge)


@pytest.fixture
def clients(ours, sign_in) -> dict[str, Client]:
    return {role: sign_in(person) for role, person in ours.members.items()}


def address(name: str, world: World, role: str, *, slug: str = "mapleton") -> str:
    """The door's address with keys of this world, under the partnership of this slug."""
    keys = {}
    if "<" in DOORS[name].route.removeprefix("<slug:partnership>"):
        assert name in SAMPLES, f"add a sample for {name} to tests/house/world.py"
        with within(world.partnership):
            keys = SAMPLES[name](world, world.members[role])
    return reverse(name, kwargs={"partnership": slug, **keys})


def knock(client: Client, path: str, **how: object) -> int:
    """Open a door, and undo whatever that did; `posted` knocks with an empty form."""
    posted = how.pop("posted", False)
    with transaction.atomic():
        answer = (client.post if posted else client.get)(path, headers=how.get("headers"))
        transaction.set_rollback(True)
    return int(answer.status_code)


WAYS = {
    "page": {},
    "htmx": {"headers": HTMX},
    "form": {"posted": True},
    "htmx form": {"posted": True, "headers": HTMX},
}
every_way = pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)


def test_the_table_has_a_line_for_every_door():
    assert sorted(EXPECTED) == MEMBERS


@every_door
@every_way
def test_a_door_opens_for_these_roles_and_no_other(name, way, ours, clients):
    got = {
        role: knock(client, address(name, ours, role), **way) for role, client in clients.items()
    }
    refused = {role for role, status in got.items() if status == 403}
    assert refused == ROLES - EXPECTED[name]
    assert {status for role, status in got.items() if role not in refused} <= FINE, got


@every_door
@every_way
def test_for_a_stranger_there_is_no_such_door(name, way, ours, stranger, sign_in):
    assert knock(sign_in(stranger), address(name, ours, "principal"), **way) == 404


@every_door
@every_way
def test_for_a_member_of_another_partnership_there_is_no_such_door(
    name, way, ours, oakridge_principal, sign_in
):
    client = sign_in(oakridge_principal)
    assert knock(client, address(name, ours, "principal"), **way) == 404


@every_door
@every_way
def test_a_visitor_is_asked_to_sign_in(name, way, ours, client):
    path = address(name, ours, "principal")
    with transaction.atomic():
        answer = (client.post if way.get("posted") else client.get)(
            path, headers=way.get("headers")
        )
    assert answer.status_code == 302
    assert answer.url.startswith("/accounts/login/")


@pytest.mark.parametrize("name", sorted(set(MEMBERS) & SAMPLES.keys()))
@every_way
def test_a_neighbors_row_is_not_found_under_our_address(name, way, theirs, clients):
    got = {
        role: knock(clients[role], address(name, theirs, role), **way) for role in EXPECTED[name]
    }
    assert set(got.values()) <= {404, 405}, got
    assert 404 in got.values() or way in (WAYS["page"], WAYS["htmx"])
