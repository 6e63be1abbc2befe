"""Words around the code: short, true about the tree, and naming no machine."""

import re
from pathlib import Path

import pytest

from tests.house.tree import ROOT, lines, text

README, DECISIONS = Path("README.md"), sorted((ROOT / "docs/adr").glob("[0-9]*.md"))
DOCUMENTS = [file.relative_to(ROOT) for file in (ROOT / "docs").glob("*.md")] + [README]
LOCKS = [*(ROOT / "requirements").iterdir(), ROOT / "package-lock.json", ROOT / ".npmrc"]
NAMED = re.compile(r"`((?:partnership|outbox|tips|tests|docs|templates|static)/[\w./-]+)`")


def test_the_readme_is_no_longer_than_150_lines():
    assert lines(README) <= 150


@pytest.mark.parametrize("file", DECISIONS, ids=lambda file: file.stem)
def test_a_decision_is_told_in_400_words(file):
    assert len(file.read_text(encoding="utf-8").split()) <= 400


@pytest.mark.parametrize("file", LOCKS, ids=lambda file: file.name)
def test_a_lock_names_no_host(file):
    hosts = re.findall(r"(?:https?|git|ssh)://\S+", file.read_text(encoding="utf-8"))
    assert not hosts


@pytest.mark.parametrize("file", DOCUMENTS, ids=str)
def test_a_document_names_only_what_is_there(file):
    named = {name.rstrip("/.") for name in NAMED.findall(text(file))}
    missing = {name for name in named if not (ROOT / name).exists()}
    assert not missing, f"{file} names {sorted(missing)}"


def test_the_documents_a_newcomer_looks_for_stand():
    wanted = "README.md CHANGELOG.md CONTRIBUTING.md LICENSE docs/ARCHITECTURE.md "
    wanted += "docs/GLOSSARY.md docs/THREATS.md docs/BENCHMARKS.md"
    assert not [name for name in wanted.split() if not (ROOT / name).exists()]
