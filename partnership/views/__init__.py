"""The ground's pages, by noun."""

from partnership.views.audit import audit_list
from partnership.views.board import board
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
from partnership.views.schools import school_detail, school_list
from partnership.views.site import home, public_home

__all__ = [
    "already_done",
    "audit_list",
    "bad_request",
    "board",
    "broken",
    "closed_for_now",
    "csrf_failure",
    "demo",
    "demo_sign_in",
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
    "school_detail",
    "school_list",
    "way_back",
]
