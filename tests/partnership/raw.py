"""Statements past the ORM, and what the database answers to them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, models, transaction
from psycopg import sql
from psycopg.errors import InsufficientPrivilege


def execute(text: str, *params: Any, model: type[models.Model]) -> int:
    """Run a statement on the model's `{table}`; how many rows it reached."""
    statement = sql.SQL(text).format(table=sql.Identifier(model._meta.db_table))
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return int(cursor.rowcount)


def reached(write: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """What a write reports; a table in which nobody may write it at all reports 0."""
    try:
        with transaction.atomic():
            return write(*args, **kwargs)
    except DatabaseError as refusal:
        if not isinstance(refusal.__cause__, InsufficientPrivilege):
            raise
        return 0


@contextmanager
def refused() -> Iterator[None]:
    """The block must end in the database saying that this role may not."""
    with pytest.raises(DatabaseError) as refusal, transaction.atomic():
        yield
    assert isinstance(refusal.value.__cause__, InsufficientPrivilege), refusal.value


def insert_copy_of(row: models.Model) -> None:
    """Add the row once more under a new key, past every Python check."""
    values: dict[str, Any] = {
        str(field.column): field.get_db_prep_value(row.__dict__[field.attname], connection)
        for field in row._meta.concrete_fields
    } | {"id": uuid4()}
    statement = sql.SQL("INSERT INTO {table} ({columns}) VALUES ({values})").format(
        table=sql.Identifier(row._meta.db_table),
        columns=sql.SQL(", ").join(sql.Identifier(column) for column in values),
        values=sql.SQL(", ").join(sql.Placeholder() * len(values)),
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [*values.values()])


def check_constraints_now() -> None:
    """What would otherwise be checked at the commit: keys between rows, the audit's chain."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def tell_database(partnership: object) -> None:
    """Open a partnership for the second wall alone."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.partnership', %s, true)", [str(partnership)])
