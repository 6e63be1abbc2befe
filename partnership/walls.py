"""The second wall, as migration operations: row-level security, and foreign keys that can not
cross from one partnership into another (checks of plain foreign keys bypass the policies)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import migrations

# Not wrapped in a SELECT: that would plan a sub-query for each statement (10 % of a read by id),
# while this one, beside the first wall's `partnership_id = 5`, is checked once and not per row.
SCOPE = "NULLIF(current_setting('app.partnership', true), '')::bigint"
PERSON = "NULLIF(current_setting('app.person', true), '')::bigint"


class Walls(migrations.RunSQL):
    """Shut a tenant table: policies forced even on its owner, and keys that stay inside.

    `references` maps each column that points at another tenant table to that table, whose own
    walls must stand already.
    """

    def __init__(self, table: str, references: Mapping[str, str] | None = None) -> None:
        forward: list[Any] = [
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
            f"CREATE POLICY within_partnership ON {table} "
            f"USING (partnership_id = {SCOPE}) WITH CHECK (partnership_id = {SCOPE})",
            f"ALTER TABLE {table} ADD CONSTRAINT {table}_place UNIQUE (partnership_id, id)",
        ]
        backward: list[Any] = [
            f"ALTER TABLE {table} DROP CONSTRAINT {table}_place",
            f"DROP POLICY within_partnership ON {table}",
            f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY",
            f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
        ]
        inside = Inside(table, references or {})
        super().__init__([*forward, *inside.forward], [*inside.backward, *backward])


class Inside(migrations.RunSQL):
    """Keep columns that point at other tenant tables inside the partnership: for a table whose
    walls stand already."""

    def __init__(self, table: str, references: Mapping[str, str]) -> None:
        forward: list[Any] = []
        backward: list[Any] = []
        for column, target in references.items():
            name = f"{table}_{column}_inside"
            forward.append(
                f"ALTER TABLE {table} ADD CONSTRAINT {name} "
                f"FOREIGN KEY (partnership_id, {column}) "
                f"REFERENCES {target} (partnership_id, id) DEFERRABLE INITIALLY DEFERRED"
            )
            backward.insert(0, f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        self.forward, self.backward = forward, backward
        super().__init__(forward, backward)


class OwnRowsVisible(migrations.RunSQL):
    """Let a signed-in person read their own rows of this table in every partnership."""

    def __init__(self, table: str, column: str = "user_id") -> None:
        super().__init__(
            f"CREATE POLICY own_rows ON {table} FOR SELECT USING ({column} = {PERSON})",
            f"DROP POLICY own_rows ON {table}",
        )
