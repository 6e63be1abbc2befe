"""What every page's frame shows: the rail's doors, the bell, whose session this is."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partnership.permissions import may

# (permission, URL name, words, icon): the rooms as the rail lists them, for those who may enter.
RAIL = (
    ("board.see", "board", _("Today"), "grid_view"),
    ("tips.read", "tips:tip_list", _("Tips"), "forum"),
    ("notices.see", "outbox:notice_list", _("Notices"), "notifications"),
    ("schools.see", "school_list", _("Schools"), "school"),
    ("members.see", "member_list", _("People and roles"), "people"),
    ("audit.see", "audit_list", _("Audit"), "history"),
)


def shell(request: HttpRequest) -> dict[str, Any]:
    """The frame's facts; for a visitor no more than the partnership's name."""
    partnership = getattr(request, "partnership", None)
    membership = getattr(request, "membership", None)
    facts: dict[str, Any] = {"partnership": partnership, "membership": membership, "rail": []}
    if membership is None or partnership is None:
        return facts
    return facts | {
        "rail": [
            {"url": url, "label": label, "icon": icon, "current": request.path.startswith(url)}
            for permission, name, label, icon in RAIL
            if may(membership, permission)
            for url in [reverse(name, kwargs={"partnership": partnership.slug})]
        ],
        "member_name": membership.user.name,
        "role_name": membership.get_role_display(),
        "now_local": timezone.localtime(),
        "idle_seconds": settings.IDLE_LOCK_SECONDS,
    }
