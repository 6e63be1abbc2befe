"""A test to oneself, or to a program, by one way; and a page that says how it went."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.db.models.functions import Now
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from outbox.actions.telling import TEST, send_test
from outbox.models import Channel, ContactPoint, Delivery
from outbox.views.contacts import own, to_mine
from outbox.views.lines import WAYS
from outbox.views.mine import means_of
from outbox.views.sentences import how_it_went, is_settled
from partnership.permissions import MemberRequest, requires

MOST, WITHIN = 10, timedelta(minutes=15)


@requires("notices.see")
@require_POST
def tryout_send(request: MemberRequest) -> HttpResponse:
    """Plan a test by just this way, and go where its result stands."""
    channel = request.POST.get("channel", "")
    if channel not in means_of(request).ready:
        raise BadRequest("This way is not there.")
    contact = contact_for(request, channel)
    mine = Delivery.objects.filter(membership=request.membership, notification__kind=TEST)
    if mine.filter(notification__planned_at__gt=Now() - WITHIN).count() >= MOST:
        messages.error(request, _("That were many tests. Wait 15 minutes, then try again."))
        return to_mine(request)
    row = send_test(request.membership, channel, contact)
    return redirect("outbox:tryout_result", partnership=request.partnership.slug, pk=row.pk)


@requires("notices.see")
def tryout_result(request: MemberRequest, pk: UUID) -> HttpResponse:
    """How far the test has come; asked for again by the page itself while it is on its way."""
    mine = Delivery.objects.filter(membership=request.membership, notification__kind=TEST)
    row = get_object_or_404(mine, pk=pk)
    return render(request, page_or_part(request, "outbox/tryout.html"), facts_of(row))


def facts_of(row: Delivery) -> dict[str, Any]:
    bad = (Delivery.Status.FAILED, Delivery.Status.EXPIRED, Delivery.Status.SUPERSEDED)
    return {
        "way": Channel(row.channel).label,
        "sentence": how_it_went(row),
        "is_settled": is_settled(row),
        "is_bad": row.status in bad,
    }


def page_or_part(request: MemberRequest, template: str) -> str:
    return f"{template}#result" if request.headers.get("HX-Request") else template


def contact_for(request: MemberRequest, channel: str) -> ContactPoint | None:
    """The own telephone or device that the form names; none for an e-mail."""
    if channel == Channel.EMAIL:
        return None
    kind = next((kind for kind, ways in WAYS.items() if channel in ways), None)
    usable = own(request).filter(kind=kind, status=ContactPoint.Status.VERIFIED)
    try:
        key = UUID(request.POST.get("contact", ""))
    except ValueError:
        raise Http404 from None
    return get_object_or_404(usable, pk=key)
