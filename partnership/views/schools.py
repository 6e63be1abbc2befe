"""The district's schools: where they stand, their bells, and the district's own facts."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from partnership import actions
from partnership.forms import BellsForm, DistrictForm, SchoolForm
from partnership.models import Agency, ClosedDay, District, Membership, School, SchoolYear
from partnership.permissions import MemberRequest, may, requires


@requires("schools.see")
def school_list(request: MemberRequest) -> HttpResponse:
    schools = School.objects.visible_to(request.membership).prefetch_related("bell_times")
    facts = {"schools": schools, "may_manage": may(request.membership, "schools.manage")}
    return render(request, "schools/school_list.html", facts)


@requires("schools.see")
def school_detail(request: MemberRequest, pk: UUID) -> HttpResponse:
    school = get_object_or_404(School.objects.visible_to(request.membership), pk=pk)
    today = timezone.localdate()
    return render(
        request,
        "schools/school_detail.html",
        {
            "school": school,
            "bell_times": school.bell_times.all(),
            "school_year": SchoolYear.objects.filter(ends_on__gte=today).last(),
            "closed_days": ClosedDay.objects.at(school).filter(on__gte=today)[:20],
            "members": Membership.objects.current().at(school).select_related("user", "agency"),
            "may_manage": may(request.membership, "schools.manage"),
        },
    )


@requires("schools.manage")
def school_open(request: MemberRequest) -> HttpResponse:
    """Add a school; its bells come next."""
    school = School(partnership=request.partnership, time_zone=request.partnership.time_zone)
    form = SchoolForm(request.POST or None, school=school)
    if not went_well(form, lambda: actions.open_school(form.filled(), by=request.user)):
        return form_page(request, "schools/school_form.html", form)
    messages.success(request, _("The school is added. Now set its bells."))
    return redirect("school_bells", partnership=request.partnership.slug, pk=school.pk)


@requires("schools.manage")
def school_change(request: MemberRequest, pk: UUID) -> HttpResponse:
    school = get_object_or_404(School.objects.visible_to(request.membership), pk=pk)
    form = SchoolForm(request.POST or None, school=school)
    if not went_well(form, lambda: actions.change_school(form.filled(), by=request.user)):
        return form_page(request, "schools/school_form.html", form, school=school)
    messages.success(request, _("The school is changed."))
    return redirect("school_detail", partnership=request.partnership.slug, pk=school.pk)


@requires("schools.manage")
def school_bells(request: MemberRequest, pk: UUID) -> HttpResponse:
    """First and last bell of each weekday, all on one page."""
    school = get_object_or_404(School.objects.visible_to(request.membership), pk=pk)
    form = BellsForm(request.POST or None, school=school)
    if not went_well(form, lambda: actions.set_bell_times(school, form.bells(), by=request.user)):
        return form_page(request, "schools/bells_form.html", form, school=school)
    messages.success(request, _("The bells are set."))
    return redirect("school_detail", partnership=request.partnership.slug, pk=school.pk)


@requires("schools.manage")
def district_change(request: MemberRequest) -> HttpResponse:
    """What the public pages and the notices say of the district."""
    district = get_object_or_404(District)
    form = DistrictForm(request.POST or None, district=district)
    if not went_well(form, lambda: actions.change_district(form.filled(), by=request.user)):
        agencies = Agency.objects.all()
        return form_page(request, "schools/district_form.html", form, agencies=agencies)
    messages.success(request, _("The district’s facts are changed."))
    return redirect("school_list", partnership=request.partnership.slug)


def went_well(form: Form, deed: Callable[[], None]) -> bool:
    """Do it once the form is right. Where the house refuses, the form says why."""
    if not form.is_valid():
        return False
    try:
        deed()
    except actions.Refused as why:
        form.add_error(None, str(why))
    return not form.errors


def form_page(request: MemberRequest, template: str, form: Form, **facts: Any) -> HttpResponse:
    """The form, empty or sent back with what was typed."""
    status = 422 if form.errors else 200
    return render(request, template, {"form": form, **facts}, status=status)
