"""Alive and ready, for the operator's monitor. Says which part fails, never why in detail."""

from collections.abc import Callable

from django.db import connections, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse

from partnership.celery import app
from partnership.permissions import public
from partnership.pulse import beats_recently


@public
@transaction.non_atomic_requests
def healthz(request: HttpRequest) -> HttpResponse:
    return HttpResponse("alive\n", content_type="text/plain")


@public
@transaction.non_atomic_requests
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when every part works, else 503; the JSON names each part."""
    parts = {name: works(part) for name, part in PARTS.items()}
    return JsonResponse(parts, status=200 if all(parts.values()) else 503)


def works(part: Callable[[], bool]) -> bool:
    """A part that raises is a part that fails; the reason is for the log, not for the network."""
    try:
        return part()
    except Exception:  # any fault at all means "not ready"
        return False


def database_answers(alias: str) -> bool:
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT 1")
        return bool(cursor.fetchone() == (1,))


def broker_answers() -> bool:
    with app.connection_for_write(connect_timeout=1) as connection:
        connection.ensure_connection(max_retries=1, timeout=1)
    return True


PARTS: dict[str, Callable[[], bool]] = {
    "database": lambda: database_answers("default"),
    "vault": lambda: database_answers("vault"),
    "broker": broker_answers,
    "workers": lambda: beats_recently("workers"),
    "sweeper": lambda: beats_recently("sweeper"),
    "auditor": lambda: beats_recently("auditor"),
}
