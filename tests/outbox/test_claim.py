"""Two processes that reach for the same rows, by two real connections."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from outbox import actions, claiming, sending
from outbox.breakers import Breakers
from outbox.models import Delivery
from outbox.van import Outcome
from partnership.models import Partnership, Role, School
from partnership.tenancy import within
from tests.conftest import district, member
from tests.outbox.conftest import BULLETIN

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def town(transactional_db: None) -> Partnership:
    """Mapleton with two letters to carry, committed."""
    town = district("Mapleton")
    with within(town):
        school = School.objects.create(partnership=town, name="Maple High", level="high")
        people = [member(name, town, Role.SERGEANT) for name in ("ortiz", "chen")]
        actions.send(BULLETIN, to=people, about=school, link="/mapleton/")
    return town


def claim_elsewhere(town: Partnership) -> list[Delivery]:
    """What another process gets at this moment; it must not have to wait for us."""

    def claim() -> list[Delivery]:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '2s'")
            return claiming.claim(town)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as elsewhere:
        return elsewhere.submit(claim).result()


def test_nobody_waits_for_rows_that_another_is_just_claiming(town):
    with within(town):
        assert len(claiming.claim(town)) == 2
        assert claim_elsewhere(town) == []


def test_each_takes_what_the_other_has_left(town, monkeypatch):
    monkeypatch.setattr(claiming, "CHUNK", 1)
    with within(town):
        Delivery.objects.update(gathers_as="")
    with within(town):
        (ours,) = claiming.claim(town)
        (theirs,) = claim_elsewhere(town)
    assert ours.pk != theirs.pk


def test_only_one_gathers_at_a_time_and_the_other_leaves_it_to_the_next_round(town):
    with within(town):
        (first, second) = claiming.claim(town)
        sending.settle(town, [Outcome(first, ""), Outcome(second, "")], Breakers())
        assert claim_elsewhere(town) == []
        assert Delivery.objects.filter(status="planned").count() == 2
