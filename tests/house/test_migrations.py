"""The tables are what the models say, and every step can be taken back."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connections
from django.db.migrations.loader import MigrationLoader

OURS = {"partnership", "vault", "outbox", "tips"}


def test_the_models_need_no_new_migration(db):
    said = StringIO()
    call_command("makemigrations", check=True, dry_run=True, stdout=said)
    assert "No changes detected" in said.getvalue()


@pytest.mark.parametrize("alias", ["default", "vault"])
def test_no_room_has_two_latest_migrations(db, alias):
    assert not MigrationLoader(connections[alias]).detect_conflicts()


def test_every_step_can_be_taken_back(db):
    migrations = MigrationLoader(connections["default"]).disk_migrations
    stuck = [
        f"{room}.{name}"
        for (room, name), migration in migrations.items()
        if room in OURS and not all(step.reversible for step in migration.operations)
    ]
    assert not stuck
