"""The mailbox of the demo: everything that left the house, whichever way it went."""

from collections.abc import Mapping

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from outbox.channels.mailbox import Kept, StandInAway, newest
from outbox.models import Channel
from partnership.checks import is_loopback
from partnership.demo import DEMO_PARTNERSHIPS
from partnership.models import Partnership
from partnership.permissions import public

MAILBOX = 50
PHONES = {facts.slug: facts.phones for facts in DEMO_PARTNERSHIPS}
ICONS: Mapping[str, str] = {
    Channel.EMAIL: "mail",
    Channel.PUSH: "notifications",
    Channel.SMS: "chat",
    Channel.VOICE: "phone",
    Channel.WEBHOOK: "api",
}


@public
def demo_mailbox(request: HttpRequest) -> HttpResponse:
    """What one partnership sent; only in a demo on this machine."""
    if not (settings.PORTAL_DEMO and is_loopback(request.META.get("REMOTE_ADDR", ""))):
        raise Http404
    partnerships = list(Partnership.objects.all())
    asked = [place for place in partnerships if place.slug == request.GET.get("partnership")]
    picked = next(iter(asked or partnerships), None)
    facts = {"partnerships": partnerships, "picked": picked, **sent_by(picked)}
    return render(request, "outbox/mailbox.html", facts)


def sent_by(picked: Partnership | None) -> dict[str, object]:
    """Each message with its icon, newest first."""
    kept: list[Kept] = []
    is_away = False
    if picked:
        try:
            kept = newest(picked.slug, phones=PHONES.get(picked.slug, ""), most=MAILBOX)
        except StandInAway:
            is_away = True
    return {"mails": [(ICONS[mail.channel], mail) for mail in kept], "is_away": is_away}
