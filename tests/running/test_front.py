"""The front end's build, the locks, and how test arguments are sorted."""

import os
import subprocess
import sys

import pytest

from partnership.running import front, testing
from partnership.running.checking import hosts_in_locks
from partnership.running.children import REPOSITORY
from partnership.running.trouble import Trouble

PO = """msgid ""
msgstr "Content-Type: text/plain; charset=utf-8\\n"

msgid "School"
msgstr "{}"
"""


def write_translation(root, word: str):
    folder = root / "locale" / "es" / "LC_MESSAGES"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "django.po").write_text(PO.format(word))
    return folder / "django.mo"


def test_a_translation_is_compiled_and_compiled_again_when_its_text_changes(tmp_path):
    compiled = write_translation(tmp_path, "Escuela")
    front.compile_translations(tmp_path)
    assert b"Escuela" in compiled.read_bytes()

    write_translation(tmp_path, "Colegio")
    os.utime(compiled, (1, 1))
    front.compile_translations(tmp_path)
    assert b"Colegio" in compiled.read_bytes()


def test_a_broken_translation_is_named(tmp_path):
    write_translation(tmp_path, '"\nthis is no translation\n"')

    with pytest.raises(Trouble, match="not a valid translation"):
        front.compile_translations(tmp_path)


def test_the_build_has_what_the_stylesheets_name():
    vendor = REPOSITORY / "build" / "vendor"
    stylesheet = (vendor / "uswds" / "uswds.css").read_text()

    assert "@layer uswds{" in stylesheet
    for font in front.FONTS:
        assert (vendor / "fonts" / font.name).read_bytes()[:4] == b"wOF2"
    assert (vendor / "uswds" / "usa-icons" / "school.svg").exists()


def test_no_lock_names_a_host():
    assert list(hosts_in_locks(REPOSITORY)) == []


def test_a_lock_that_names_a_host_is_found(tmp_path):
    (tmp_path / "package-lock.json").write_text('{"resolved": "https://registry.example/x.tgz"}\n')

    (found,) = hosts_in_locks(tmp_path)
    assert "package-lock.json:1" in found


def test_the_locks_are_those_of_their_lists():
    listed = (REPOSITORY / "requirements" / "dev.in").read_text().split()
    locked = (REPOSITORY / "requirements" / "dev.txt").read_text()
    names = [word.split("[")[0].lower() for word in listed if not word.startswith("-")]

    assert [name for name in names if f"\n{name}==" not in f"\n{locked}"] == ["base.in"]


@pytest.mark.parametrize(
    ("arguments", "plain", "browser"),
    [
        ([], [testing.WHOLE], [["tests/browser"]]),
        (["-k", "tips"], [[*testing.WHOLE, "-k", "tips"]], None),
        (["tests/running", "-x"], [["-x", "tests/running"]], []),
        (["tests/browser"], [], [["tests/browser"]]),
    ],
)
def test_paths_decide_which_runs_there_are(arguments, plain, browser):
    options, paths = testing.split(arguments)

    assert testing.plain_runs(options, paths) == plain
    if browser is not None:
        assert testing.browser_runs(options, paths, wanted=True) == browser


def test_a_path_that_is_none_is_wrong_use():
    with pytest.raises(Trouble) as caught:
        testing.split(["tests/nowhere"])
    assert caught.value.code == 2


@pytest.mark.parametrize(
    ("codes", "expected"), [([0, 0], 0), ([0, 5], 0), ([5, 5], 1), ([1, 0], 1), ([0, 4], 2)]
)
def test_one_failure_fails_the_whole(codes, expected):
    assert testing.verdict(codes) == expected


def test_without_a_browser_it_says_how_to_get_one(monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.delenv("CHROMIUM", raising=False)

    with pytest.raises(Trouble, match="apt-get install chromium"):
        testing.find_browser()


def test_the_keys_program_needs_nothing_but_python(tmp_path):
    program = REPOSITORY / "partnership" / "running" / "keys.py"
    done = subprocess.run([sys.executable, "-I", program, tmp_path / "s"], check=False)

    assert done.returncode == 0
    assert len(list((tmp_path / "s").iterdir())) == 18
