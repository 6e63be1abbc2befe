"""One tip in words, and what the team does with it."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from partnership.crypto import SealBroken
from partnership.permissions import MemberRequest, may, requires
from partnership.views import broken
from tips import actions
from tips.forms import MessageForm
from tips.models import Adult, AdultRole, Details, Place, Tip, When

REFUSED = 422


@requires("tips.read")
@require_safe
def tip_detail(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Opening is logged although this is a GET (docs/adr/0006)."""
    return detail_page(request, tip_of(request, pk), MessageForm())


@requires("tips.answer")
@require_POST
def tip_acknowledge(request: MemberRequest, pk: UUID) -> HttpResponse:
    tip = tip_of(request, pk)
    actions.acknowledge_tip(tip, by=request.membership)
    return to_detail(request, tip)


@requires("tips.answer")
@require_POST
def tip_answer(request: MemberRequest, pk: UUID) -> HttpResponse:
    tip, form = tip_of(request, pk), MessageForm(request.POST)
    if not form.is_valid():
        return detail_page(request, tip, form, status=REFUSED)
    actions.answer_tip(tip, form.cleaned_data["text"], by=request.membership)
    return to_detail(request, tip)


@requires("tips.close")
@require_POST
def tip_close(request: MemberRequest, pk: UUID) -> HttpResponse:
    tip = tip_of(request, pk)
    actions.close_tip(tip, by=request.membership)
    return to_detail(request, tip)


def tip_of(request: MemberRequest, pk: UUID) -> Tip:
    """The tip, if this member may read it: for anybody else there is none."""
    tips = Tip.objects.visible_to(request.membership)
    return get_object_or_404(tips.select_related("school", "holder__user"), pk=pk)


def to_detail(request: MemberRequest, tip: Tip) -> HttpResponse:
    return redirect("tips:tip_detail", partnership=request.partnership.slug, pk=tip.pk)


def detail_page(
    request: MemberRequest, tip: Tip, form: MessageForm, *, status: int = 200
) -> HttpResponse:
    """The words are opened first: a seal that does not fit is noted, and shows nothing."""
    try:
        words = opened(tip)
    except SealBroken:
        actions.note_broken_seal(tip, by=request.membership)
        return broken(request)
    actions.read_tip(tip, by=request.membership)
    may_answer = may(request.membership, "tips.answer")
    facts = {
        "tip": tip,
        "readers": readers_of(tip),
        "reply_form": form if may_answer and not tip.is_closed else None,
        "may_answer": may_answer,
        "may_close": may(request.membership, "tips.close"),
        "watermark": f"{request.membership.user.name} · {timezone.localtime():%Y-%m-%d %H:%M}",
    }
    return render(request, "tips/tip_detail.html", {**words, **facts}, status=status)


def opened(tip: Tip) -> dict[str, Any]:
    """Everything under the seal. Raises SealError."""
    return {
        "words": tip.text,
        "facts": facts_of(tip.details),
        "messages": [{"from_us": one.from_us, "text": one.text} for one in tip.messages.all()],
    }


def facts_of(details: Details) -> list[dict[str, Any]]:
    """What was said beside the words, as far as anything was."""
    roles = ", ".join(str(AdultRole(role).label) for role in details.adult_roles)
    pairs = (
        (_("Who it is about"), details.who),
        (_("Where"), details.place and Place(details.place).label),
        (_("When"), details.when and When(details.when).label),
        (_("About an adult who works at a school"), details.adult and Adult(details.adult).label),
        (_("Which adult"), roles),
        (_("Their name"), details.adult_name),
        (_("Written in"), dict(settings.LANGUAGES).get(details.language, "")),
    )
    return [{"label": label, "value": value} for label, value in pairs if value]


def readers_of(tip: Tip) -> list[dict[str, Any]]:
    """Who may read it, and whether they have."""
    recipients = tip.recipients.select_related("membership__user").order_by(
        "membership__user__name"
    )
    return [
        {
            "name": recipient.membership.user.name,
            "role": recipient.membership.get_role_display(),
            "opened": recipient.first_read_at is not None,
        }
        for recipient in recipients
    ]
