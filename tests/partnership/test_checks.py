"""The server does not start with a weak secret, a demo in the open or a role above the walls."""

import secrets
from collections.abc import Iterator

import pytest
from django.core.checks import Tags, run_checks
from django.db import connections

from partnership.checks import is_loopback


def found(tag: str, **more) -> set[str]:
    return {message.id for message in run_checks(tags=[tag], **more) if message.id}


def test_the_tests_own_settings_pass():
    assert not {name for name in found(Tags.security) if name.startswith("partnership.")}


@pytest.mark.parametrize("key", ["", "changeme", "short", "a" * 64, "ab" * 32, "x" * 31], ids=len)
def test_a_weak_secret_key_is_refused(settings, key):
    settings.SECRET_KEY = key
    assert "partnership.E001" in found(Tags.security)


@pytest.mark.parametrize("name", ["MASTER_KEY", "TIP_PEPPER"])
@pytest.mark.parametrize("value", ["", "short", "changeme", "0" * 64])
def test_a_missing_or_weak_key_is_refused(settings, name, value):
    setattr(settings, name, value)
    assert "partnership.E002" in found(Tags.security)


def test_one_secret_may_not_serve_twice(settings):
    settings.TIP_PEPPER = settings.SECRET_KEY = secrets.token_hex(32)
    assert "partnership.E002" in found(Tags.security)


def test_a_refusal_does_not_print_the_secret(settings):
    settings.TIP_PEPPER = "hunter2hunter2"
    said = " ".join(str(message) for message in run_checks(tags=[Tags.security]))
    assert "TIP_PEPPER" in said
    assert "hunter2" not in said


@pytest.mark.parametrize(
    ("bind", "address"),
    [
        ("0.0.0.0", "http://localhost:8000"),  # noqa: S104 - what must be refused
        ("127.0.0.1", "https://portal.example"),
        ("::", "http://localhost:8000"),
        ("", "http://localhost:8000"),
    ],
)
def test_the_demo_is_refused_in_the_open(settings, bind, address):
    settings.PORTAL_DEMO, settings.PORTAL_BIND, settings.PUBLIC_URL = True, bind, address
    assert "partnership.E003" in found(Tags.security)


@pytest.mark.parametrize(
    ("bind", "address"),
    [("127.0.0.1", "http://localhost:8000"), ("::1", "http://[::1]:8000")],
)
def test_the_demo_is_welcome_at_home(settings, bind, address):
    settings.PORTAL_DEMO, settings.PORTAL_BIND, settings.PUBLIC_URL = True, bind, address
    assert "partnership.E003" not in found(Tags.security)


@pytest.mark.parametrize(
    ("place", "is_home"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("[::1]", True),
        ("10.0.0.1", False),
        ("localhost.evil.example", False),
        ("", False),
    ],
)
def test_only_this_machine_is_loopback(place, is_home):
    assert is_loopback(place) is is_home


@pytest.fixture
def backup_role(transactional_db) -> Iterator[None]:
    """The portal signs in as the one role that sees past the walls."""
    alias = connections["default"]
    role = alias.settings_dict["USER"]
    alias.close()
    alias.settings_dict["USER"] = "portal_backup"
    yield
    alias.close()
    alias.settings_dict["USER"] = role


def test_a_role_above_the_walls_is_refused(backup_role):
    assert "partnership.E004" in found(Tags.database, databases=["default"])


def test_the_portals_own_role_is_welcome(db):
    assert "partnership.E004" not in found(Tags.database, databases=["default"])
