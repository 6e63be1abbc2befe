"""The ground's pages, by noun."""

from partnership.views.audit import audit_list
from partnership.views.board import board
from partnership.views.errors import (
    already_done,
    bad_request,
    broken,
    csrf_failure,
    forbidden,
    not_found,
)
from partnership.views.health import healthz, readyz
from partnership.views.schools import school_detail, school_list
from partnership.views.site import home, public_home

__all__ = [
    "already_done",
    "audit_list",
    "bad_request",
    "board",
    "broken",
    "csrf_failure",
    "forbidden",
    "healthz",
    "home",
    "not_found",
    "public_home",
    "readyz",
    "school_detail",
    "school_list",
]
