"""The floor plan. A room may import only from the floors below its own."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from tests.house.tree import FLOORS, ROOMS, room_files, tree

BELOW = {
    room: {lower for floor in FLOORS[:number] for lower in floor}
    for number, floor in enumerate(FLOORS)
    for room in floor
}


def imports(file: Path) -> Iterator[str]:
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or file.parts[0]).split(".")[0]


@pytest.mark.parametrize("file", room_files(migrations=True), ids=str)
def test_imports_only_from_the_floors_below(file):
    room = file.parts[0]
    climbs = set(imports(file)) & set(ROOMS) - BELOW[room] - {room}
    assert not climbs, f"{file} climbs to {', '.join(sorted(climbs))}"


@pytest.mark.parametrize("file", room_files(), ids=str)
def test_no_room_imports_the_tests(file):
    assert "tests" not in set(imports(file)), f"{file} needs the tests to run"


def test_rooms_stand_in_floor_order():
    places = [ROOMS.index(room) for room in settings.ROOMS]
    assert places == sorted(places)
    assert settings.INSTALLED_APPS[-len(settings.ROOMS) :] == settings.ROOMS


def test_every_room_that_is_built_is_installed(pytestconfig):
    built = {room for room in ROOMS if (pytestconfig.rootpath / room / "__init__.py").exists()}
    assert built == set(settings.ROOMS)
