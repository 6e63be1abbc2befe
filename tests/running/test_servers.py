"""Roles and servers: who may come in where, what is logged, what an outside server needs."""

import psycopg
import pytest

from partnership.running import provision
from partnership.running.surroundings import embedded_addresses, external_addresses
from partnership.running.trouble import Trouble

ROLES = {
    "main": {"portal_owner", "portal_app", "portal_backup"},
    "keys": {"portal_vault_owner", "portal_vault_app"},
}
FAILING = (
    "INSERT INTO word VALUES ('canary'), ('canary')",
    "SELECT 'canary'::uuid",
    "SELECT 1 / length(replace('canary', 'canary', ''))",
    "SELEC canary",
)


def may_connect(postgres, role: str, database: str) -> bool:
    try:
        psycopg.connect(postgres.url(role, database)).close()
    except psycopg.OperationalError:
        return False
    return True


def test_each_role_enters_only_its_own_database(postgres):
    found = {
        database: {role for role in provision.ROLES if may_connect(postgres, role, database)}
        for database in ROLES
    }

    assert found == ROLES


def test_only_the_backup_role_passes_the_walls_and_none_is_superuser(postgres):
    with psycopg.connect(postgres.url()) as connection:
        rows = connection.execute(
            "SELECT rolname, rolsuper, rolbypassrls, rolcreatedb, rolcreaterole FROM pg_roles"
            " WHERE rolname LIKE 'portal%'"
        ).fetchall()

    assert {row[0] for row in rows} == set(provision.ROLES)
    assert {row[0] for row in rows if any(row[1:])} == {"portal_backup"}


def test_a_role_that_was_made_wider_is_made_narrow_again(postgres):
    with psycopg.connect(postgres.url(), autocommit=True) as connection:
        connection.execute("ALTER ROLE portal_app SUPERUSER BYPASSRLS")

        provision.provision(postgres.url(), databases=("main", "keys"))
        row = connection.execute(
            "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = 'portal_app'"
        ).fetchone()
    assert row == (False,)


def test_the_application_uses_tables_but_can_not_change_them(postgres):
    with psycopg.connect(postgres.url("portal_owner", "main"), autocommit=True) as owner:
        owner.execute("CREATE TABLE note (id serial PRIMARY KEY, word text)")
    with psycopg.connect(postgres.url("portal_app", "main"), autocommit=True) as app:
        app.execute("INSERT INTO note (word) VALUES ('a')")
        for forbidden in ("DROP TABLE note", "TRUNCATE note", "CREATE TABLE mine (id int)"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                app.execute(forbidden)


def test_migrations_may_become_the_audit_role_and_do_not_have_its_rights_before(postgres):
    with psycopg.connect(postgres.url("portal_owner", "main"), autocommit=True) as owner:
        owner.execute("CREATE FUNCTION deed() RETURNS int LANGUAGE sql AS 'SELECT 1'")
        owner.execute("ALTER FUNCTION deed() OWNER TO portal_audit")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            owner.execute(
                "CREATE OR REPLACE FUNCTION deed() RETURNS int LANGUAGE sql AS 'SELECT 2'"
            )


def test_a_failing_statement_leaves_no_word_of_it_in_the_log(postgres):
    with psycopg.connect(postgres.url(), autocommit=True) as connection:
        connection.execute("CREATE TABLE word (word text PRIMARY KEY)")
        for statement in FAILING:
            with pytest.raises(psycopg.Error):
                connection.execute(statement)

    log = postgres.log.read_text()
    assert "starting PostgreSQL" in log
    assert "canary" not in log
    assert "word" not in log


def given_addresses(monkeypatch, **addresses: str) -> None:
    for name, value in addresses.items():
        monkeypatch.setenv(name, value)


def test_a_superusers_address_alone_makes_roles_and_databases(postgres, data, monkeypatch):
    given_addresses(monkeypatch, DATABASE_URL=postgres.url("postgres", "district"))

    addresses = external_addresses(data / "secrets")
    for name, role in {
        "DATABASE_URL": ("portal_app", "district"),
        "DATABASE_OWNER_URL": ("portal_owner", "district"),
        "VAULT_URL": ("portal_vault_app", "district_vault"),
        "VAULT_OWNER_URL": ("portal_vault_owner", "district_vault"),
    }.items():
        with psycopg.connect(addresses[name]) as connection:
            row = connection.execute("SELECT current_user, current_database()").fetchone()
        assert row == role
    assert external_addresses(data / "secrets") == addresses


def test_an_ordinary_role_alone_is_told_what_is_missing(postgres, data, monkeypatch):
    given_addresses(monkeypatch, DATABASE_URL=postgres.url("portal_app", "main"))

    with pytest.raises(Trouble, match="DATABASE_OWNER_URL, VAULT_URL, VAULT_OWNER_URL is missing"):
        external_addresses(data / "secrets")


def test_all_four_addresses_are_taken_as_they_are(postgres, data, monkeypatch):
    addresses = {
        name: url.replace("/portal?", "/main?").replace("/vault?", "/keys?")
        for name, url in embedded_addresses(postgres).items()
    }
    given_addresses(monkeypatch, **addresses)

    assert external_addresses(data / "secrets") == addresses
    assert not (data / "secrets").exists()
