"""The calendar all schools share: school years, and the days without school."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import models, transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from partnership import actions
from partnership.forms import ClosedDayForm, SchoolYearForm
from partnership.models import ClosedDay, SchoolYear
from partnership.permissions import MemberRequest, requires
from partnership.views.schools import form_page, went_well

PAGE = 50


@requires("schools.manage")
def school_calendar(request: MemberRequest) -> HttpResponse:
    return calendar_page(request, ClosedDayForm())


@requires("schools.manage")
def school_year_add(request: MemberRequest) -> HttpResponse:
    return year_page(request, SchoolYear(partnership=request.partnership))


@requires("schools.manage")
def school_year_change(request: MemberRequest, pk: UUID) -> HttpResponse:
    return year_page(request, get_object_or_404(SchoolYear, pk=pk), is_known=True)


@requires("schools.manage")
@require_POST
def closed_day_add(request: MemberRequest) -> HttpResponse:
    """Close a day, or each day of a break; all of them or none."""
    form = ClosedDayForm(request.POST)
    if not went_well(form, lambda: close_days(request, form)):
        return calendar_page(request, form)
    closed = len(form.days())
    words = ngettext("%(days)d day is without school.", "%(days)d days are without school.", closed)
    messages.success(request, words % {"days": closed})
    return redirect("school_calendar", partnership=request.partnership.slug)


@requires("schools.manage")
@require_POST
def closed_day_remove(request: MemberRequest, pk: UUID) -> HttpResponse:
    actions.remove_closed_day(get_object_or_404(ClosedDay, pk=pk), by=request.user)
    messages.success(request, _("The day is removed: there is school again."))
    return redirect("school_calendar", partnership=request.partnership.slug)


@transaction.atomic
def close_days(request: MemberRequest, form: ClosedDayForm) -> None:
    for day in form.closed_days(request.partnership):
        actions.add_closed_day(day, by=request.user)


def year_page(request: MemberRequest, year: SchoolYear, *, is_known: bool = False) -> HttpResponse:
    form = SchoolYearForm(request.POST or None, year=year)
    if not went_well(form, lambda: actions.set_school_year(form.filled(), by=request.user)):
        return form_page(request, "schools/year_form.html", form, is_known=is_known)
    messages.success(request, _("The school year is set."))
    return redirect("school_calendar", partnership=request.partnership.slug)


def calendar_page(request: MemberRequest, form: ClosedDayForm) -> HttpResponse:
    """Years and days to come, fifty days to a page, with the form to add one."""
    to_come = ClosedDay.objects.filter(on__gte=timezone.localdate()).select_related("school")
    page = Paginator(to_come.fetch_mode(models.FETCH_RAISE), PAGE)
    facts: dict[str, Any] = {
        "years": SchoolYear.objects.all(),
        "page": page.get_page(request.GET.get("page")),
    }
    return form_page(request, "schools/school_calendar.html", form, **facts)
