"""Who can not be reached, and why: looked at before it matters."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.paginator import Paginator
from django.db.models import (
    FETCH_RAISE,
    Case,
    Count,
    Exists,
    IntegerChoices,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    When,
)
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from outbox.channels.providers import served_channels
from outbox.models import PHONE_CHANNELS, Channel, ContactPoint, Delivery
from outbox.views.sentences import failure_in_words
from partnership.models import Membership
from partnership.permissions import MemberRequest, requires

PAGE = 50
KIND, STATUS = ContactPoint.Kind, ContactPoint.Status


class Reach(IntegerChoices):
    """How well somebody can be reached; the worst comes first."""

    NOBODY = 0, _("Nobody can reach them in an emergency")
    EMAIL = 1, _("Only by e-mail")
    FINE = 2, _("Fine")


@dataclass(frozen=True)
class Broken:
    """A telephone or device that stopped working, since when and why."""

    contact: ContactPoint
    why: str


@dataclass(frozen=True)
class Person:
    """One line.

    failed_at, failed_way, why: the newest message to them that did not arrive
    """

    member: Membership
    reach: Reach
    phones: int
    devices: int
    broken: list[Broken]
    waiting: int
    failed_at: datetime | None
    failed_way: str
    why: str


@requires("reach.see")
def reach(request: MemberRequest) -> HttpResponse:
    people = with_reach(Membership.objects.current())
    picked = request.GET.get("group", "")
    shown = people.filter(reach=int(picked)) if picked in map(str, Reach.values) else people
    page = Paginator(in_order(shown), PAGE).get_page(request.GET.get("page"))
    counts = dict(people.order_by().values_list("reach").annotate(Count("pk")))
    facts = {
        "page": page,
        "people": persons(list(page)),
        "groups": [(group, counts.get(group.value, 0)) for group in Reach],
        "picked": picked,
        "keep": f"&group={picked}" if picked else "",
    }
    return render(request, "outbox/reach.html", facts)


def with_reach(people: QuerySet[Membership]) -> QuerySet[Any, Any]:
    """Each with how well they can be reached now.

    A letter counts as undeliverable while none that came after it was taken.
    """
    ways = ContactPoint.objects.usable().filter(membership=OuterRef("pk"), kind__in=served_kinds())
    letters = Delivery.objects.filter(membership=OuterRef("pk"), channel=Channel.EMAIL)
    refused = letters.filter(status=Delivery.Status.FAILED).order_by("-pk").values("pk")[:1]
    taken = letters.filter(status__in=Delivery.GONE_OUT, pk__gt=OuterRef("refused"))
    return people.annotate(has_way=Exists(ways), refused=Subquery(refused)).annotate(
        reach=Case(
            When(has_way=True, then=Reach.FINE.value),
            When(Q(refused__isnull=False) & ~Exists(taken), then=Reach.NOBODY.value),
            default=Reach.EMAIL.value,
        )
    )


def served_kinds() -> list[str]:
    """The kinds of contact that this installation can use."""
    served = served_channels()
    has_phones = any(channel in served for channel in PHONE_CHANNELS)
    phones = [KIND.PHONE.value] if has_phones else []
    return [*phones, *([KIND.DEVICE.value] if Channel.PUSH in served else [])]


def in_order(people: QuerySet[Any, Any]) -> QuerySet[Any, Any]:
    contacts = Prefetch(
        "contact_points", ContactPoint.objects.exclude(wrapped="").order_by("pk"), to_attr="kept"
    )
    ordered = people.select_related("user").prefetch_related(contacts)
    return ordered.order_by("reach", "user__name", "pk").fetch_mode(FETCH_RAISE)


def persons(members: list[Any]) -> list[Person]:
    failed = Delivery.objects.filter(
        membership__in=[member.pk for member in members], status=Delivery.Status.FAILED
    )
    newest = failed.order_by("membership_id", "-pk").distinct("membership_id")
    by_member = {row.membership_id: row for row in newest}
    return [person(member, by_member.get(member.pk)) for member in members]


def person(member: Any, failed: Delivery | None) -> Person:
    working = [one.kind for one in member.kept if one.status == STATUS.VERIFIED]
    return Person(
        member=member,
        reach=Reach(member.reach),
        phones=working.count(KIND.PHONE),
        devices=working.count(KIND.DEVICE),
        broken=[
            Broken(one, failure_in_words(one.last_failure))
            for one in member.kept
            if one.status == STATUS.BROKEN
        ],
        waiting=sum(one.status == STATUS.UNVERIFIED for one in member.kept),
        failed_at=failed.due_at if failed else None,
        failed_way=str(Channel(failed.channel).label) if failed else "",
        why=failure_in_words(failed.last_failure) if failed else "",
    )
