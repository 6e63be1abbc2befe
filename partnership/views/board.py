"""Today: the rooms' cards, by what the member may see."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partnership.models import School
from partnership.permissions import MemberRequest, may, requires

# (permission, URL name of the room's card, heading): rooms are known by name only.
CARDS = (
    ("tips.read", "tips:card", _("Tips waiting")),
    ("notices.see", "outbox:card", _("Notices")),
)


@requires("board.see")
def board(request: MemberRequest) -> HttpResponse:
    """The live board: each room serves its own card, so the ground need not know the rooms."""
    today = timezone.localdate()
    schools = School.objects.visible_to(request.membership)
    return render(
        request,
        "board.html",
        {
            "cards": [
                {"url": reverse(name, args=[request.partnership.slug]), "title": title}
                for permission, name, title in CARDS
                if may(request.membership, permission)
            ],
            "schools": schools.count(),
            "in_session": schools.in_session_on(today).count(),
        },
    )
