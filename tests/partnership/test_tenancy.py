"""Scopes: what opens a partnership, what closes it again, and what never sees one."""

import contextvars
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django import forms
from django.db import connection, transaction

from partnership.models import MembershipSchool, Partnership, School
from partnership.tenancy import (
    EVERY_PARTNERSHIP,
    NoPartnershipOpen,
    WrongPartnership,
    open_partnership,
    own_rows_of,
    within,
)
from tests.conftest import district

THREADS = 40


def told_to_database(name: str = "app.partnership") -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting(%s, true)", [name])
        return cursor.fetchone()[0] or ""


def test_the_open_partnership_is_known_to_both_walls(mapleton):
    assert open_partnership() == mapleton
    assert told_to_database() == str(mapleton.pk)


def test_a_nested_scope_gives_the_outer_one_back(mapleton, oakridge, maple_high, oakridge_high):
    with within(oakridge):
        assert School.objects.get() == oakridge_high
        assert told_to_database() == str(oakridge.pk)
    assert School.objects.get() == maple_high
    assert told_to_database() == str(mapleton.pk)


def test_an_exception_gives_the_outer_one_back(mapleton, oakridge, maple_high):
    with pytest.raises(ZeroDivisionError), within(oakridge):
        raise ZeroDivisionError
    assert open_partnership() == mapleton
    assert told_to_database() == str(mapleton.pk)
    assert School.objects.get() == maple_high


def test_a_broken_transaction_gives_the_outer_one_back(mapleton, oakridge, maple_high):
    with within(oakridge):
        transaction.set_rollback(True)
    assert School.objects.get() == maple_high
    assert told_to_database() == str(mapleton.pk)


def test_an_exception_undoes_what_the_scope_wrote(mapleton, oakridge):
    def build_half() -> None:
        with within(oakridge):
            School.objects.create(partnership=oakridge, name="Half built", level="high")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        build_half()
    with within(oakridge):
        assert not School.objects.exists()


def test_a_queryset_written_before_reads_the_scope_of_its_use(
    mapleton, oakridge, maple_high, oakridge_high
):
    schools = School.objects.all()
    assert list(schools.all()) == [maple_high]
    with within(oakridge):
        assert list(schools.all()) == [oakridge_high]


def test_without_a_scope_nothing_is_read(maple_high):
    with within(None):
        for ask in (School.objects.exists, School.objects.count, School.objects.first):
            with pytest.raises(NoPartnershipOpen):
                ask()


def test_without_a_scope_nothing_is_written(mapleton, maple_high):
    with within(None):
        with pytest.raises(NoPartnershipOpen):
            School.objects.create(partnership=mapleton, name="Nowhere High", level="high")
        with pytest.raises(NoPartnershipOpen):
            maple_high.delete()


def test_nobody_writes_into_another_partnership(mapleton, oakridge):
    with pytest.raises(WrongPartnership):
        School.objects.create(partnership=oakridge, name="Trojan High", level="high")


def test_every_partnership_is_none_as_far_as_the_database_lets_look(maple_high):
    with within(EVERY_PARTNERSHIP):
        assert not School.objects.exists()
        with pytest.raises(NoPartnershipOpen):
            open_partnership()


def test_a_neighbors_key_in_a_form_is_invalid(mapleton, maple_high, oakridge_high):
    class Choice(forms.Form):
        school = forms.ModelChoiceField(School.objects.all())

    assert Choice({"school": maple_high.pk}).is_valid()
    assert "school" in Choice({"school": oakridge_high.pk}).errors


def test_a_neighbors_row_in_hand_is_not_read_anew(mapleton, oakridge_high):
    with pytest.raises(School.DoesNotExist):
        oakridge_high.refresh_from_db()


def test_a_key_is_not_followed_to_a_neighbor(mapleton, oakridge_high, principal_rivera):
    astray = MembershipSchool(partnership=mapleton, membership=principal_rivera)
    astray.school_id = oakridge_high.pk
    with pytest.raises(School.DoesNotExist):
        _ = astray.school


def test_a_new_thread_and_a_new_task_have_no_scope(mapleton):
    seen: list[type[Exception]] = []

    def look() -> None:
        try:
            open_partnership()
        except NoPartnershipOpen as refusal:
            seen.append(type(refusal))

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    contextvars.Context().run(look)  # as a Celery worker starts
    assert seen == [NoPartnershipOpen, NoPartnershipOpen]


def test_own_rows_end_with_their_block(principal_rivera, mapleton):
    with own_rows_of(principal_rivera.user):
        assert told_to_database("app.person") == str(principal_rivera.user_id)
    assert told_to_database("app.person") == ""
    assert open_partnership() == mapleton


def test_own_rows_end_with_an_exception_too(principal_rivera):
    with pytest.raises(ZeroDivisionError), own_rows_of(principal_rivera.user):
        raise ZeroDivisionError
    assert told_to_database("app.person") == ""


@pytest.fixture
def two_districts(transactional_db):
    """Two partnerships with a school each, committed, for threads to read."""
    both = [district("Mapleton"), district("Oakridge")]
    for partnership in both:
        with within(partnership):
            School.objects.create(partnership=partnership, name=partnership.name, level="high")
    return both


def test_forty_threads_in_two_partnerships_never_see_the_other(two_districts):
    start = threading.Barrier(THREADS)

    def look(number: int) -> list[tuple[str, list[str]]]:
        start.wait(timeout=60)
        try:
            return [look_at(two_districts[(number + turn) % 2]) for turn in range(6)]
        finally:
            connection.close()

    with ThreadPoolExecutor(THREADS) as threads:
        seen = [look for looks in threads.map(look, range(THREADS)) for look in looks]
    assert len(seen) == THREADS * 6
    assert all(names == [name, name] for name, names in seen)


def look_at(partnership: Partnership) -> tuple[str, list[str]]:
    """The schools' names by each wall's own way, beside the name they must have."""
    with within(partnership):
        by_query = list(School.objects.values_list("name", flat=True))
        return partnership.name, [*by_query, *raw_names()]


def raw_names() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM partnership_school")
        return [name for (name,) in cursor]


def test_a_connection_used_again_remembers_no_partnership(two_districts):
    for partnership in two_districts:
        with within(partnership):
            assert raw_names() == [partnership.name]
        assert told_to_database() == ""
        assert raw_names() == []
