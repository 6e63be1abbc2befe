"""The district's schools: where they stand, their bells and the days they teach."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from partnership.models import ClosedDay, Membership, School, SchoolYear
from partnership.permissions import MemberRequest, requires


@requires("schools.see")
def school_list(request: MemberRequest) -> HttpResponse:
    schools = School.objects.visible_to(request.membership).prefetch_related("bell_times")
    return render(request, "schools/school_list.html", {"schools": schools})


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
        },
    )
