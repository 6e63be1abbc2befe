"""The team's desk: what waits, most dangerous first. Facts only; no words are opened here."""

from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.db import models
from django.db.models import Count
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_safe

from partnership.models import School
from partnership.permissions import MemberRequest, requires
from tips.models import Kind, Tip, TipQuerySet, Urgency

PAGE, CARD = 50, 5
LISTS = {
    "needs": pgettext_lazy("tips", "Needs me"),
    "open": pgettext_lazy("tips", "All open"),
    "closed": pgettext_lazy("tips", "Closed"),
}


@requires("tips.read")
@require_safe
def tip_list(request: MemberRequest) -> HttpResponse:
    shown = one_of(LISTS, request.GET.get("show"), otherwise="open")
    mine = filtered(Tip.objects.visible_to(request.membership), request.GET)
    page = Paginator(rows(subset(mine, shown, request)), PAGE).get_page(request.GET.get("page"))
    facts = {
        "tips": page.object_list,
        "page": page,
        "keep": "&" + with_query(request.GET, show=shown),
        "chips": chips(request, mine, shown),
        "schools": School.objects.visible_to(request.membership),
        "kinds": list(Kind),
        "shown": shown,
    }
    return render(request, "tips/tip_list.html", facts)


@requires("tips.read")
@require_safe
def card(request: MemberRequest) -> HttpResponse:
    """The board's card: what needs this member."""
    waiting = Tip.objects.visible_to(request.membership).needing(request.membership)
    totals = waiting.values_list("urgency").annotate(Count("pk")).order_by()
    counts = {Urgency(urgency).word: count for urgency, count in totals}
    return render(request, "tips/card.html", {"tips": rows(waiting)[:CARD], "counts": counts})


def rows(tips: TipQuerySet) -> TipQuerySet:
    """In order, with all that a row shows; anything else asked of them is an error."""
    shown = tips.most_dangerous_first().select_related("school", "holder__user")
    return shown.defer("text", "sealed_details").fetch_mode(models.FETCH_RAISE)


def subset(tips: TipQuerySet, shown: str, request: MemberRequest) -> TipQuerySet:
    if shown == "needs":
        return tips.needing(request.membership)
    return tips.closed() if shown == "closed" else tips.open()


def filtered(tips: TipQuerySet, query: QueryDict) -> TipQuerySet:
    """Those of one school and one kind, where the reader picked any."""
    if kind := one_of(Kind.values, query.get("kind"), otherwise=""):
        tips = tips.filter(kind=kind)
    if school := as_key(query.get("school", "")):
        tips = tips.filter(school=school)
    return tips


def chips(request: MemberRequest, tips: TipQuerySet, shown: str) -> list[dict[str, Any]]:
    counts = tips.counted_for(request.membership)
    return [
        {
            "label": label,
            "url": "?" + with_query(request.GET, show=name),
            "current": name == shown,
            "count": counts[name],
        }
        for name, label in LISTS.items()
    ]


def with_query(query: QueryDict, *, show: str) -> str:
    """The filters that are set, with another list; the page begins anew."""
    kept = QueryDict(mutable=True)
    kept["show"] = show
    for name in ("kind", "school"):
        if value := query.get(name):
            kept[name] = value
    return kept.urlencode()


def one_of(known: Any, asked: str | None, *, otherwise: str) -> str:
    return asked if asked in known and asked else otherwise


def as_key(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
