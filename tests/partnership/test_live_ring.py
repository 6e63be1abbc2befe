"""A ring travels with the deed, reaches its audience, and stays in its partnership."""

from collections.abc import Iterator
from datetime import timedelta

import psycopg
import pytest
from django.db import connections, transaction
from django.utils import timezone

from partnership import live
from partnership.models import LiveEvent, Partnership
from partnership.tenancy import new_id, within


class Undone(Exception):
    """The deed broke off."""


@pytest.fixture
def ears(db: None) -> Iterator["psycopg.Connection[tuple[object, ...]]"]:
    """Somebody who listens at the database, as the live process does."""
    facts = connections["default"].get_connection_params()
    facts = {name: facts[name] for name in ("dbname", "user", "host") if name in facts}
    with psycopg.connect(**facts, autocommit=True) as connection:
        connection.execute("LISTEN partnership_live")
        yield connection


def heard(ears: "psycopg.Connection[tuple[object, ...]]") -> list[str]:
    return [notice.payload for notice in ears.notifies(timeout=0.3)]


def ring_and_break_off() -> None:
    live.ring("notices", to=None)
    raise Undone


@pytest.fixture
def elmwood(transactional_db: None) -> Partnership:
    """A partnership that is really committed."""
    return Partnership.objects.create(name="Elmwood", slug="elmwood")


def test_a_ring_calls_once_the_deed_has_committed(elmwood, ears):
    with within(elmwood):
        live.ring("notices", to=None)
        assert heard(ears) == []
    assert heard(ears) == [str(elmwood.pk)]


def test_a_deed_that_broke_off_has_never_rung(elmwood, ears):
    with pytest.raises(Undone), within(elmwood):
        ring_and_break_off()
    with within(elmwood):
        assert heard(ears) == []
        assert not LiveEvent.objects.exists()


def test_a_ring_in_a_part_that_was_undone_is_gone_and_the_rest_stays(elmwood, ears):
    with within(elmwood):
        live.ring("tips", to=None)
        with pytest.raises(Undone), transaction.atomic():
            ring_and_break_off()
    with within(elmwood):
        assert [event.topic for event in LiveEvent.objects.all()] == ["tips"]


def test_the_call_carries_a_number_and_nothing_of_what_happened(elmwood, ears):
    with within(elmwood):
        live.ring("notices", to=[new_id()])
    assert heard(ears) == [str(elmwood.pk)]


def test_a_ring_names_its_audience_once_each(mapleton, principal_rivera, officer_chen):
    live.ring("tips", to=[officer_chen.pk, principal_rivera.pk, officer_chen.pk])
    assert sorted(LiveEvent.objects.get().audience) == sorted(
        [officer_chen.pk, principal_rivera.pk]
    )


def test_a_ring_for_all_names_nobody(mapleton):
    live.ring("notices", to=None)
    assert LiveEvent.objects.get().audience is None


def test_a_ring_for_nobody_is_not_kept(mapleton):
    live.ring("tips", to=[])
    assert not LiveEvent.objects.exists()


def test_the_neighbors_have_no_ring_of_ours(mapleton, oakridge):
    live.ring("notices", to=None)
    with within(oakridge):
        assert not LiveEvent.objects.exists()


def test_what_rang_more_than_a_day_ago_is_forgotten(mapleton):
    for hours in (1, 25):
        at = timezone.now() - timedelta(hours=hours)
        LiveEvent.objects.create(partnership=mapleton, topic=f"{hours}", at=at)
    assert live.prune() == 1
    assert LiveEvent.objects.get().topic == "1"
