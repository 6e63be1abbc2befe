"""Every page, in three settings: no serious accessibility finding, nothing wider than the screen,
no target too small for a thumb, no inline code, no request to anyone else, exactly one h1."""

import re
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Page, Request

from tests.browser.conftest import Site
from tests.browser.test_tell import come_back, tell

PUBLIC = [
    "/",
    "/norman/",
    "/natrona/?lang=es",
    "/norman/tell/",
    "/norman/tell/?lang=es",
    "/norman/tell/form/",
    "/norman/tell/form/?lang=es",
    "/norman/tell/return/",
    "/norman/nowhere/",
    "/accounts/login/",
    "/demo/",
    "/demo/mailbox/?partnership=norman",
]
STAFF = {
    "principal": ["board/", "tips/", "notices/", "schools/", "members/"],
    "coordinator": ["board/", "members/", "members/invite/", "audit/?verify=1", "tips/"],
    "sro": ["board/", "tips/", "notices/"],
    "teacher": ["board/", "notices/", "schools/", "tips/"],
    "auditor": ["audit/", "members/"],
}
SETTINGS: dict[str, dict[str, Any]] = {
    "desktop": {"width": 1440, "height": 900},
    "phone-dark": {"width": 390, "height": 844, "color_scheme": "dark"},
    "oldest-phone-no-script": {"width": 320, "height": 640, "java_script_enabled": False},
}
LOOK = (Path(__file__).parent / "look.js").read_text().strip().removesuffix(";")


def findings(page: Page, address: str, *, script: bool) -> list[str]:
    """What is wrong with one page, each as a line."""
    found: list[str] = []
    listen(page, found)
    answer = page.goto(address, wait_until="load")
    assert answer is not None
    if answer.status >= 500:
        found.append(f"status {answer.status}")
    found += page.evaluate(LOOK)
    if script:
        found += serious(page)
    return [f"{address}: {line}" for line in found]


def listen(page: Page, found: list[str]) -> None:
    """Note what the page asks of others, and what the browser complains of (the CSP too)."""
    ours = re.compile(r"(http://localhost:|data:|blob:)")

    def note_request(asked: Request) -> None:
        if not ours.match(asked.url):
            found.append(f"asks {asked.url}")

    def note_complaint(said: ConsoleMessage) -> None:
        if complains(said):
            found.append(said.text)

    page.on("request", note_request)
    page.on("console", note_complaint)
    page.on("pageerror", lambda fault: found.append(f"script: {fault}"))


def complains(said: ConsoleMessage) -> bool:
    return said.type == "error" and not re.search(r"status of 40[34]", said.text)


def serious(page: Page) -> list[str]:
    violations = Axe().run(page).response["violations"]
    return [
        f"axe {each['impact']} {each['id']}: {each['nodes'][0]['target']}"
        for each in violations
        if each["impact"] in {"serious", "critical"}
    ]


@pytest.mark.parametrize("setting", SETTINGS)
def test_a_public_page_is_usable_by_anyone(site: Site, setting: str) -> None:
    context = site.context(**SETTINGS[setting])
    script = SETTINGS[setting].get("java_script_enabled", True)
    found = [line for path in PUBLIC for line in findings(context.new_page(), path, script=script)]
    context.close()
    assert not found, "\n".join(found)


@pytest.mark.parametrize("role", STAFF)
@pytest.mark.parametrize("setting", ["oldest-phone-no-script"])
def test_a_members_page_is_usable_by_anyone(site: Site, setting: str, role: str) -> None:
    context = site.context(**SETTINGS[setting])
    page = site.sign_in(context, role)
    script = SETTINGS[setting].get("java_script_enabled", True)
    paths = [f"/norman/{path}" for path in STAFF[role]]
    found = [line for path in paths for line in findings(page, path, script=script)]
    context.close()
    assert not found, "\n".join(found)


ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|/\d+/")
# Ends the session, or is a file.
NOT_FOLLOWED = ("/accounts/logout/", "/accounts/keys/codes/file/", "/demo/")


def links(page: Page) -> list[str]:
    """Where this page leads on this site, without what only says where on a page."""
    all_links = page.eval_on_selector_all("a[href]", "all => all.map(a => a.href)")
    ours = [link.split("#")[0] for link in all_links if link.startswith("http://localhost:")]
    return [link for link in ours if not any(part in link for part in NOT_FOLLOWED)]


def kind_of(address: str) -> str:
    """One page stands for all that differ only in a key or a query."""
    return ID.sub("*", address.split("?")[0])


@pytest.mark.parametrize(
    ("setting", "role"),
    [("desktop", "coordinator"), ("phone-dark", "coordinator"), ("phone-dark", "sro")],
)
def test_every_page_that_a_link_leads_to_is_usable(site: Site, setting: str, role: str) -> None:
    context = site.context(**SETTINGS[setting])
    page = site.sign_in(context, role)
    waiting, seen, found = [page.url], set[str](), list[str]()
    while waiting:
        address = waiting.pop(0)
        if kind_of(address) not in seen:
            seen.add(kind_of(address))
            found += findings(page, address, script=True)
            waiting += links(page)
    context.close()
    assert len(seen) > 10
    assert not found, "\n".join(found)


def test_a_senders_own_pages_are_usable(site: Site) -> None:
    context = site.context()
    page = context.new_page()
    code = tell(page, "they wait for him after school")
    found = serious(page) + page.evaluate(LOOK)
    come_back(page, code)
    found += serious(page) + page.evaluate(LOOK)
    context.close()
    assert not found, "\n".join(found)
