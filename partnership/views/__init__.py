"""The ground's pages, by noun."""

from partnership.views.agencies import agency_add, agency_change
from partnership.views.audit import audit_list
from partnership.views.board import board
from partnership.views.calendar import (
    closed_day_add,
    closed_day_remove,
    school_calendar,
    school_year_add,
    school_year_change,
)
from partnership.views.demo import demo, demo_sign_in
from partnership.views.errors import (
    already_done,
    bad_request,
    broken,
    closed_for_now,
    csrf_failure,
    forbidden,
    not_found,
)
from partnership.views.health import healthz, readyz
from partnership.views.invitations import invitation_accept, way_back
from partnership.views.members import (
    invitation_form,
    invitation_withdraw,
    member_change,
    member_detail,
    member_end,
    member_list,
    member_release,
    member_way_back,
)
from partnership.views.schools import (
    district_change,
    school_bells,
    school_change,
    school_detail,
    school_list,
    school_open,
)
from partnership.views.site import home, public_home

__all__ = [
    "agency_add",
    "agency_change",
    "already_done",
    "audit_list",
    "bad_request",
    "board",
    "broken",
    "closed_day_add",
    "closed_day_remove",
    "closed_for_now",
    "csrf_failure",
    "demo",
    "demo_sign_in",
    "district_change",
    "forbidden",
    "healthz",
    "home",
    "invitation_accept",
    "invitation_form",
    "invitation_withdraw",
    "member_change",
    "member_detail",
    "member_end",
    "member_list",
    "member_release",
    "member_way_back",
    "not_found",
    "public_home",
    "readyz",
    "school_bells",
    "school_calendar",
    "school_change",
    "school_detail",
    "school_list",
    "school_open",
    "school_year_add",
    "school_year_change",
    "way_back",
]
