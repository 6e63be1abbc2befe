"""Programs of the district or an agency that are told of some notices, as the coordinator keeps
them."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from outbox.actions import webhooks as actions
from outbox.actions.telling import TEST
from outbox.forms import WebhookForm
from outbox.forms.kinds import title_of
from outbox.models import Delivery, WebhookEndpoint
from outbox.views.ladders import went_well
from outbox.views.sentences import failure_in_words
from outbox.views.trying import facts_of, page_or_part
from partnership.permissions import MemberRequest, requires


@requires("webhooks.manage")
def webhook_list(request: MemberRequest) -> HttpResponse:
    endpoints = in_use().order_by("name", "pk")
    facts = {"told": [in_words(one) for one in endpoints]}
    return render(request, "outbox/webhook_list.html", facts)


@requires("webhooks.manage")
def webhook_add(request: MemberRequest) -> HttpResponse:
    endpoint = WebhookEndpoint(partnership=request.partnership)
    form = WebhookForm(request.POST or None, endpoint=endpoint)
    secrets: list[str] = []
    if went_well(form, lambda: secrets.append(actions.add_webhook(form.filled(), by=request.user))):
        return secret_page(request, endpoint, secrets[0])
    facts = {"form": form, "endpoint": None}
    return render(request, "outbox/webhook_form.html", facts, status=422 if form.errors else 200)


@requires("webhooks.manage")
def webhook_change(request: MemberRequest, pk: UUID) -> HttpResponse:
    """One program: its address and kinds, a test, and the deeds."""
    endpoint = get_object_or_404(in_use(), pk=pk)
    form = WebhookForm(request.POST or None, endpoint=endpoint)
    if went_well(form, lambda: actions.change_webhook(form.filled(), by=request.user)):
        messages.success(request, _("The webhook is changed."))
        return to_webhook(request, pk)
    facts = {"form": form, **in_words(get_object_or_404(in_use(), pk=pk))}
    return render(request, "outbox/webhook_form.html", facts, status=422 if form.errors else 200)


@requires("webhooks.manage")
@require_POST
def webhook_pause(request: MemberRequest, pk: UUID) -> HttpResponse:
    actions.pause_webhook(get_object_or_404(in_use(), pk=pk), by=request.user)
    return to_webhook(request, pk)


@requires("webhooks.manage")
@require_POST
def webhook_resume(request: MemberRequest, pk: UUID) -> HttpResponse:
    actions.resume_webhook(get_object_or_404(in_use(), pk=pk), by=request.user)
    return to_webhook(request, pk)


@requires("webhooks.manage")
@require_POST
def webhook_secret(request: MemberRequest, pk: UUID) -> HttpResponse:
    """A new secret, shown on this answer and never again."""
    endpoint = get_object_or_404(in_use(), pk=pk)
    return secret_page(request, endpoint, actions.renew_secret(endpoint, by=request.user))


@requires("webhooks.manage")
@require_POST
def webhook_remove(request: MemberRequest, pk: UUID) -> HttpResponse:
    actions.remove_webhook(get_object_or_404(in_use(), pk=pk), by=request.user)
    messages.success(request, _("Removed. Nothing is sent there any more."))
    return redirect("outbox:webhook_list", partnership=request.partnership.slug)


@requires("webhooks.manage")
@require_POST
def webhook_test(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Send a test, and go where its result stands."""
    row = actions.send_webhook_test(get_object_or_404(in_use(), pk=pk), by=request.user)
    slug = request.partnership.slug
    return redirect("outbox:webhook_result", partnership=slug, pk=pk, test=row.pk)


@requires("webhooks.manage")
def webhook_result(request: MemberRequest, pk: UUID, test: UUID) -> HttpResponse:
    """How far the test has come; asked for again by the page itself while it is on its way."""
    endpoint = get_object_or_404(in_use(), pk=pk)
    row = get_object_or_404(Delivery, pk=test, endpoint=endpoint, notification__kind=TEST)
    facts = {**facts_of(row), "endpoint": endpoint}
    return render(request, page_or_part(request, "outbox/webhook_test.html"), facts)


def in_use() -> QuerySet[WebhookEndpoint]:
    """Those that were not removed."""
    return WebhookEndpoint.objects.exclude(url="")


def in_words(endpoint: WebhookEndpoint) -> dict[str, Any]:
    return {
        "endpoint": endpoint,
        "titles": [title_of(kind) for kind in endpoint.kinds],
        "why": failure_in_words(endpoint.last_failure),
    }


def secret_page(request: MemberRequest, endpoint: WebhookEndpoint, secret: str) -> HttpResponse:
    """Shown once: kept by nobody but the program, and wrapped here."""
    facts = {"endpoint": endpoint, "secret": secret}
    return render(request, "outbox/webhook_secret.html", facts)


def to_webhook(request: MemberRequest, pk: UUID) -> HttpResponse:
    return redirect("outbox:webhook_change", partnership=request.partnership.slug, pk=pk)
