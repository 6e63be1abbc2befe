"""What is forgotten before anybody can keep it: a sender's address and device, and in the log
every word that an error was raised with."""

import io
import logging
from typing import Any

import pytest
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.utils.log import AdminEmailHandler

from partnership.logs import PlainFormatter
from partnership.middleware import SenderPrivacyMiddleware

ADDRESS, DEVICE = "203.0.113.77", "SecretPhone/9.1"
TELLING: dict[str, Any] = {
    "REMOTE_ADDR": ADDRESS,
    "REMOTE_HOST": "phone.example.org",
    "REMOTE_PORT": "40123",
    "HTTP_CF_CONNECTING_IP": ADDRESS,
    "HTTP_FASTLY_CLIENT_IP": ADDRESS,
    "HTTP_FORWARDED": f"for={ADDRESS}",
    "HTTP_REFERER": "https://social.example/thread/7",
    "HTTP_SEC_CH_UA": DEVICE,
    "HTTP_SEC_CH_UA_MODEL": DEVICE,
    "HTTP_TRUE_CLIENT_IP": ADDRESS,
    "HTTP_USER_AGENT": DEVICE,
    "HTTP_VIA": f"1.1 {ADDRESS}",
    "HTTP_X_CLIENT_IP": ADDRESS,
    "HTTP_X_CLUSTER_CLIENT_IP": ADDRESS,
    "HTTP_X_FORWARDED_FOR": f"{ADDRESS}, 10.0.0.1",
    "HTTP_X_ORIGINAL_FORWARDED_FOR": ADDRESS,
    "HTTP_X_REAL_IP": ADDRESS,
}
SENDERS = ["/mapleton/tell/", "/mapleton/tell", "/mapleton/tell/return/", "/a-b-2/tell/form/"]
OTHERS = ["/", "/mapleton/", "/mapleton/teller/", "/mapleton/tips/", "/accounts/login/"]


def seen_by_the_site(path: str) -> HttpRequest:
    """The request as every code behind the first middleware gets it."""
    seen: list[HttpRequest] = []

    def site(request: HttpRequest) -> HttpResponse:
        seen.append(request)
        return HttpResponse()

    SenderPrivacyMiddleware(site)(RequestFactory().get(path, **TELLING))
    return seen[0]


@pytest.mark.parametrize("path", SENDERS)
def test_a_senders_address_and_device_are_forgotten(path):
    request = seen_by_the_site(path)
    kept = repr(sorted(request.META.items(), key=str)) + repr(request.headers)
    for trace in (ADDRESS, DEVICE, "phone.example.org", "social.example", "40123"):
        assert trace not in kept
    assert request.META["REMOTE_ADDR"] == "0.0.0.0"  # noqa: S104 - no address at all


@pytest.mark.parametrize("path", OTHERS)
def test_elsewhere_the_address_stays_for_the_throttle(path):
    assert seen_by_the_site(path).META["REMOTE_ADDR"] == ADDRESS


def test_privacy_comes_before_every_other_middleware():
    assert settings.MIDDLEWARE[0] == "partnership.middleware.SenderPrivacyMiddleware"


def test_a_sender_gets_no_cookie_that_outlives_the_browser(mapleton, maple_high):
    browser = Client()
    for path in ("/mapleton/", "/mapleton/tell/", "/mapleton/tell/form/", "/mapleton/tell/return/"):
        assert browser.get(path).status_code == 200
    assert browser.cookies.keys() <= {settings.CSRF_COOKIE_NAME}
    assert all(not cookie["max-age"] for cookie in browser.cookies.values())


def test_a_member_who_tells_something_is_nobody(sign_in, teacher_brown, maple_high):
    page = sign_in(teacher_brown).get("/mapleton/tell/form/")
    assert teacher_brown.user.name not in page.text
    assert not page.wsgi_request.user.is_authenticated


@pytest.mark.parametrize("path", ["/mapleton/", "/mapleton/tell/", "/accounts/login/"])
def test_a_page_is_kept_by_no_cache_and_leads_no_referrer_away(mapleton, maple_high, path):
    headers = Client().get(path).headers
    assert "no-store" in headers["Cache-Control"]
    assert headers["Referrer-Policy"] == "same-origin"
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert "http" not in headers["Content-Security-Policy"]


@pytest.fixture
def log():
    """A logger as the portal's own, and what it wrote."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(PlainFormatter())
    logger = logging.Logger("django.request")
    logger.addHandler(handler)
    return logger, written.getvalue


def fail(words: str) -> None:
    try:
        raise ValueError(words)
    except ValueError as first:
        raise KeyError(words) from first


def test_the_log_shows_the_kind_of_an_error_and_never_its_words(log):
    logger, written = log
    try:
        fail("Sam was hit on the stairs")
    except KeyError:
        logger.exception("Internal Server Error: %s", "/mapleton/tell/form/")
    assert "KeyError at fail:" in written()
    assert "/mapleton/tell/form/" in written()
    assert "Sam" not in written()
    assert "stairs" not in written()


def test_the_log_shows_no_secret_part_of_a_link(log):
    logger, written = log
    token = "IjAxYTIwMDg5LWNjOGItNzRlNy1iYjFmIg:1vN2Ds:x0Pq7vVtq2pD3cU0wYk6R5mC1o"
    logger.error("Internal Server Error: %s", f"/mapleton/members/join/{token}/")
    assert "/mapleton/members/join/" in written()
    assert token[-20:] not in written()
    assert token[:20] not in written()


def test_the_log_still_names_a_row_by_its_key(log):
    logger, written = log
    logger.error("Delivery %s failed.", "01a20089-cc8b-74e7-bb1f-03012087da93")
    assert "01a20089-cc8b-74e7-bb1f-03012087da93" in written()


def test_every_handler_writes_in_that_form_and_none_by_mail():
    for handler in settings.LOGGING["handlers"].values():
        assert settings.LOGGING["formatters"][handler["formatter"]]["()"].endswith("PlainFormatter")
    loggers = [logging.getLogger(name) for name in ["", *logging.root.manager.loggerDict]]
    handlers = [handler for logger in loggers for handler in logger.handlers]
    assert not [handler for handler in handlers if isinstance(handler, AdminEmailHandler)]
