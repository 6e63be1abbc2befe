"""The agencies that serve the district, kept by its coordinator."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from partnership import actions
from partnership.forms import AgencyForm
from partnership.models import Agency
from partnership.permissions import MemberRequest, requires
from partnership.views.schools import form_page, went_well


@requires("schools.manage")
def agency_add(request: MemberRequest) -> HttpResponse:
    form = AgencyForm(request.POST or None, agency=Agency(partnership=request.partnership))
    if not went_well(form, lambda: actions.add_agency(form.filled(), by=request.user)):
        return form_page(request, "schools/agency_form.html", form)
    messages.success(request, _("The agency is here. Its people can be invited."))
    return redirect("district_change", partnership=request.partnership.slug)


@requires("schools.manage")
def agency_change(request: MemberRequest, pk: UUID) -> HttpResponse:
    form = AgencyForm(request.POST or None, agency=get_object_or_404(Agency, pk=pk))
    if not went_well(form, lambda: actions.change_agency(form.filled(), by=request.user)):
        return form_page(request, "schools/agency_form.html", form)
    messages.success(request, _("The agency is changed."))
    return redirect("district_change", partnership=request.partnership.slug)
