"""A page that is open hears of what happens elsewhere: the bell, the title, a toast; nothing else
moves, and without the stream the page says how old it is."""

import json
import os
import subprocess
import sys
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site

PLAN = """
import django
django.setup()
from outbox import actions
from partnership.models import District, Membership, Partnership
from partnership.tenancy import within
norman = Partnership.objects.get(slug="norman")
with within(norman):
    person = Membership.objects.get(user__email="principal@norman.example")
    actions.send("outbox.test", to=[person], about=person, link="/norman/board/", urgency=URGENCY)
"""
LONG = 20_000


@pytest.fixture
def plan_notice(addresses) -> Callable[..., None]:
    """A deed in another process tells the principal something."""

    def plan(urgency: str = "routine") -> None:
        code = PLAN.replace("URGENCY", json.dumps(urgency))
        env = {**os.environ, **addresses}
        subprocess.run([sys.executable, "-c", code], env=env, check=True, timeout=60)

    return plan


@pytest.fixture
def board(site: Site) -> Page:
    page = site.sign_in(site.context(width=1280), "principal")
    expect(page.locator("[data-unread]")).to_have_count(1)
    expect(page.locator("[data-live-age]")).to_contain_text("Updated")
    return page


def unread(page: Page) -> int:
    return int(page.locator("[data-unread]").get_attribute("data-unread") or 0)


def test_a_notice_from_elsewhere_raises_the_bell_without_moving_the_focus(board, plan_notice):
    before = unread(board)
    board.locator("h1").evaluate("node => { node.tabIndex = -1; node.focus(); window.mark = 1; }")
    plan_notice()
    expect(board.locator("[data-unread]")).to_have_attribute(
        "data-unread", str(before + 1), timeout=LONG
    )
    assert board.title().startswith(f"({before + 1}) ")
    expect(board.locator(".sp-toast")).to_contain_text("A new notice came in.")
    expect(board.locator("#announcer")).to_have_text("A new notice came in.")
    assert board.evaluate("document.activeElement.tagName") == "H1"
    assert board.evaluate("window.mark") == 1


def test_a_toast_is_closed_by_its_button_and_names_nothing(board, plan_notice):
    plan_notice("urgent")
    toast = board.locator(".sp-toast--urgent")
    expect(toast).to_contain_text("An urgent notice came in.", timeout=LONG)
    assert toast.get_by_role("link").get_attribute("href") == "/norman/notices/"
    toast.get_by_role("button").click()
    expect(toast).to_have_count(0)


def test_a_list_that_is_being_read_gets_a_bar_and_no_row(board, plan_notice):
    board.goto("/norman/notices/")
    expect(board.locator("[data-unread]")).to_have_count(1)
    rows = board.locator(".sp-rows > li").count()
    top = board.locator(".sp-rows").bounding_box()
    plan_notice()
    bar = board.locator("[data-newbar]")
    expect(bar).to_contain_text("A new notice came in.", timeout=LONG)
    assert board.locator(".sp-rows > li").count() == rows
    assert board.locator(".sp-rows").bounding_box() == top
    bar.click()
    expect(board.locator("[data-newbar]")).to_be_hidden()


def test_a_page_whose_stream_is_down_looks_by_itself(board, plan_notice):
    board.route("**/live/**", lambda route: route.abort())
    board.reload()
    expect(board.locator("[data-unread]")).to_have_count(1)
    before = unread(board)
    plan_notice()
    expect(board.locator("[data-unread]")).to_have_attribute(
        "data-unread", str(before + 1), timeout=LONG
    )


def test_a_page_that_hears_nothing_says_how_old_it_is(site):
    context = site.context(width=1280)
    page = site.sign_in(context, "teacher")
    page.clock.install()
    page.route("**/live/**", lambda route: route.abort())
    page.route("**/bell/", lambda route: route.abort())
    page.reload()
    page.clock.run_for(40_000)
    said = page.locator("[data-live-stopped]")
    expect(said).to_contain_text("Live updates stopped")
    expect(said).to_contain_text("What you see may be old.")
