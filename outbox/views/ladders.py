"""Ladders: whom a notice reaches next when nobody answers, as the coordinator sets them."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Prefetch
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from outbox.actions import ladders as actions
from outbox.forms import AnswerForm, LadderForm, RungForm
from outbox.forms.kinds import title_of
from outbox.models import Ladder, Rung
from outbox.views.steps import Step, last_words, step_of
from partnership.actions import Refused
from partnership.permissions import MemberRequest, requires


@requires("ladders.manage")
def ladder_list(request: MemberRequest) -> HttpResponse:
    """Every ladder in words, and the beginning of a new one."""
    return ladders_page(request, LadderForm())


@requires("ladders.manage")
@require_POST
def ladder_add(request: MemberRequest) -> HttpResponse:
    form = LadderForm(request.POST)
    if not form.is_valid():
        return ladders_page(request, form)
    ladder = form.ladder(request.partnership)
    if not went_well(form, lambda: actions.add_ladder(ladder, by=request.user)):
        return ladders_page(request, form)
    messages.success(request, _("The ladder is here. Now add its steps."))
    return to_ladder(request, ladder)


@requires("ladders.manage")
def ladder_change(request: MemberRequest, pk: UUID) -> HttpResponse:
    """One ladder: its steps, and what an answer stops."""
    ladder = get_object_or_404(Ladder, pk=pk)
    form = AnswerForm(request.POST or None, ladder=ladder)
    if form.is_valid():
        actions.change_ladder(form.filled(), by=request.user)
        messages.success(request, _("The ladder is changed."))
        return to_ladder(request, ladder)
    facts = {"ladder": ladder, "form": form, **in_words(ladder, list(ladder.rungs.all()))}
    facts["is_full"] = len(facts["steps"]) >= actions.MOST_RUNGS
    return render(request, "outbox/ladder_form.html", facts, status=422 if form.errors else 200)


@requires("ladders.manage")
@require_POST
def ladder_remove(request: MemberRequest, pk: UUID) -> HttpResponse:
    actions.remove_ladder(get_object_or_404(Ladder, pk=pk), by=request.user)
    messages.success(request, _("The ladder is removed. Everybody is told at once again."))
    return redirect("outbox:ladder_list", partnership=request.partnership.slug)


@requires("ladders.manage")
def rung_add(request: MemberRequest, pk: UUID) -> HttpResponse:
    """A further step, five minutes after the last unless somebody says otherwise."""
    ladder = get_object_or_404(Ladder, pk=pk)
    last = ladder.rungs.last()
    after = min((last.after_seconds if last else 0) + 300, actions.LATEST_SECONDS)
    channels = list(actions.USUAL_CHANNELS)
    rung = Rung(
        partnership=ladder.partnership, ladder=ladder, after_seconds=after, channels=channels
    )
    return rung_page(request, rung)


@requires("ladders.manage")
def rung_change(request: MemberRequest, pk: UUID) -> HttpResponse:
    return rung_page(request, get_object_or_404(Rung.objects.select_related("ladder"), pk=pk))


@requires("ladders.manage")
@require_POST
def rung_remove(request: MemberRequest, pk: UUID) -> HttpResponse:
    rung = get_object_or_404(Rung.objects.select_related("ladder"), pk=pk)
    try:
        actions.remove_rung(rung, by=request.user)
    except Refused as why:
        messages.error(request, str(why))
    return to_ladder(request, rung.ladder)


@requires("ladders.manage")
@require_POST
def rung_move(request: MemberRequest, pk: UUID) -> HttpResponse:
    """One place earlier or later: it changes times with its neighbor."""
    rung = get_object_or_404(Rung.objects.select_related("ladder"), pk=pk)
    actions.move_rung(rung, earlier=request.POST.get("to") == "earlier", by=request.user)
    return to_ladder(request, rung.ladder)


def rung_page(request: MemberRequest, rung: Rung) -> HttpResponse:
    is_new = rung._state.adding
    form = RungForm(request.POST or None, rung=rung)
    if went_well(form, lambda: actions.put_rung(form.filled(), by=request.user)):
        messages.success(request, _("The step is kept."))
        return to_ladder(request, rung.ladder)
    facts = {"form": form, "ladder": rung.ladder, "title": title_of(rung.ladder.kind)}
    status = 422 if form.errors else 200
    return render(request, "outbox/rung_form.html", facts | {"is_new": is_new}, status=status)


def ladders_page(request: MemberRequest, form: Form) -> HttpResponse:
    rungs = Prefetch("rungs", Rung.objects.order_by("after_seconds", "pk"))
    ladders = Ladder.objects.prefetch_related(rungs)
    told = [{"ladder": one, **in_words(one, list(one.rungs.all()))} for one in ladders]
    told.sort(key=lambda one: str(one["title"]))
    status = 422 if form.errors else 200
    return render(request, "outbox/ladder_list.html", {"form": form, "told": told}, status=status)


def in_words(ladder: Ladder, rungs: list[Rung]) -> dict[str, Any]:
    """A ladder as somebody would tell it."""
    steps: list[Step] = [step_of(rung) for rung in rungs]
    return {"title": title_of(ladder.kind), "steps": steps, "last": last_words(ladder)}


def went_well(form: Form, deed: Callable[[], object]) -> bool:
    """Do it once the form is right. Where the house refuses, the form says why."""
    if not form.is_valid():
        return False
    try:
        deed()
    except Refused as why:
        form.add_error(None, str(why))
    return not form.errors


def to_ladder(request: MemberRequest, ladder: Ladder) -> HttpResponse:
    return redirect("outbox:ladder_change", partnership=request.partnership.slug, pk=ladder.pk)
