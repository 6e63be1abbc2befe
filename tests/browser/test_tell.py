"""A sender's whole way in a real browser: with script, without, by keyboard alone, in Spanish."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site

SCHOOL = "Norman High School"


def tell(page: Page, words: str, *, kind: str = "bully") -> str:
    """Send a tip, in steps where there is script and in one page where not; return its code."""
    page.goto("/norman/tell/form/")
    page.locator(f"label[for=kind-{kind}]").click()
    page.get_by_label("Tell us what you know").fill(words)
    step_on(page)
    page.get_by_label("Which school?").select_option(label=SCHOOL)
    step_on(page)
    page.get_by_role("button", name="Send it").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you. You did a good thing.")
    return re.sub(r"\s", "", page.locator("#code").inner_text())


def step_on(page: Page) -> None:
    if page.locator("[data-step-next]").is_visible():
        page.locator("[data-step-next]").click()


def come_back(page: Page, code: str) -> None:
    page.goto("/norman/tell/return/")
    page.get_by_label("Your code, or your eight words").fill(code)
    page.get_by_role("button", name="Open my message").click()


def answer_as_principal(site: Site, words: str) -> None:
    context = site.context(width=1440, height=900)
    page = site.sign_in(context, "principal")
    page.goto("/norman/tips/")
    fresh = page.locator("tr", has_text="Not opened yet").filter(has_text="under 1 h")
    fresh.locator("a.sp-cover").first.click()
    page.get_by_role("button", name="I’ve got this").click()
    page.get_by_label(re.compile("Write back")).fill(words)
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".sp-thread")).to_contain_text(words)
    context.close()


def test_a_sender_without_script_is_answered_by_the_principal(site: Site) -> None:
    context = site.context(java_script_enabled=False)
    page = context.new_page()
    code = tell(page, "someone has a knife in the gym", kind="life")
    answer_as_principal(site, "Thank you. An officer is on the way.")
    come_back(page, code)
    expect(page.locator(".sp-thread")).to_contain_text("An officer is on the way.")
    page.get_by_label("Write back").fill("thank you")
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".sp-thread")).to_contain_text("thank you")
    context.close()


def test_the_only_cookies_of_a_sender_die_with_the_browser(site: Site) -> None:
    context = site.context(java_script_enabled=False)
    page = context.new_page()
    come_back(page, tell(page, "just worried"))
    assert all(cookie["expires"] == -1 for cookie in context.cookies())
    assert {cookie["name"] for cookie in context.cookies()} <= {"csrftoken", "tell"}
    context.close()


def test_the_form_in_steps_keeps_focus_and_goes_back(site: Site) -> None:
    context = site.context()
    page = context.new_page()
    page.goto("/norman/tell/form/")
    expect(page.locator("[data-step]:visible")).to_have_count(1)
    page.locator("[data-step-next]").click()
    expect(page.locator("#step-2-title")).to_be_focused()
    page.go_back()
    expect(page.locator("#step-1-title")).to_be_focused()
    context.close()


def test_an_empty_message_is_asked_for_calmly_and_nothing_is_lost(site: Site) -> None:
    context = site.context(java_script_enabled=False)
    page = context.new_page()
    page.goto("/norman/tell/form/")
    page.get_by_label("Who is it about?").fill("the tall one")
    page.get_by_role("button", name="Send it").click()
    expect(page.locator("[role=alert]")).to_contain_text("Write a few words")
    assert page.get_by_label("Who is it about?").input_value() == "the tall one"
    context.close()


def test_a_tip_can_be_sent_by_keyboard_alone(site: Site) -> None:
    context = site.context()
    page = context.new_page()
    page.goto("/norman/tell/form/?kind=bully")
    page.get_by_label("Tell us what you know").focus()
    page.keyboard.type("they wait for him at the bike racks")
    for _ in range(2):
        page.locator("[data-step-next]").focus()
        page.keyboard.press("Enter")
    page.get_by_role("button", name="Send it").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#code")).to_be_visible()
    context.close()


def test_the_way_in_spanish_stays_spanish(site: Site) -> None:
    context = site.context(locale="es-MX", java_script_enabled=False)
    page = context.new_page()
    page.goto("/norman/tell/?lang=es")
    page.get_by_role("link", name="Cuéntanos algo").click()
    page.get_by_label("Cuéntanos lo que sabes").fill("tengo miedo")
    page.get_by_role("button", name="Enviar").click()
    assert page.locator("html").get_attribute("lang") == "es"
    expect(page.locator("#code")).to_be_visible()
    context.close()


def test_leave_fast_is_a_plain_link_and_esc_pressed_three_times_goes(site: Site) -> None:
    context = site.context()
    context.route("https://**", lambda route: route.fulfill(body="<title>weather</title>"))
    page = context.new_page()
    page.goto("/norman/tell/form/")
    for _ in range(3):
        page.keyboard.press("Escape")
    page.wait_for_url("https://www.weather.gov/")
    context.close()


@pytest.mark.parametrize("path", ["/norman/tell/", "/norman/tell/form/", "/norman/tell/return/"])
def test_a_senders_page_shows_no_trace_of_a_signed_in_person(site: Site, path: str) -> None:
    context = site.context()
    page = site.sign_in(context, "teacher")
    page.goto(path)
    assert "teacher@norman.example" not in page.content()
    context.close()
