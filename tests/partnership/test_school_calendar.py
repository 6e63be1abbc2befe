"""The coordinator's calendar: school years, and the days without school."""

import datetime as dt

import pytest
import time_machine

from partnership import actions
from partnership.models import AuditEntry, ClosedDay, SchoolYear
from partnership.states import WrongStatus
from partnership.tenancy import within

CALENDAR = "/mapleton/schools/calendar/"
CLOSED = f"{CALENDAR}closed/"


@pytest.fixture(autouse=True)
def autumn():
    with time_machine.travel("2026-09-14T15:00Z", tick=True):
        yield


@pytest.fixture
def okafor(coordinator_okafor, sign_in):
    return sign_in(coordinator_okafor)


@pytest.fixture
def year(mapleton):
    return SchoolYear.objects.create(
        partnership=mapleton, starts_on=dt.date(2026, 8, 12), ends_on=dt.date(2027, 5, 21)
    )


def close(client, on, **more):
    return client.post(CLOSED, {"on": on, "reason": "Snow", **more})


def last_entry():
    entry = AuditEntry.objects.latest("pk")
    return entry.action, entry.facts


def errors(response):
    """What the form said beside which field, as it came back."""
    assert response.status_code == 422
    return {name: list(words) for name, words in response.context["form"].errors.items()}


def test_a_school_year_is_added_and_moved(okafor):
    first = {"starts_on": "2026-08-12", "ends_on": "2027-05-21"}
    assert okafor.post(f"{CALENDAR}years/add/", first).status_code == 302
    year = SchoolYear.objects.get()
    okafor.post(f"{CALENDAR}years/{year.pk}/", {**first, "ends_on": "2027-05-28"})
    year.refresh_from_db()
    assert year.ends_on == dt.date(2027, 5, 28)
    assert last_entry() == ("school_year.set", {**first, "ends_on": "2027-05-28"})


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "field"),
    [
        ("2027-08-11", "2027-08-11", "ends_on"),
        ("2027-08-11", "2072-05-19", "ends_on"),
        ("2027-05-21", "2027-12-20", "starts_on"),
        ("soon", "2028-05-19", "starts_on"),
    ],
)
def test_a_year_that_can_not_be_is_said_in_words(okafor, year, starts_on, ends_on, field):
    answer = okafor.post(f"{CALENDAR}years/add/", {"starts_on": starts_on, "ends_on": ends_on})
    assert list(errors(answer)) == [field]
    assert f'value="{ends_on}"' in answer.content.decode()
    assert SchoolYear.objects.count() == 1


def test_a_day_without_school_closes_every_school(okafor, year, maple_high):
    assert close(okafor, "2026-11-26").headers["Location"] == CALENDAR
    assert list(ClosedDay.objects.at(maple_high).values_list("on", "reason")) == [
        (dt.date(2026, 11, 26), "Snow")
    ]
    assert last_entry() == ("closed_day.added", {"on": "2026-11-26", "school": None})


def test_a_break_leaves_its_weekend_out(okafor, year, maple_high):
    close(okafor, "2026-11-26", until="2026-11-30", school=maple_high.pk)
    days = ClosedDay.objects.filter(school=maple_high).values_list("on__day", flat=True)
    assert list(days) == [26, 27, 30]


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"on": "2027-06-01"}, "on", "is in no school year"),
        ({"on": "2027-05-20", "until": "2027-05-24"}, "on", "May 24, 2027 is in no school year"),
        ({"on": "2026-11-25", "until": "2026-11-27"}, "on", "Nov 26, 2026 is without school"),
        ({"on": "2026-12-02", "until": "2026-12-01"}, "until", "comes after the first"),
        ({"on": "2026-12-02", "until": "2027-12-01"}, "until", "more than a month"),
        ({"on": "2026-12-05", "until": "2026-12-06"}, "until", "only Saturdays and Sundays"),
        ({"on": "tomorrow"}, "on", "valid date"),
        ({"on": "2026-12-01", "reason": "S" * 61}, "reason", "60"),
        ({"on": "2026-12-01", "school": "0"}, "school", "valid choice"),
    ],
)
def test_a_day_that_closes_nothing_is_said_in_words(okafor, year, typed, field, words):
    close(okafor, "2026-11-26")
    said = errors(close(okafor, **typed))
    assert list(said) == [field]
    assert words in said[field][0]
    assert ClosedDay.objects.count() == 1


def test_one_school_can_not_close_where_all_are_closed(okafor, year, maple_high):
    close(okafor, "2026-11-26")
    assert list(errors(close(okafor, "2026-11-26", school=maple_high.pk))) == ["on"]


def test_a_school_of_the_neighbors_is_no_choice(okafor, year, oakridge_high):
    assert list(errors(close(okafor, "2026-11-26", school=oakridge_high.pk))) == ["school"]


def test_who_comes_second_with_a_day_is_refused_in_words(mapleton, year, coordinator_okafor):
    days = [ClosedDay(partnership=mapleton, on=dt.date(2026, 11, 26)) for _ in range(2)]
    actions.add_closed_day(days[0], by=coordinator_okafor.user)
    with pytest.raises(actions.Refused, match="already"):
        actions.add_closed_day(days[1], by=coordinator_okafor.user)


def test_a_removed_day_is_taught_again_and_removed_once(okafor, year, coordinator_okafor):
    close(okafor, "2026-11-26")
    day = ClosedDay.objects.get()
    assert okafor.post(f"{CLOSED}{day.pk}/remove/").headers["Location"] == CALENDAR
    assert last_entry() == ("closed_day.removed", {"on": "2026-11-26", "school": None})
    with pytest.raises(WrongStatus):
        actions.remove_closed_day(day, by=coordinator_okafor.user)


def test_the_calendar_asks_no_more_for_many_days(okafor, year, mapleton, maple_high, count_queries):
    for day in range(1, 29):
        ClosedDay.objects.create(
            partnership=mapleton, school=maple_high, on=dt.date(2027, 1, day), reason="Snow"
        )
    with count_queries(18):
        assert len(okafor.get(CALENDAR).context["page"]) == 28


def test_the_neighbors_calendar_is_not_ours(okafor, oakridge):
    with within(oakridge):
        SchoolYear.objects.create(
            partnership=oakridge, starts_on=dt.date(2026, 8, 12), ends_on=dt.date(2027, 5, 21)
        )
    assert "no school year" in errors(close(okafor, "2026-11-26"))["on"][0]
    assert "No school year is set." in okafor.get(CALENDAR).content.decode()
