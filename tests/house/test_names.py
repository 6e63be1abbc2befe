"""What files are called, what stands at their head, and what may not stand in them."""

import ast
import re
from pathlib import Path

import pytest

from tests.house.tree import check_exceptions, files, python_files, room_files, text, tree

CELLARS = {"utils", "util", "helpers", "common", "core", "services", "managers", "constants"}
CELLARS |= {"misc", "mixins", "signals", "lib", "shared", "generic"}
NINE = {"apps", "models", "actions", "notifications", "forms", "views", "urls", "tasks", "admin"}
# What stands in a room beside the nine files; folders count by their own name.
EXTRAS = {
    "outbox/auditing.py": "What should have happened and has not; nobody carries it.",
    "outbox/breakers.py": "Which provider is asked next.",
    "outbox/channels": "One file for each way a message can take.",
    "outbox/claiming.py": "What is due is taken, and gathered.",
    "outbox/collecting.py": "The figures as Prometheus reads them.",
    "outbox/escalating.py": "Ladders, step by step.",
    "outbox/gateway": "The stand-in for every provider, one file for each thing it speaks.",
    "outbox/listening.py": "The database's bell.",
    "outbox/metering.py": "The figures themselves, for a page and for Prometheus.",
    "outbox/patience.py": "How long each kind of hurry waits and tries again.",
    "outbox/planning.py": "Who is told by which way, written down in one statement.",
    "outbox/reporting.py": "What a provider says after its yes.",
    "outbox/sending.py": "How a message travels: claimed, carried, retried.",
    "outbox/settling.py": "How each attempt ended and what follows.",
    "outbox/urls_demo.py": "The demo's mailbox stands outside every partnership.",
    "outbox/urls_metrics.py": "The figures stand outside every partnership.",
    "outbox/van.py": "The thread in which carriers are at work.",
    "tips/codes.py": "The tip code: how it is made, read and hashed.",
    "tips/urls_public.py": "The senders' doors, apart from the members'.",
    "tips/words": "Words for tip codes, by language.",
}
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK|NotImplementedError|lorem ipsum)\b")
# Files that must write such a word to look for it.
MAY_SAY_IT = {
    "tests/house/test_names.py": "It is the rule itself.",
}


def test_no_file_is_a_cellar():
    cellars = {str(file) for file in python_files() if {*file.parts, file.stem} & CELLARS}
    assert not cellars, "Say what the room is for."


def test_a_room_holds_the_nine_files_and_what_has_a_reason():
    found = {
        "/".join(file.parts[:2])
        for file in room_files()
        if file.parts[0] != "partnership" and not is_everywhere(file.parts[1])
    }
    found |= {"/".join(file.parts[:2]) for file in files(".txt") if file.parts[0] in found_rooms()}
    check_exceptions(EXTRAS, found)


def found_rooms() -> set[str]:
    return {file.parts[0] for file in room_files()}


def is_everywhere(name: str) -> bool:
    """The nine, packages of the same name, and what every room has."""
    stem = name.removesuffix(".py")
    return stem in NINE | {"__init__", "migrations", "management", "demo", "benches"}


def sentences(file: Path) -> bool:
    """Whether a file holds tests of a room, whose names are sentences and say it all."""
    return file.parts[0] == "tests" and file.name.startswith("test_") and file.parts[1] != "house"


@pytest.mark.parametrize("file", [file for file in python_files() if not sentences(file)], ids=str)
def test_a_module_opens_by_saying_what_it_is_for(file):
    if not tree(file).body:
        return
    said = ast.get_docstring(tree(file))
    assert said, f"{file} has no docstring"
    assert len(said.split("\n\n")[0].splitlines()) <= 3, f"{file}: say it in three lines"


def test_migrations_are_named_by_meaning():
    named = [file for file in python_files(migrations=True) if "migrations" in file.parts]
    assert not [str(file) for file in named if "_auto_" in file.name]
    wrong = [f.name for f in named if not re.fullmatch(r"__init__|\d{4}_[a-z][a-z_]+", f.stem)]
    assert not wrong


# Class names that stand twice, where each room means its own.
TWICE = {
    "Place": "What a member is in the partnership; where in a school a tip says it happens.",
    "Urgency": "How much a notice hurries; how much danger a tip tells of.",
}


def test_class_names_are_unique():
    """Grep finds one. Programs that no room imports (runner, demo, benches) aside."""
    names = [
        node.name
        for file in room_files()
        if not {"running", "demo", "benches", "commands"} & set(file.parts)
        for node in tree(file).body
        if isinstance(node, ast.ClassDef)
    ]
    check_exceptions(TWICE, {name for name in names if names.count(name) > 1})


def test_nothing_is_left_unfinished():
    kinds = (".py", ".html", ".js", ".css", ".scss", ".md", ".txt", ".toml", ".yml", ".yaml")
    found = {str(file) for file in files(*kinds) if UNFINISHED.search(text(file))}
    check_exceptions(MAY_SAY_IT, found)


def test_nobody_prints_or_names_this_machine():
    machine = re.compile(r"/(work|root|home/\w+)/")
    kinds = (".py", ".html", ".js", ".css", ".md", ".toml", ".yml", ".sh", ".txt")
    found = {str(file) for file in files(*kinds) if machine.search(text(file))}
    assert found <= {"tests/house/test_names.py"}
