"""Fixtures: test databases are made by the owners, the tests run as the portal itself does."""

import os
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from django.db import connections
from pytest_django.plugin import DjangoDbBlocker

OWNERS = {"default": "DATABASE_OWNER_URL", "vault": "VAULT_OWNER_URL"}
RUNNERS = {"default": "DATABASE_URL", "vault": "VAULT_URL"}


def sign_in_as(addresses: dict[str, str]) -> None:
    """Let each database's connection sign in as the role its address names."""
    for alias, name in addresses.items():
        connections[alias].close()
        connections[alias].settings_dict["USER"] = urlsplit(os.environ[name]).username


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Make and migrate the test databases as their owners …"""
    sign_in_as(OWNERS)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """… then run every test as the roles the portal uses, which own nothing."""
    with django_db_blocker.unblock():
        for alias, name in RUNNERS.items():
            role = urlsplit(os.environ[name]).username
            with connections[alias].cursor() as cursor:
                # Tests that commit empty their tables with TRUNCATE afterwards.
                cursor.execute(f"GRANT TRUNCATE ON ALL TABLES IN SCHEMA public TO {role}")
        sign_in_as(RUNNERS)
    yield
    with django_db_blocker.unblock():
        sign_in_as(OWNERS)
