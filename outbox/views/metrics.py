"""What the operator's monitor scrapes. To anybody else there is no such page."""

import threading
import time

from django.conf import settings
from django.db import Error, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST

from outbox import collecting
from partnership.checks import is_loopback
from partnership.permissions import public

KEPT_SECONDS = 5.0
PROXIED = ("Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto")


class LastScrape:
    """The last answer: a monitor that asks too often, or three of them, cost one look."""

    def __init__(self) -> None:
        self.text, self.until = b"", 0.0
        self.alone = threading.Lock()

    def fresh(self) -> bytes:
        with self.alone:
            if time.monotonic() >= self.until:
                self.text = collecting.text()
                self.until = time.monotonic() + KEPT_SECONDS
            return self.text


kept = LastScrape()


@public
@require_safe
@transaction.non_atomic_requests
def metrics(request: HttpRequest) -> HttpResponse:
    if not may_scrape(request):
        raise Http404
    try:
        return HttpResponse(kept.fresh(), content_type=CONTENT_TYPE_LATEST)
    except Error:
        return HttpResponse("The database is away.\n", status=503, content_type="text/plain")


def may_scrape(request: HttpRequest) -> bool:
    """Whoever shows the token. Without one, who stands on this machine and asks it by a name that
    only means itself: a proxy on the same machine passes on the name that the public uses."""
    if settings.METRICS_TOKEN:
        shown = request.headers.get("Authorization", "")
        return constant_time_compare(shown, f"Bearer {settings.METRICS_TOKEN}")
    if any(name in request.headers for name in PROXIED):
        return False
    host = request.get_host().rpartition(":")[0] or request.get_host()
    return is_loopback(request.META.get("REMOTE_ADDR", "")) and is_loopback(host)
