"""What people read when something did not work: calm, plain, and never a trace."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import loader


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "errors/400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "errors/403.html", status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "errors/404.html", status=404)


def broken(request: HttpRequest) -> HttpResponse:
    """Rendered without the request: what broke may be the database itself."""
    return HttpResponse(loader.render_to_string("errors/500.html"), status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(request, "errors/csrf.html", status=403)


def already_done(request: HttpRequest) -> HttpResponse:
    """Two people pressed; the first one's step stands."""
    return render(request, "errors/409.html", status=409)


def closed_for_now(request: HttpRequest, *, is_gone: bool) -> HttpResponse:
    """Sealed words that can not be opened: the vault is away for a while (503), or they were
    erased for good (410)."""
    name, status = ("errors/410.html", 410) if is_gone else ("errors/503.html", 503)
    return render(request, name, status=status)
