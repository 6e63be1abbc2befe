"""Keeps the vault's one table in the vault, and everything else out of it."""

from typing import Any, Final

from django.db.models import Model

VAULT: Final = "vault"


class VaultRouter:
    """App label `vault` lives on database `vault`, and nothing else does."""

    def db_for_read(self, model: type[Model], **hints: Any) -> str | None:
        return VAULT if model._meta.app_label == VAULT else None

    def db_for_write(self, model: type[Model], **hints: Any) -> str | None:
        return self.db_for_read(model)

    def allow_relation(self, one: Model, other: Model, **hints: Any) -> bool | None:
        in_vault = [row._meta.app_label == VAULT for row in (one, other)]
        return all(in_vault) if any(in_vault) else None

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool | None:
        if db == VAULT or app_label == VAULT:
            return db == app_label
        return None
