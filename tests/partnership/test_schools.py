"""Bells and the calendar: when a school next opens its doors, by the clock on its own wall."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from partnership.models import BellTime, ClosedDay, School, SchoolYear
from partnership.tenancy import within

CHICAGO = ZoneInfo("America/Chicago")


@pytest.fixture
def calendar(mapleton, maple_high, maple_middle):
    """The school year, and bells from Monday to Friday: the high school's at 8:20."""
    SchoolYear.objects.create(
        partnership=mapleton, starts_on=dt.date(2026, 8, 12), ends_on=dt.date(2027, 5, 21)
    )
    for school, hour in ((maple_high, 8), (maple_middle, 9)):
        for weekday in range(5):
            BellTime.objects.create(
                partnership=mapleton,
                school=school,
                weekday=weekday,
                first_bell=dt.time(hour, 20),
                last_bell=dt.time(15, 5),
            )


def wall_clock(year: int, month: int, day: int, hour: int, minute: int) -> dt.datetime:
    return dt.datetime(year, month, day, hour, minute, tzinfo=CHICAGO)


def close(school: School | None, *day: int, partnership) -> None:
    ClosedDay.objects.create(
        partnership=partnership, school=school, on=dt.date(*day), reason="Closed"
    )


def test_the_next_bell_is_the_same_morning(calendar, maple_high):
    asked = wall_clock(2026, 9, 15, 3, 0)
    assert maple_high.next_bell_after(asked) == wall_clock(2026, 9, 15, 8, 20)


def test_a_bell_that_rings_right_now_is_over(calendar, maple_high):
    asked = wall_clock(2026, 9, 15, 8, 20)
    assert maple_high.next_bell_after(asked) == wall_clock(2026, 9, 16, 8, 20)


def test_a_friday_night_waits_for_monday(calendar, maple_high):
    asked = wall_clock(2026, 9, 18, 23, 30)
    assert maple_high.next_bell_after(asked) == wall_clock(2026, 9, 21, 8, 20)


def test_the_answer_is_in_utc(calendar, maple_high):
    bell = maple_high.next_bell_after(wall_clock(2026, 9, 15, 3, 0))
    assert bell == dt.datetime(2026, 9, 15, 13, 20, tzinfo=dt.UTC)
    assert bell.tzinfo is dt.UTC


def test_the_bell_keeps_its_hour_when_summer_time_ends(calendar, maple_high):
    friday = wall_clock(2026, 10, 30, 16, 0)  # clocks go back on Sunday, November 1
    bell = maple_high.next_bell_after(friday)
    assert bell == dt.datetime(2026, 11, 2, 14, 20, tzinfo=dt.UTC)
    assert maple_high.local(bell).time() == dt.time(8, 20)


def test_the_bell_keeps_its_hour_when_summer_time_begins(calendar, maple_high):
    friday = wall_clock(2027, 3, 12, 16, 0)  # clocks go forward on Sunday, March 14
    bell = maple_high.next_bell_after(friday)
    assert bell == dt.datetime(2027, 3, 15, 13, 20, tzinfo=dt.UTC)
    assert maple_high.local(bell).time() == dt.time(8, 20)


def test_the_day_is_the_schools_and_not_greenwichs(calendar, maple_high):
    evening = dt.datetime(2026, 9, 15, 2, 0, tzinfo=dt.UTC)  # Monday 9 p.m. in Chicago
    assert maple_high.next_bell_after(evening) == wall_clock(2026, 9, 15, 8, 20)


def test_a_school_keeps_its_own_time_zone(calendar, maple_high):
    maple_high.time_zone = "America/Denver"
    bell = maple_high.next_bell_after(wall_clock(2026, 9, 15, 3, 0))
    assert bell == dt.datetime(2026, 9, 15, 14, 20, tzinfo=dt.UTC)


def test_a_holiday_closes_every_school(calendar, mapleton, maple_high, maple_middle):
    close(None, 2026, 11, 26, partnership=mapleton)
    close(None, 2026, 11, 27, partnership=mapleton)
    wednesday = wall_clock(2026, 11, 25, 16, 0)
    assert maple_high.next_bell_after(wednesday) == wall_clock(2026, 11, 30, 8, 20)
    assert maple_middle.next_bell_after(wednesday) == wall_clock(2026, 11, 30, 9, 20)


def test_a_closed_day_of_one_school_leaves_the_others_open(
    calendar, mapleton, maple_high, maple_middle
):
    close(maple_high, 2026, 9, 16, partnership=mapleton)
    day = dt.date(2026, 9, 16)
    assert not maple_high.is_in_session_on(day)
    assert maple_middle.is_in_session_on(day)
    assert list(School.objects.in_session_on(day)) == [maple_middle]


def test_no_school_teaches_on_a_saturday(calendar):
    assert not School.objects.in_session_on(dt.date(2026, 9, 19)).exists()


def test_no_school_teaches_in_summer(calendar):
    assert not School.objects.in_session_on(dt.date(2027, 6, 1)).exists()


def test_the_first_and_the_last_day_of_the_year_are_taught(calendar, maple_high):
    assert maple_high.is_in_session_on(dt.date(2026, 8, 12))
    assert maple_high.is_in_session_on(dt.date(2027, 5, 21))
    assert not maple_high.is_in_session_on(dt.date(2026, 8, 11))


def test_past_the_calendars_end_there_is_no_answer(calendar, maple_high):
    with pytest.raises(LookupError):
        maple_high.next_bell_after(wall_clock(2027, 5, 21, 16, 0))


def test_a_neighbors_holiday_closes_nothing_here(calendar, oakridge, maple_high):
    with within(oakridge):
        close(None, 2026, 9, 15, partnership=oakridge)
    assert maple_high.is_in_session_on(dt.date(2026, 9, 15))


def test_a_principal_sees_only_the_own_school(principal_rivera, maple_high, maple_middle):
    assert list(School.objects.visible_to(principal_rivera)) == [maple_high]


def test_the_coordinator_sees_every_school(coordinator_okafor, maple_high, maple_middle):
    assert School.objects.visible_to(coordinator_okafor).count() == 2
