"""The operator's view: what waits, how the providers do, what failed for good: from the rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from outbox import metering
from outbox.actions.operating import MOST_AT_ONCE, dead_letters, retry, retry_all
from outbox.forms.kinds import title_of
from outbox.metering import Tries
from outbox.models import Channel, Escalation, Finding
from outbox.views.dead import dead_letter
from partnership.models import Partnership
from partnership.permissions import MemberRequest, may, requires

PAGE, LADDERS = 25, 10
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True)
class Line:
    """How one provider does. rests_until: set while it is left alone; tries: of the last hour"""

    name: str
    way: str
    is_standby: bool
    rests_until: datetime | None
    tries: Tries


@dataclass(frozen=True)
class Climb:
    """A ladder on its way. done: steps so far; of: how many there are before it repeats"""

    title: str
    done: int
    of: int
    started_at: datetime
    next_at: datetime | None


@requires("outbox.see")
def operator(request: MemberRequest) -> HttpResponse:
    """The whole page, or the part of it that asks again by itself."""
    is_part = bool(request.headers.get("HX-Request"))
    template = "outbox/operator.html#now" if is_part else "outbox/operator.html"
    return render(request, template, facts_of(request))


@requires("outbox.operate")
@require_POST
def operator_retry(request: MemberRequest, pk: UUID) -> HttpResponse:
    row = get_object_or_404(dead_or_alive(), pk=pk)
    retry(row, by=request.user)
    messages.success(request, _("It is sent once more."))
    return redirect("outbox:operator", partnership=request.partnership.slug)


@requires("outbox.operate")
@require_POST
def operator_retry_all(request: MemberRequest) -> HttpResponse:
    number = retry_all(by=request.user)
    words = ngettext(
        "%(number)d message is sent once more.", "%(number)d messages are sent once more.", number
    )
    messages.success(request, words % {"number": number})
    return redirect("outbox:operator", partnership=request.partnership.slug)


def facts_of(request: MemberRequest) -> dict[str, Any]:
    lines = metering.queues()
    related = ("notification", "membership__user", "endpoint")
    failed = dead_letters().select_related(*related).order_by("-pk")
    page = Paginator(failed.fetch_mode(models.FETCH_RAISE), PAGE).get_page(request.GET.get("page"))
    return {
        "lines": [(line, Channel(line.channel).label) for line in lines],
        "waiting": sum(line.waiting for line in lines),
        "held": sum(line.held for line in lines),
        "oldest": metering.oldest(lines),
        "providers": providers(),
        "climbs": climbs(),
        "climbing": metering.open_ladders(),
        "findings": findings(request.partnership),
        "page": page,
        "letters": [dead_letter(row) for row in page],
        "may_operate": may(request.membership, "outbox.operate"),
        "most_at_once": MOST_AT_ONCE,
    }


def dead_or_alive() -> models.QuerySet[Any]:
    """Any message but those in the portal: one that is not dead any more is a 409, not a 404."""
    rows = dead_letters().model.objects.exclude(channel=Channel.IN_APP)
    return rows.select_related("notification")


def providers() -> list[Line]:
    rests: Mapping[str, datetime] = metering.resting()
    return [line_of(name, tries, rests.get(name)) for name, tries in metering.tries(HOUR).items()]


def line_of(name: str, tries: Tries, rests_until: datetime | None) -> Line:
    channel, _dash, number = name.rpartition("-")
    return Line(name, str(Channel(channel).label), number != "1", rests_until, tries)


def climbs() -> list[Climb]:
    """Those whose next step comes first."""
    rows = Escalation.objects.open().select_related("notification").order_by("next_at")[:LADDERS]
    return [
        Climb(
            title=title_of(row.notification.kind),
            done=row.rung,
            of=len(row.rungs),
            started_at=row.started_at,
            next_at=row.next_at,
        )
        for row in rows
    ]


def findings(partnership: Partnership) -> list[Finding]:
    """What the auditor sees now, and what ended within the last day."""
    lately = Q(ended_at=None) | Q(ended_at__gt=Now() - DAY)
    mine = Finding.objects.concerning(partnership).filter(lately)
    return list(mine.order_by(models.F("ended_at").desc(nulls_first=True), "-pk")[:20])
