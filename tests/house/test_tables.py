"""Tenant tables as the database itself describes them: both walls, and no way between districts."""

from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from partnership.tenancy import PartnershipKey, TenantManager, TenantModel
from tests.house.tree import check_exceptions

MODELS = [model for model in apps.get_models() if issubclass(model, TenantModel)]
# Tables that belong to no partnership.
NO_TENANT = {
    "account_emailaddress": "Made by allauth; addresses of accounts, which stand above tenants.",
    "account_emailconfirmation": "Made by allauth; not used, addresses are proven by invitations.",
    "auth_group": "Made by Django; empty, rights come from memberships alone.",
    "auth_group_permissions": "Made by Django; empty, rights come from memberships alone.",
    "auth_permission": "Made by Django; grants nothing, rights come from memberships alone.",
    "django_content_type": "Made by Django; names of models.",
    "django_migrations": "Made by Django; what was migrated.",
    "django_session": "A session is opened before its person picks a partnership.",
    "mfa_authenticator": "Second factors belong to the person, wherever they serve.",
    "outbox_finding": "What the auditor found, by what and count; names no row and no person.",
    "outbox_provider": "How a way out of the house is doing; names no message and no person.",
    "partnership_cache": "Throttles and used codes, asked before anyone is known.",
    "partnership_heartbeat": "Signs of life of the installation's own processes.",
    "partnership_partnership": "The tenants themselves.",
    "partnership_passphraselock": "Locks an address, known or not, before anyone is known.",
    "partnership_signinfailure": "Counts wrong passphrases before anyone is known.",
    "partnership_user": "A person has one account, however many partnerships they serve.",
    "usersessions_usersession": "Where a person is signed in; shown to that person alone.",
}

every_model = pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label_lower)


@pytest.fixture
def ask(db):
    def ask(sql: str, *params: str) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
            return list(cursor.fetchall())

    return ask


@every_model
def test_a_tenant_row_always_names_its_partnership(model):
    field = model._meta.get_field("partnership")
    assert isinstance(field, PartnershipKey)
    assert not field.null


@every_model
def test_every_manager_is_behind_the_first_wall(model):
    managers = [*model._meta.managers, model._base_manager, model._default_manager]
    assert all(isinstance(manager, TenantManager) for manager in managers)


@every_model
def test_row_level_security_is_forced(model, ask):
    sql = "SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE relname = %s"
    assert ask(sql, model._meta.db_table) == [(True, True)]


@every_model
def test_the_policy_reads_and_writes_only_the_open_partnership(model, ask):
    sql = (
        "SELECT qual, with_check, cmd, roles FROM pg_policies "
        "WHERE tablename = %s AND policyname = 'within_partnership'"
    )
    ((read, write, command, roles),) = ask(sql, model._meta.db_table)
    assert (command, roles) == ("ALL", ["public"])
    assert "partnership_id = " in read
    assert "app.partnership" in read
    assert write == read


OTHER_POLICIES = {
    "partnership_auditlink chain": "The trigger's owner, as whom nobody signs in, adds links.",
    "partnership_audithead chain": "The trigger's owner, as whom nobody signs in, moves the head.",
    "partnership_membership own_rows": "A person reads their own memberships, to switch.",
}


def test_no_other_policy_opens_a_table(ask):
    found = ask(
        "SELECT tablename || ' ' || policyname FROM pg_policies WHERE schemaname = 'public'"
    )
    names = {name for (name,) in found if not name.endswith(" within_partnership")}
    check_exceptions(OTHER_POLICIES, names)


@every_model
def test_partnership_and_id_together_are_unique(model, ask):
    sql = (
        "SELECT 1 FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'u' "
        "AND pg_get_constraintdef(oid) = 'UNIQUE (partnership_id, id)'"
    )
    assert len(ask(sql, model._meta.db_table)) == 1


@every_model
def test_every_key_to_a_tenant_table_stays_inside(model, ask):
    sql = "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %s::regclass"
    stand = " ".join(text for (text,) in ask(sql, model._meta.db_table))
    for field in model._meta.concrete_fields:
        target = field.related_model
        if isinstance(target, type) and issubclass(target, TenantModel):
            twin = (
                f"FOREIGN KEY (partnership_id, {field.column}) "
                f"REFERENCES {target._meta.db_table}(partnership_id, id)"
            )
            assert twin in stand, f"Walls({model._meta.db_table!r}) forgets {field.column}"


@every_model
def test_no_key_between_tenant_tables_passes_through_a_hidden_table(model):
    assert not model._meta.many_to_many, "Write the table between as a tenant model of its own."


def test_every_table_without_a_tenant_has_a_reason(ask):
    tenants = {model._meta.db_table for model in MODELS}
    found = {name for (name,) in ask("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")}
    check_exceptions(NO_TENANT, found - tenants)
