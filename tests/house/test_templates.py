"""Pages: they compile, hold no script, style or handler of their own, and load nothing from
another house. The strict Content-Security-Policy would refuse it anyway; this says where."""

import re

import pytest
from django.template import engines
from django.template.loader import get_template

from tests.house.tree import ROOT, check_exceptions, files, text

TEMPLATES = [file for file in files(".html", ".txt") if file.parts[0] == "templates"]
PAGES = [file for file in TEMPLATES if file.suffix == ".html"]
LOADED = [*PAGES, *[file for file in files(".css", ".js", ".svg") if file.parts[0] == "static"]]
INLINE = {
    "script": re.compile(r"<script(?![^>]*(\bsrc=|application/json))", re.I),
    "style element": re.compile(r"<style\b", re.I),
    "style attribute": re.compile(r"\sstyle\s*=", re.I),
    "handler": re.compile(r"\son[a-z]+\s*=\s*[\"']", re.I),
    "javascript link": re.compile(r"javascript:", re.I),
    "handler of htmx": re.compile(r"hx-on", re.I),
}
ADDRESS = re.compile(r"(?<![\w.-])(?:https?:)?//[a-z0-9.-]+\.[a-z]{2,}[^\s\"'<>)]*", re.I)
# Addresses that a person may follow; a page loads none of them.
TO_FOLLOW = {
    "http://www.w3.org/2000/svg": "The name of SVG's vocabulary; no browser fetches it.",
    "https://www.weather.gov/": "Where the way out of the tip form leads, if no district chose.",
}
short = pytest.mark.parametrize("file", PAGES, ids=lambda file: str(file.relative_to("templates")))


@pytest.mark.parametrize("file", TEMPLATES, ids=lambda file: str(file.relative_to("templates")))
def test_a_template_compiles(file):
    if "words" not in file.parts:
        assert get_template(str(file.relative_to("templates"))).template.source


@short
def test_a_page_holds_nothing_inline(file):
    found = [name for name, pattern in INLINE.items() if pattern.search(text(file))]
    assert not found, f"{file}: {', '.join(found)}"


@pytest.mark.parametrize("file", LOADED, ids=str)
def test_nothing_comes_from_another_host(file):
    strange = set(ADDRESS.findall(text(file))) - TO_FOLLOW.keys()
    assert not strange, f"{file}: {sorted(strange)}"


@short
def test_a_form_that_changes_something_is_guarded_against_forgery(file):
    for form in re.findall(r"<form\b.*?</form>", text(file), re.S | re.I):
        if re.search(r"method=[\"']?post", form, re.I):
            assert "csrf_token" in form or "components/form" in form, f"{file}: {form[:90]}"


# Markup that is printed as it comes.
SAFE = {
    "templates/components/field.html": "A form's help text: ours or a package's, never typed.",
    "templates/mfa/totp/activate_form.html": "The picture of the code, drawn by allauth.",
}


def test_nothing_is_marked_safe_without_a_reason():
    unsafe = re.compile(r"\|\s*safe\b|autoescape off")
    check_exceptions(SAFE, {str(file) for file in TEMPLATES if unsafe.search(text(file))})


def test_every_template_that_code_names_is_there():
    named = set()
    for file in files(".py"):
        if file.parts[0] != "tests":
            named |= set(re.findall(r"[\"']([a-z_/0-9]+\.html)(?:#\w+)?[\"']", text(file)))
    missing = {name for name in named if not (ROOT / "templates" / name).exists()}
    assert not {name for name in missing if not found_elsewhere(name)}


def found_elsewhere(name: str) -> bool:
    """A package's own template, such as a form widget's."""
    try:
        engines["django"].get_template(name)
    except LookupError:
        return False
    return True
