"""Wraps every share of the vault, and what second factors rest on, under the first master key.

Safe beside running traffic and after a crash: each batch is a transaction of its own, rows that
somebody else holds are skipped, and a second run takes up what is left. Shares of objects that
were never stored are wrapped along; they open nothing. partnership/crypto/keys.py has the steps.
"""

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.db.models import QuerySet

from partnership.accounts import secrets
from partnership.crypto import key_provider
from partnership.crypto.shares import rewrap
from partnership.vault.models import Share
from partnership.vault.router import VAULT

BATCH = 500
FIRST = UUID(int=0)


class Command(BaseCommand):
    help = "Wrap every share of the vault under the newest master key."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only count")

    def handle(self, *, dry_run: bool, **options: Any) -> None:
        key_id = key_provider().current_id()
        rewrapped, closed = (0, 0) if dry_run else rotate(key_id)
        factors = 0 if dry_run else secrets.rewrap_all()
        left = older_than(key_id).count()
        self.stdout.write(f"Wrapped {rewrapped} shares under master key {key_id}; {left} left.")
        self.stdout.write(f"Wrapped {factors} second factors under it too.")
        if closed:
            raise CommandError(f"{closed} shares open with no key of the ring; add the old key.")
        if left and not dry_run:
            raise CommandError("Some shares were in use. Run rotate_keys again.")


def older_than(key_id: str) -> QuerySet[Share]:
    """The shares another key than this one wraps."""
    return Share.objects.using(VAULT).exclude(key_id=key_id)


def rotate(key_id: str) -> tuple[int, int]:
    """How many shares were wrapped anew, and how many the ring can not open."""
    rewrapped, closed, last = 0, 0, FIRST
    while batch := _rotate_batch(key_id, last):
        rewrapped, closed, last = rewrapped + batch[0], closed + batch[1], batch[2]
    return rewrapped, closed


def _rotate_batch(key_id: str, last: UUID) -> tuple[int, int, UUID] | None:
    with transaction.atomic(using=VAULT):
        waiting = older_than(key_id).filter(id__gt=last).order_by("id")
        shares = list(waiting.select_for_update(skip_locked=True)[:BATCH])
        rewrapped, closed = rewrap(shares)
        # Not bulk_update(): its CASE grows with the batch and takes three times as long.
        Share.objects.using(VAULT).bulk_create(
            rewrapped,
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=["key_id", "wrapped"],
        )
    return (len(rewrapped), closed, shares[-1].id) if shares else None
