"""A member's own notices."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.core.paginator import Paginator
from django.db import models
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import translation
from django.views.decorators.http import require_POST

from outbox import actions
from outbox.channels.base import words_for
from outbox.models import Delivery, DeliveryQuerySet, Urgency
from partnership.permissions import MemberRequest, requires

PAGE = 25
CARD = 5


@dataclass(frozen=True)
class Notice:
    """One line of the list, in the words of the person who reads."""

    pk: UUID
    words: str
    at: datetime
    is_urgent: bool
    is_new: bool


@requires("notices.see")
def notice_list(request: MemberRequest) -> HttpResponse:
    page = Paginator(mine(request), PAGE).get_page(request.GET.get("page"))
    facts = {
        "page": page,
        "notices": as_notices(request, page),
        "any_new": Delivery.objects.on_the_page_of(request.membership).unseen().exists(),
    }
    return render(request, "outbox/notice_list.html", facts)


@requires("notices.see")
@require_POST
def notice_open(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Off to what the notice is about. A POST, since it is noted as seen."""
    delivery = get_object_or_404(mine(request), pk=pk)
    destination = delivery.notification.link
    actions.see_notice(delivery)
    return redirect(destination)


@requires("notices.see")
@require_POST
def notices_seen(request: MemberRequest) -> HttpResponse:
    actions.see_all_notices(by=request.membership)
    return redirect("outbox:notice_list", partnership=request.partnership.slug)


@requires("notices.see")
def card(request: MemberRequest) -> HttpResponse:
    """The board's card: the last few. Without htmx it is a link, and leads to all of them."""
    if not request.headers.get("HX-Request"):
        return notice_list(request)
    notices = as_notices(request, mine(request)[:CARD])
    return render(request, "outbox/card.html", {"notices": notices})


@requires("notices.see")
def bell(request: MemberRequest) -> HttpResponse:
    """How many are new; asked for in the background by every page."""
    is_urgent = models.Q(notification__urgency__in=(Urgency.URGENT, Urgency.PANIC))
    facts = (
        Delivery.objects.on_the_page_of(request.membership)
        .unseen()
        .aggregate(count=models.Count("pk"), urgent=models.Count("pk", filter=is_urgent))
    )
    return render(request, "outbox/bell.html", facts)


def mine(request: MemberRequest) -> DeliveryQuerySet:
    """The notices of the person who asks, newest first."""
    notices = Delivery.objects.on_the_page_of(request.membership).newest_first()
    return notices.select_related("notification").fetch_mode(models.FETCH_RAISE)


def as_notices(request: MemberRequest, deliveries: Iterable[Delivery]) -> list[Notice]:
    """Each as a line, in the language of the page it will stand on."""
    return [as_notice(request, delivery) for delivery in deliveries]


def as_notice(request: MemberRequest, delivery: Delivery) -> Notice:
    notification = delivery.notification
    words = words_for(
        notification.kind,
        urgency=Urgency(notification.urgency),
        partnership=request.partnership.name,
        language=translation.get_language() or "en",
    )
    return Notice(
        pk=delivery.pk,
        words=words.subject,
        at=notification.planned_at,
        is_urgent=notification.urgency == Urgency.URGENT,
        is_new=delivery.status == Delivery.Status.SUBMITTED,
    )
