"""What the portal's own database role can not do."""

import os
from typing import Any

import psycopg
import pytest
from django.db import connections

from partnership.running.provision import at

APPS = {"default": "portal_app", "vault": "portal_vault_app"}
both = pytest.mark.parametrize("alias", APPS)


@pytest.fixture
def ask(db):
    def ask(alias: str, sql: str, *params: str) -> list[tuple[Any, ...]]:
        with connections[alias].cursor() as cursor:
            cursor.execute(sql, params)
            return list(cursor.fetchall())

    return ask


@both
def test_the_tests_run_as_the_portal_does(alias, ask):
    assert ask(alias, "SELECT current_user, session_user") == [(APPS[alias], APPS[alias])]


@both
def test_the_portal_is_no_superuser_and_bypasses_no_wall(alias, ask):
    sql = (
        "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication "
        "FROM pg_roles WHERE rolname = current_user"
    )
    assert ask(alias, sql) == [(False,) * 5]


@both
def test_the_portal_owns_nothing(alias, ask):
    sql = "SELECT relname FROM pg_class WHERE relowner = current_user::regrole"
    assert ask(alias, sql) == []
    sql = "SELECT proname FROM pg_proc WHERE proowner = current_user::regrole"
    assert ask(alias, sql) == []


@both
def test_the_portal_is_a_member_of_no_other_role(alias, ask):
    assert ask(alias, "SELECT 1 FROM pg_auth_members WHERE member = current_user::regrole") == []


@both
def test_the_portal_can_make_no_table(alias, ask):
    sql = "SELECT has_schema_privilege(current_user, 'public', 'CREATE')"
    assert ask(alias, sql) == [(False,)]


def test_the_portal_may_only_add_to_the_audit(ask):
    # TRUNCATE is granted to the tests alone, which empty what they committed.
    sql = (
        "SELECT table_name, privilege_type FROM information_schema.table_privileges "
        "WHERE grantee = 'portal_app' AND starts_with(table_name, 'partnership_audit') "
        "AND privilege_type <> 'TRUNCATE' ORDER BY 1, 2"
    )
    assert ask("default", sql) == [
        ("partnership_auditentry", "INSERT"),
        ("partnership_auditentry", "SELECT"),
        ("partnership_audithead", "SELECT"),
        ("partnership_auditlink", "SELECT"),
    ]


@pytest.mark.parametrize(
    ("door", "other"),
    [("DATABASE_URL", "VAULT_URL"), ("VAULT_URL", "DATABASE_URL")],
    ids=["main role into the vault", "vault role into the main database"],
)
def test_neither_role_comes_into_the_other_database(door, other):
    name = psycopg.conninfo.conninfo_to_dict(os.environ[other])["dbname"]
    with pytest.raises(psycopg.OperationalError, match="CONNECT privilege"):
        psycopg.connect(at(os.environ[door], database=name))


@pytest.mark.parametrize("name", ["DATABASE_URL", "VAULT_URL"])
def test_outside_the_tests_the_portal_truncates_nothing(name):
    """Read in the database that the runner provisioned, not in the tests' own."""
    with psycopg.connect(os.environ[name]) as database:
        sql = "SELECT unnest(defaclacl)::text FROM pg_default_acl WHERE defaclobjtype = 'r'"
        rights = [text for (text,) in database.execute(sql)]
    granted = [text.split("=")[1].split("/")[0] for text in rights if "_app=" in text]
    assert granted == ["arwd"]
