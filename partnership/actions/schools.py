"""What the coordinator does with schools, bells, the calendar and the district's own facts."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from partnership import audit
from partnership.actions.members import Refused
from partnership.models import BellTime, ClosedDay, District, School, SchoolYear, User
from partnership.states import WrongStatus
from partnership.tenancy import TenantModel

type Bells = Mapping[int, tuple[dt.time, dt.time]]


@transaction.atomic
def open_school(school: School, *, by: User) -> None:
    """Add a school to the district."""
    save(school, otherwise=_("Another school has this name already."))
    audit.record("school.opened", school, by=by, level=school.level)


@transaction.atomic
def change_school(school: School, *, by: User) -> None:
    """Keep what was changed of a school; the audit says which facts, not which words."""
    changed = differences(school, School.objects.select_for_update().get(pk=school.pk))
    if changed:
        save(school, otherwise=_("Another school has this name already."))
        audit.record("school.changed", school, by=by, **changed)


@transaction.atomic
def set_bell_times(school: School, bells: Bells, *, by: User) -> None:
    """Ring at exactly these times from now on: first and last bell by weekday, 0 is Monday."""
    # Two who set the bells of one school wait in line here.
    School.objects.select_for_update().get(pk=school.pk)
    BellTime.objects.filter(school=school).delete()
    BellTime.objects.bulk_create(
        BellTime(
            partnership=school.partnership,
            school=school,
            weekday=weekday,
            first_bell=first,
            last_bell=last,
        )
        for weekday, (first, last) in bells.items()
    )
    facts: dict[str, Any] = {
        f"day_{day}": f"{first:%H:%M}-{last:%H:%M}" for day, (first, last) in bells.items()
    }
    audit.record("school.bells_set", school, by=by, **facts)


@transaction.atomic
def set_school_year(year: SchoolYear, *, by: User) -> None:
    """Add a school year, or move the first and last day of one that stands."""
    save(year, otherwise=_("A school year starts on this day already."))
    first, last = year.starts_on, year.ends_on
    audit.record("school_year.set", year, by=by, starts_on=first, ends_on=last)


@transaction.atomic
def add_closed_day(day: ClosedDay, *, by: User) -> None:
    """Close one school, or all of them, on a day."""
    save(day, otherwise=_("This day is without school already."))
    audit.record("closed_day.added", day, by=by, on=day.on, school=day.school_id)


@transaction.atomic
def remove_closed_day(day: ClosedDay, *, by: User) -> None:
    """Teach on this day after all."""
    removed, _each = ClosedDay.objects.filter(pk=day.pk).delete()
    if not removed:
        raise WrongStatus(f"{day.pk} was removed already.")
    audit.record("closed_day.removed", day, by=by, on=day.on, school=day.school_id)


@transaction.atomic
def change_district(district: District, *, by: User) -> None:
    """Keep what was changed of the district's own facts."""
    changed = differences(district, District.objects.select_for_update().get(pk=district.pk))
    if changed:
        district.save()
        audit.record("district.changed", district, by=by, **changed)


def differences(row: TenantModel, stored: TenantModel) -> dict[str, Any]:
    """Which facts of a row are not as they are stored, by name alone."""
    names = [field.attname for field in row._meta.concrete_fields]
    return {name: True for name in names if getattr(row, name) != getattr(stored, name)}


def save(row: TenantModel, *, otherwise: str) -> None:
    """Save, or refuse with these words where somebody else was faster with the same."""
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise Refused(otherwise) from None
