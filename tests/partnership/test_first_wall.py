"""The first wall alone: in a copy of the database every policy is switched off, and the query
scope still shows nothing of another partnership, and writes nothing into it."""

import os
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.db import DatabaseError, IntegrityError, connections, models, transaction

from partnership.models import MembershipSchool, School
from partnership.running.provision import at
from partnership.tenancy import NoPartnershipOpen, WrongPartnership, new_id, within
from tests.partnership.raw import check_constraints_now, execute, reached
from tests.partnership.rows import TENANT_MODELS, row_of

every_model = pytest.mark.parametrize(
    "model", TENANT_MODELS, ids=lambda model: model._meta.label_lower
)
COPY = "first_wall_alone"
# A sealed text looks for the object whose key it has, and finds none.
REFUSALS = (WrongPartnership, ObjectDoesNotExist)


@pytest.fixture(scope="module", autouse=True)
def policies_off(django_db_setup: None, django_db_blocker) -> Iterator[None]:
    """Tests of this file run in a copy of the test database without row-level security."""
    settings = connections["default"].settings_dict
    original = settings["NAME"]
    copy = f"{original}_{COPY}"
    owner = os.environ["DATABASE_OWNER_URL"]
    with django_db_blocker.unblock():
        connections["default"].close()
        as_owner(owner, f"CREATE DATABASE {copy} TEMPLATE {original}")
        as_owner(at(owner, database=copy), *(switch_off(model) for model in TENANT_MODELS))
        settings["NAME"] = copy
        yield
        connections["default"].close()
        settings["NAME"] = original
        as_owner(owner, f"DROP DATABASE {copy} WITH (FORCE)")


def as_owner(url: str, *statements: str) -> None:
    with psycopg.connect(url, autocommit=True) as database:
        for statement in statements:
            database.execute(statement)


def switch_off(model: type[models.Model]) -> str:
    return f"ALTER TABLE {model._meta.db_table} DISABLE ROW LEVEL SECURITY"


@pytest.fixture
def theirs(mapleton, oakridge, model):
    """A row of Oakridge in this model's table, in hand while Mapleton is open."""
    with within(oakridge):
        return row_of(model, oakridge)


@every_model
def test_the_database_itself_would_show_the_row(model, theirs):
    assert execute("SELECT 1 FROM {table} WHERE id = %s", theirs.pk, model=model) == 1


def only(rows, row):
    return rows.filter(pk=row.pk).order_by()


READS = {
    "get": lambda rows, row: rows.filter(pk=row.pk).first(),
    "exists": lambda rows, row: rows.filter(pk=row.pk).exists(),
    "exclude exists": lambda rows, row: rows.exclude(partnership=1).filter(pk=row.pk).exists(),
    "count": lambda rows, row: rows.filter(pk=row.pk).count(),
    "list": lambda rows, row: list(rows.filter(partnership=row.partnership_id)),
    "values": lambda rows, row: list(rows.filter(pk=row.pk).values("pk")),
    "in_bulk": lambda rows, row: rows.in_bulk([row.pk]),
    "iterator": lambda rows, row: list(rows.filter(pk=row.pk).iterator()),
    "distinct": lambda rows, row: rows.filter(pk=row.pk).distinct().exists(),
    "aggregate": lambda rows, row: rows.filter(pk=row.pk).aggregate(n=models.Count("pk"))["n"],
    "either": lambda rows, row: list((rows.none() | rows.filter(pk=row.pk)).all()),
    "union": lambda rows, row: list(only(rows, row).union(only(rows, row)).order_by()),
    "subquery": lambda rows, row: rows.filter(pk__in=rows.filter(pk=row.pk)).exists(),
    "contains": lambda rows, row: rows.all().contains(row),
}


@every_model
def test_a_neighbors_row_is_not_read(model, theirs):
    assert [name for name, read in READS.items() if read(model.objects, theirs)] == []


@every_model
def test_with_nothing_open_every_read_is_refused(model, theirs):
    with within(None):
        for read in READS.values():
            with pytest.raises(NoPartnershipOpen):
                read(model.objects, theirs)


@every_model
def test_a_row_in_hand_is_not_read_anew(model, theirs):
    with pytest.raises(model.DoesNotExist):
        theirs.refresh_from_db()


@every_model
def test_a_neighbors_row_is_not_changed_by_a_query(model, theirs):
    assert reached(model.objects.filter(pk=theirs.pk).update, id=theirs.pk) == 0


@every_model
def test_a_neighbors_row_is_not_deleted_by_a_query(model, theirs):
    rows = model.objects.filter(pk=theirs.pk)
    assert reached(rows.delete) in (0, (0, {}))
    assert reached(rows._raw_delete, "default") == 0


@every_model
def test_a_neighbors_row_in_hand_is_not_saved(model, theirs):
    with pytest.raises(WrongPartnership):
        theirs.save()


@every_model
def test_a_neighbors_row_in_hand_is_not_saved_in_part(model, theirs):
    with pytest.raises(DatabaseError), transaction.atomic():
        theirs.save(update_fields=[some_column(model)])


@every_model
def test_a_neighbors_row_in_hand_is_not_saved_in_bulk(model, theirs):
    assert reached(model.objects.bulk_update, [theirs], [some_column(model)]) == 0


@every_model
def test_a_neighbors_row_in_hand_is_not_deleted(model, theirs, oakridge):
    with pytest.raises(WrongPartnership):
        theirs.delete()
    with within(oakridge):
        assert model.objects.filter(pk=theirs.pk).exists()


@every_model
def test_no_row_is_added_for_a_neighbor(model, theirs):
    with pytest.raises(REFUSALS):
        copy_of(theirs).save(force_insert=True)
    with pytest.raises(REFUSALS):
        model.objects.bulk_create([copy_of(theirs)])


@every_model
def test_no_row_of_ours_is_given_to_a_neighbor(model, mapleton, oakridge):
    ours = row_of(model, mapleton)
    with pytest.raises(WrongPartnership):
        model.objects.filter(pk=ours.pk).update(partnership=oakridge)
    ours.partnership = oakridge
    with pytest.raises(WrongPartnership):
        model.objects.bulk_update([ours], ["partnership"])


@every_model
def test_with_nothing_open_a_write_is_refused(model, theirs):
    with within(None):
        for write in (theirs.save, theirs.delete, model.objects.all().delete):
            with pytest.raises(NoPartnershipOpen):
                write()


def test_a_key_is_not_followed_to_a_neighbor(mapleton, oakridge_high, principal_rivera):
    astray = MembershipSchool(partnership=mapleton, membership=principal_rivera)
    astray.school_id = oakridge_high.pk
    with pytest.raises(School.DoesNotExist):
        _ = astray.school


def test_a_neighbors_rows_are_not_reached_backwards(mapleton, oakridge_high, oakridge_principal):
    assert not oakridge_high.members.exists()


def test_even_here_a_key_can_not_point_into_another_partnership(
    mapleton, oakridge_high, principal_rivera
):
    def point_astray() -> None:
        MembershipSchool.objects.create(
            partnership=mapleton, membership=principal_rivera, school=oakridge_high
        )
        check_constraints_now()

    with pytest.raises(IntegrityError, match="school_id_inside"), transaction.atomic():
        point_astray()


def some_column(model: type[models.Model]) -> str:
    """Any column that can be written without naming the partnership."""
    names = [field.name for field in model._meta.concrete_fields]
    return next(name for name in names if name not in {"id", "partnership"})


def copy_of(row: Any) -> Any:
    """The same row once more, not stored, with keys of its own."""
    columns = [field.attname for field in row._meta.concrete_fields]
    copy = type(row)(**{column: getattr(row, column) for column in columns})
    for key in {"id", "seal_id"} & set(columns):
        setattr(copy, key, new_id())
    return copy
