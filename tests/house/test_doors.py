"""Every door has a sign: each view says who may enter, or that anyone may."""

import pytest
from django.urls import get_resolver

from partnership.permissions import MAY, PUBLIC, SIGNED_IN
from tests.house.doors import doors

DOORS = list(doors(get_resolver()))


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.name or door.route)
def test_view_says_who_may_enter(door):
    sign = door.sign
    assert sign in {PUBLIC, SIGNED_IN, *MAY}, f"/{door.route} has no sign: @requires or @public"


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.name or door.route)
def test_door_has_a_name(door):
    assert door.name, f"/{door.route} can not be linked to"


def test_no_name_leads_to_two_doors():
    names = [door.name for door in DOORS]
    assert sorted(names) == sorted(set(names))


def test_every_right_opens_a_door():
    used = {door.sign for door in DOORS}
    assert MAY.keys() - used <= RIGHTS_WITHOUT_A_DOOR.keys(), MAY.keys() - used
    assert RIGHTS_WITHOUT_A_DOOR.keys() <= MAY.keys() - used, "No longer needed."


# Rights that some other code asks for with may(), or whose door comes with a later issue.
RIGHTS_WITHOUT_A_DOOR: dict[str, str] = {}


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.name or door.route)
def test_a_members_door_stands_inside_a_partnership(door):
    is_members = door.sign in MAY
    assert not is_members or door.route.startswith("<slug:partnership>/")
