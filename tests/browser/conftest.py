"""A real browser before a real server: gunicorn and the sweeper on the test database, filled with
the demo once. Run as a pytest process of its own (`./portal test` does so)."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize
from pytest_django.plugin import DjangoDbBlocker

from partnership.running.supervisor import LIVE

NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """pytest-django makes only the databases that a collected test asks for."""
    for item in items:
        if "tests/browser/" in item.nodeid:
            item.add_marker(pytest.mark.django_db(databases=["default", "vault"]))


DOOR = "partnership.running.live_door:application"
WEB = [sys.executable, "-m", "gunicorn", DOOR, "--threads", "8"]
SWEEPER = [sys.executable, "manage.py", "sweeper"]


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, object]) -> dict[str, object]:
    assert CHROMIUM, "No Chromium found. apt-get install chromium, or set CHROMIUM to its path."
    return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": FLAGS}


@dataclass
class Site:
    """The running portal, and how to become somebody in it."""

    url: str
    browser: Browser
    mailbox: Path

    def context(self, *, width: int = 390, height: int = 844, **facts: Any) -> BrowserContext:
        return self.browser.new_context(
            base_url=self.url,
            viewport=ViewportSize(width=width, height=height),
            reduced_motion="reduce",
            **facts,
        )

    def sign_in(self, context: BrowserContext, role: str, slug: str = "norman") -> Page:
        page = context.new_page()
        page.goto("/demo/")
        page.locator(f'form:has-text("{role}@{slug}.example") button').first.click()
        page.wait_for_url(f"**/{slug}/board/")
        return page


def database_url(alias: str) -> str:
    facts = connections[alias].settings_dict
    return f"postgresql://{facts['USER']}@/{facts['NAME']}?host={facts['OPTIONS']['host']}"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_up(url: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        assert process.poll() is None, "the web server died at start"
        try:
            urllib.request.urlopen(f"{url}/healthz", timeout=2)  # noqa: S310 - our own server
            return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the web server did not answer")


@pytest.fixture(scope="session")
def addresses(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> dict[str, str]:
    """The test databases, filled with the demo, as a server's environment names them."""
    settings.PORTAL_DEMO = True
    with django_db_blocker.unblock():
        call_command("demo")
        for connection in connections.all():
            connection.close()
    return {"DATABASE_URL": database_url("default"), "VAULT_URL": database_url("vault")}


@pytest.fixture(scope="session")
def site(
    addresses: dict[str, str], browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """The portal as a visitor meets it, with the demo's people and some weeks of activity."""
    data, port = tmp_path_factory.mktemp("portal"), free_port()
    url = f"http://localhost:{port}"
    env = {**os.environ, **addresses, "PORTAL_DEMO": "1", "PUBLIC_URL": url}
    env |= {"PORTAL_DATA": str(data), "PORTAL_BIND": "127.0.0.1"}
    env["PORTAL_LIVE_SOCKET"] = str(data / "live.sock")
    web = [*WEB, "--bind", f"127.0.0.1:{port}"]
    live = [sys.executable, *LIVE, "--uds", env["PORTAL_LIVE_SOCKET"]]
    processes = [subprocess.Popen(command, env=env) for command in (web, live, SWEEPER)]
    try:
        wait_until_up(url, processes[0])
        yield Site(url, browser, data / "mailbox")
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(10)
