"""Words that leave the house: a subject and a body each, in both languages, and never a fact of
the matter. A notice says that something waits, not what."""

import ast
import re
from pathlib import Path

import pytest
from django.template import engines
from django.template.base import Template
from django.template.loader import get_template
from django.utils import translation

from tests.house.tree import ROOT, room_files, tree

KINDS = sorted((ROOT / "templates").glob("*/notifications/*.txt"))
# What a message may name: where to look, how much it hurries, whose portal it is.
MAY_NAME = {"link", "is_urgent", "partnership", "count"}
every_kind = pytest.mark.parametrize("file", KINDS, ids=lambda file: "/".join(file.parts[-3::2]))


def source(file: Path) -> str:
    return file.read_text(encoding="utf-8")


def rendered(file: Path, language: str) -> str:
    facts = {"link": "/x/", "is_urgent": False, "partnership": "Mapleton"}
    with translation.override(language):
        return get_template(str(file.relative_to(ROOT / "templates"))).render(facts)


@every_kind
@pytest.mark.parametrize("language", ["en", "es"])
def test_a_message_has_a_subject_and_a_body(file, language):
    subject, empty, body = rendered(file, language).partition("\n\n")
    assert subject.strip()
    assert "\n" not in subject.strip()
    assert empty
    assert len(body.split()) >= 3


@every_kind
def test_a_message_names_nothing_of_the_matter(file):
    named = re.findall(r"\{\{\s*([\w.]+)", source(file))
    named += re.findall(r"with\s+\w+=([\w.]+)", source(file))
    named += [
        word
        for tag in re.findall(r"\{%\s*(?:if|elif|for)\s+(.*?)%\}", source(file))
        for word in re.findall(r"[a-z_][\w.]*", tag)
        if word not in {"not", "and", "or", "in"}
    ]
    assert set(named) <= MAY_NAME


@every_kind
def test_a_message_is_translated_to_the_last_word(file):
    template = Template(source(file), engine=engines["django"].engine)
    plain = [node.s for node in template.nodelist if type(node).__name__ == "TextNode"]
    assert not "".join(plain).strip(), "Words stand outside {% translate %}."


@every_kind
def test_a_message_speaks_spanish(file):
    assert rendered(file, "es") != rendered(file, "en")


KNOWN = {f"{file.parts[-3]}.{file.stem}" for file in KINDS}


def test_every_kind_that_code_sends_has_its_words():
    assert sent_kinds() <= KNOWN


def test_every_message_is_sent_by_its_own_room():
    constants = {
        (file.parts[0], node.value)
        for file in room_files()
        for node in ast.walk(tree(file))
        if isinstance(node, ast.Constant)
    }
    assert {(kind.split(".")[0], kind) for kind in KNOWN} <= constants


def sent_kinds() -> set[str]:
    """What is handed to anything called send…(): "<room>.<kind>", itself or by a constant."""
    return {
        kind
        for file in room_files()
        for node in ast.walk(tree(file))
        if isinstance(node, ast.Call) and callee(node).startswith("send") and node.args
        for kind in [said(node.args[0], file)]
        if re.fullmatch(r"[a-z]+\.[a-z_]+", kind)
    }


def callee(call: ast.Call) -> str:
    return str(getattr(call.func, "attr", getattr(call.func, "id", "")))


def said(argument: ast.expr, file: Path) -> str:
    """The text of a constant, also by the name it has in this file."""
    if isinstance(argument, ast.Constant):
        return str(argument.value)
    for node in tree(file).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == ast.unparse(argument):
            return said(node.value, file)
    return ""
