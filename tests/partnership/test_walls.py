"""The second wall alone: the query scope stands wide open, and the database still shows nothing
of another partnership, takes nothing for it and changes nothing of it."""

import pytest
from django.db import IntegrityError, transaction

from partnership.models import Agency, Membership, MembershipSchool, School
from partnership.tenancy import EVERY_PARTNERSHIP, own_rows_of, within
from tests.partnership.raw import (
    check_constraints_now,
    execute,
    insert_copy_of,
    reached,
    refused,
    tell_database,
)
from tests.partnership.rows import TENANT_MODELS, row_of

every_model = pytest.mark.parametrize(
    "model", TENANT_MODELS, ids=lambda model: model._meta.label_lower
)


@pytest.fixture
def theirs(mapleton, oakridge, model):
    """A row of Oakridge in this model's table."""
    with within(oakridge):
        return row_of(model, oakridge)


@pytest.fixture
def first_wall_open(mapleton, theirs):
    """Every query may ask for anything; only the database knows that Mapleton is open."""
    with within(EVERY_PARTNERSHIP):
        tell_database(mapleton.pk)
        yield


@pytest.fixture
def nothing_open(theirs):
    with within(EVERY_PARTNERSHIP):
        tell_database("")
        yield


@every_model
def test_the_row_is_there_for_its_own_partnership(model, theirs, oakridge):
    with within(oakridge):
        assert execute("SELECT 1 FROM {table} WHERE id = %s", theirs.pk, model=model) == 1


@every_model
def test_a_neighbors_row_is_not_read(model, theirs, first_wall_open):
    assert not model.objects.filter(pk=theirs.pk).exists()
    assert not model.objects.filter(partnership=theirs.partnership_id).count()
    assert execute("SELECT 1 FROM {table} WHERE id = %s", theirs.pk, model=model) == 0


@every_model
def test_a_neighbors_row_is_not_changed(model, theirs, first_wall_open):
    change = "UPDATE {table} SET id = id WHERE id = %s"
    assert reached(execute, change, theirs.pk, model=model) == 0


@every_model
def test_a_neighbors_row_is_not_deleted(model, theirs, first_wall_open, oakridge):
    assert reached(execute, "DELETE FROM {table} WHERE id = %s", theirs.pk, model=model) == 0
    with within(oakridge):
        assert model.objects.filter(pk=theirs.pk).exists()


@every_model
def test_no_row_is_added_for_a_neighbor(model, theirs, first_wall_open):
    with refused():
        insert_copy_of(theirs)


@every_model
def test_no_row_of_ours_is_given_to_a_neighbor(model, mapleton, oakridge):
    ours = row_of(model, mapleton)
    gift = "UPDATE {table} SET partnership_id = %s WHERE id = %s"
    with refused():
        execute(gift, oakridge.pk, ours.pk, model=model)


@every_model
def test_with_nothing_open_no_row_is_read(model, nothing_open):
    assert not model.objects.exists()
    assert execute("SELECT 1 FROM {table}", model=model) == 0


@every_model
def test_with_nothing_open_no_row_is_added(model, theirs, nothing_open):
    with refused():
        insert_copy_of(theirs)


def test_a_key_can_not_point_into_another_partnership(mapleton, oakridge_high, principal_rivera):
    def point_astray() -> None:
        MembershipSchool.objects.create(
            partnership=mapleton, membership=principal_rivera, school=oakridge_high
        )
        check_constraints_now()

    with pytest.raises(IntegrityError, match="school_id_inside"), transaction.atomic():
        point_astray()


def test_the_same_name_may_stand_in_two_partnerships(maple_high, oakridge):
    with within(oakridge):
        School.objects.create(partnership=oakridge, name=maple_high.name, level="high")
        assert School.objects.count() == 1


def test_a_person_reads_the_own_memberships_everywhere(principal_rivera, oakridge):
    with within(oakridge):
        Membership.objects.create(
            partnership=oakridge, user=principal_rivera.user, role="teacher", basis="employee"
        )
    with own_rows_of(principal_rivera.user):
        assert Membership.objects.filter(user=principal_rivera.user).count() == 2


def test_a_person_reads_nobody_elses_memberships(principal_rivera, oakridge_principal):
    with own_rows_of(principal_rivera.user):
        assert list(Membership.objects.all()) == [principal_rivera]
        assert not Agency.objects.exists()


def test_own_rows_are_read_and_not_changed(principal_rivera):
    with own_rows_of(principal_rivera.user):
        assert Membership.objects.update(role="coordinator") == 0
    principal_rivera.refresh_from_db()
    assert principal_rivera.role == "principal"
