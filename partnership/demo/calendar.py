"""School years by rule of thumb, right for any year: holidays and breaks as American districts
set them. Not the districts' adopted calendars, which change from year to year."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from partnership.demo.facts import Terms

MONDAY, THURSDAY, FRIDAY = 0, 3, 4


@dataclass(frozen=True)
class Year:
    """First and last day of teaching, and the weekdays between without it, with their reason."""

    starts_on: dt.date
    ends_on: dt.date
    closed: dict[dt.date, str]


def years_around(today: dt.date, terms: Terms) -> list[Year]:
    """The year that began last August and the one after, so that a next bell always stands."""
    first = first_year(today)
    return [school_year(first, terms), school_year(first + 1, terms)]


def first_year(today: dt.date) -> int:
    """The calendar year in which the latest school year began; a new one begins with August."""
    return today.year if today.month >= 8 else today.year - 1


def school_year(year: int, terms: Terms) -> Year:
    """From August of `year` to the Friday before Memorial Day."""
    starts_on = nth_weekday(year, *terms.starts)
    ends_on = last_monday_of_may(year + 1) - dt.timedelta(days=3)
    closed = {
        day: reason
        for day, reason in days_off(year, terms)
        if starts_on <= day <= ends_on and day.weekday() <= FRIDAY
    }
    return Year(starts_on, ends_on, closed)


def days_off(year: int, terms: Terms) -> Iterator[tuple[dt.date, str]]:
    yield nth_weekday(year, 9, MONDAY, 1), "Labor Day"
    if terms.has_fall_break:
        yield from run_of(nth_weekday(year, 10, THURSDAY, 3), 2, "Fall break")
    friday = nth_weekday(year, 11, THURSDAY, 4) + dt.timedelta(days=1)
    first = friday - dt.timedelta(days=terms.thanksgiving_days - 1)
    yield from run_of(first, terms.thanksgiving_days, "Thanksgiving break")
    yield from run_of(monday_from(dt.date(year, 12, 19)), 12, "Winter break")
    yield observed(dt.date(year + 1, 1, 1)), "New Year’s Day"
    yield nth_weekday(year + 1, 1, MONDAY, 3), "Martin Luther King Jr. Day"
    yield nth_weekday(year + 1, 2, MONDAY, 3), "Presidents’ Day"
    yield from run_of(nth_weekday(year + 1, *terms.spring_break), 5, "Spring break")


def nth_weekday(year: int, month: int, weekday: int, n: int) -> dt.date:
    """The n-th such weekday of a month."""
    first = dt.date(year, month, 1)
    return first + dt.timedelta(days=(weekday - first.weekday()) % 7 + 7 * (n - 1))


def monday_from(day: dt.date) -> dt.date:
    """The first Monday not before this day."""
    return day + dt.timedelta(days=-day.weekday() % 7)


def last_monday_of_may(year: int) -> dt.date:
    end = dt.date(year, 5, 31)
    return end - dt.timedelta(days=end.weekday())


def observed(holiday: dt.date) -> dt.date:
    """The weekday on which a holiday is kept."""
    return holiday + dt.timedelta(days={5: -1, 6: 1}.get(holiday.weekday(), 0))


def run_of(first: dt.date, days: int, reason: str) -> Iterator[tuple[dt.date, str]]:
    for ahead in range(days):
        yield first + dt.timedelta(days=ahead), reason
