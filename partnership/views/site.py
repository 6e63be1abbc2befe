"""The doors that stand open to anyone: who lives here, and the district's safety page."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from partnership.models import Agency, District, Membership, Partnership, Role, School
from partnership.permissions import PortalRequest, public


@public
def home(request: HttpRequest) -> HttpResponse:
    """Which partnerships live in this installation."""
    return render(request, "home.html", {"partnerships": Partnership.objects.all()})


@public
def public_home(request: PortalRequest) -> HttpResponse:
    """How this district keeps schools safe, and how to tell it something."""
    schools = School.objects.all()
    picked = schools.filter(pk=request.GET["school"]).first() if picks_a_school(request) else None
    return render(
        request,
        "public_home.html",
        {
            "district": District.objects.first(),
            "agencies": Agency.objects.all(),
            "schools": schools,
            "picked_school": picked,
            "officers": officers_at(picked) if picked else [],
        },
    )


def picks_a_school(request: HttpRequest) -> bool:
    """Whether `?school=` holds something that can be a key at all."""
    text = request.GET.get("school", "")
    return len(text) == 36 and text.replace("-", "").isalnum()


def officers_at(school: School) -> list[dict[str, Any]]:
    """The officers a family may want to know by name: those assigned to this school."""
    officers = Membership.objects.current().at(school).holding(Role.SRO)
    return [
        {"name": officer.user.name, "agency": officer.agency}
        for officer in officers.select_related("user", "agency")
    ]
