"""Keeps one partnership's rows out of another partnership's sight, by two walls.

The first wall is a WHERE condition on every query, read when the SQL is built. The second is
PostgreSQL row-level security, told of the same partnership by a transaction-local setting
(partnership/walls.py). No partnership open: the first raises, the second shows no row.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import connection, models, transaction
from django.db.models.expressions import Expression, F
from uuid_utils import uuid7

if TYPE_CHECKING:
    from partnership.models import Partnership, User


class NoPartnershipOpen(RuntimeError):
    """A tenant query ran outside `within(partnership)`."""


class WrongPartnership(RuntimeError):
    """A row of another partnership than the open one was about to be written."""


class _Every:
    """All partnerships at once, as far as the database lets the connection look."""

    pk = None


EVERY_PARTNERSHIP = _Every()  # tests/house/test_tenancy.py lists each use with its reason
type Scope = Partnership | _Every | None
_open: ContextVar[Scope] = ContextVar("open_partnership", default=None)


def open_partnership() -> Partnership:
    """The partnership this code runs for. Raises NoPartnershipOpen where there is not one."""
    scope = _open.get()
    if scope is None or isinstance(scope, _Every):
        raise NoPartnershipOpen("No single partnership is open here.")
    return scope


@contextmanager
def within(scope: Scope) -> Iterator[None]:
    """Run a block as one transaction in which only this partnership's rows exist.

    The setting is transaction-local, so it can not travel to the next user of a pooled
    connection; a nested block puts the outer partnership back when it ends.
    """
    outer = _open.get()
    token = _open.set(scope)
    try:
        with transaction.atomic():
            _tell_database("app.partnership", scope)
            yield
            if not connection.needs_rollback:
                _tell_database("app.partnership", outer)
    finally:
        _open.reset(token)


@contextmanager
def own_rows_of(user: User) -> Iterator[None]:
    """Let one person read their own memberships in every partnership, and nothing else there.

    Used to offer the switch between partnerships; the policy on memberships admits the rows.
    """
    with within(EVERY_PARTNERSHIP):
        _tell_database("app.person", user)
        yield
        _tell_database("app.person", None)


def _tell_database(name: str, row: Any) -> None:
    value = "" if row is None or row.pk is None else str(row.pk)
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, %s, true)", [name, value])


class InOpenPartnership(Expression):
    """`partnership = the open one`, decided when the SQL is built and not when it is written."""

    conditional = True

    def __init__(self, path: str) -> None:
        super().__init__(output_field=models.BooleanField())
        self.path, self.column = path, F(path)

    def get_source_expressions(self) -> list[Any]:
        return [self.column]

    def set_source_expressions(self, expressions: Any) -> None:
        (self.column,) = expressions

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        scope = _open.get()
        if scope is None:
            raise NoPartnershipOpen(f"Query by {self.path!r} outside within(partnership).")
        if isinstance(scope, _Every):
            return "1 = 1", ()
        sql, params = compiler.compile(self.column)
        return f"{sql} = %s", (*params, scope.pk)


class TenantManager[M: models.Model](models.Manager[M]):
    """The only manager a tenant model has: no scope, no SQL."""

    def get_queryset(self) -> models.QuerySet[M]:
        return super().get_queryset().filter(InOpenPartnership("partnership"))


class PartnershipKey(models.ForeignKey[Any, Any]):
    """The column that names a row's partnership. Whatever writes it passes here: save(), update()
    and their bulk forms; none can write into another partnership than the open one."""

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.ForeignKey", args, kwargs

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        refuse_unless_open(value)
        return super().get_db_prep_save(value, connection)


class UncheckedPartnershipKey(PartnershipKey):
    """The same for a table with very many rows, each of which has a composite key (partnership,
    id) to a table that is checked: the database need not look the partnership up once more."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        usual: dict[str, Any] = {
            "to": "partnership.Partnership",
            "on_delete": models.PROTECT,
            "related_name": "+",
            "editable": False,
            "db_index": False,
            "db_constraint": False,
        }
        super().__init__(*args, **{**usual, **kwargs})


def refuse_unless_open(partnership: Any) -> None:
    """Raise where this key is not the open partnership's; under EVERY_PARTNERSHIP any may pass,
    and the database decides."""
    scope = _open.get()
    if scope is None:
        raise NoPartnershipOpen("A tenant row was written outside within(partnership).")
    if scope.pk is not None and scope.pk != partnership:
        raise WrongPartnership("This row belongs to another partnership than the open one.")


def new_id(at: datetime | None = None) -> UUID:
    """A key that sorts by time (UUIDv7), by `at` where given. Where any time tells too much, use
    uuid4."""
    moment = None if at is None else int(at.timestamp()) * 1_000_000_000
    return UUID(bytes=uuid7(nanoseconds=moment).bytes)


class TenantModel(models.Model):
    """A row that belongs to one partnership and to no other.

    Django's base manager is behind the first wall too: through it a row in hand is refreshed,
    saved, and reached by a foreign key. Only delete() asks no manager.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    # No index of its own: the walls' unique (partnership, id) serves every lookup by it.
    partnership = PartnershipKey(
        "partnership.Partnership",
        models.PROTECT,
        related_name="+",
        editable=False,
        db_index=False,
    )

    in_hand = TenantManager()

    class Meta:
        abstract = True
        base_manager_name = "in_hand"

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        refuse_unless_open(self.partnership_id)
        return super().delete(*args, **kwargs)
