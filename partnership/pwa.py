"""The portal as an app on a device: what it is called, its worker, and a page for no connection.

The worker keeps that one page and its stylesheets, and never a page of somebody signed in.
"""

import hashlib
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from partnership.permissions import public

# All that the page for no connection needs; nothing else is ever kept on a device.
KEPT = (
    "css/tokens.css",
    "vendor/uswds/uswds.css",
    "css/portal.css",
    "css/panic.css",
    "js/init.js",
    "js/portal.js",
    "img/mark.svg",
    "img/mark-192.png",
)
THEME = "#0f6460"


@public
@transaction.non_atomic_requests
def manifest(request: HttpRequest) -> HttpResponse:
    """What the device calls the app, and which picture it shows."""
    icons = [
        {"src": static("img/mark.svg"), "sizes": "any", "type": "image/svg+xml"},
        picture("img/mark-192.png", 192),
        picture("img/mark-512.png", 512),
        picture("img/mark-512.png", 512) | {"purpose": "maskable"},
    ]
    facts = {
        "id": "/",
        "name": _("School safety"),
        "short_name": _("School safety"),
        "lang": get_language(),
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": "#ffffff",
        "theme_color": THEME,
        "icons": icons,
    }
    return JsonResponse(
        facts, content_type="application/manifest+json", headers={"Cache-Control": "no-cache"}
    )


def picture(path: str, size: int) -> dict[str, Any]:
    return {"src": static(path), "sizes": f"{size}x{size}", "type": "image/png"}


@public
@transaction.non_atomic_requests
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker. It stands at the root, or it could not speak for every page."""
    kept = [reverse("offline"), *map(static, KEPT)]
    name = hashlib.sha256(" ".join(kept).encode()).hexdigest()[:12]
    facts = {"kept": kept, "name": f"offline-{name}", "picture": static("img/mark-192.png")}
    answer = render(request, "pwa/sw.js", facts, content_type="text/javascript; charset=utf-8")
    answer.headers["Cache-Control"] = "no-cache"
    return answer


@public
@transaction.non_atomic_requests
def offline(request: HttpRequest) -> HttpResponse:
    """What a device shows without a connection: whom to call."""
    return render(request, "pwa/offline.html")
