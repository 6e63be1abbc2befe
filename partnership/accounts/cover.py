"""What a covered screen answers: nothing of the page, and never the loss of what was typed."""

from typing import Any

from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect

READING = frozenset({"GET", "HEAD", "OPTIONS"})
# What proves who somebody is goes into no page.
NEVER_KEPT = ("csrfmiddlewaretoken", "password", "passphrase", "again", "code", "credential")


def concealed(request: Any, *, door: str) -> HttpResponse:
    """Lead to `door` and from there back; whoever sent words gets them kept in the answer."""
    if wants_json(request):
        return JsonResponse({"open": False}, status=401)
    if request.method not in READING:
        return words_kept(request, door)
    if request.htmx:
        page = request.htmx.current_url_abs_path or "/"
        return HttpResponseClientRedirect(reverse(door, query={"next": page}))
    return redirect(reverse(door, query={"next": request.get_full_path()}))


def words_kept(request: Any, door: str) -> HttpResponse:
    """A page that shows nothing of what was typed but sends it again after unlocking: the browser
    keeps no copy of a page that must not be stored, so going back would lose the words."""
    kept = [
        (name, value)
        for name, values in request.POST.lists()
        if not any(secret in name for secret in NEVER_KEPT)
        for value in values
    ]
    facts = {"door": reverse(door), "again": request.get_full_path(), "kept": kept}
    response = render(request, "account/words_kept.html", facts, status=401)
    if request.htmx:  # htmx shows only what succeeded
        response.status_code = 200
        response.headers["HX-Retarget"] = "body"
        response.headers["HX-Reswap"] = "innerHTML"
    return response


def wants_json(request: Any) -> bool:
    wanted: str = request.get_preferred_type(["text/html", "application/json"]) or ""
    return wanted == "application/json"
