"""System checks: the server does not start with a secret missing, a demo in the open, or a
database role that could walk through the walls."""

from collections.abc import Iterable
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.exceptions import ImproperlyConfigured

from partnership.crypto import key_faults

WEAK = {"", "changeme", "secret", "insecure", "x"}
SECRET_BYTES = 32
LOG_FORMATS = ("plain", "json")


@register(Tags.security)
def secrets_are_strong(app_configs: Any, **kwargs: Any) -> Iterable[CheckMessage]:
    """SECRET_KEY, MASTER_KEY and TIP_PEPPER are there and long enough."""
    key = secret_key()
    if key in WEAK or len(key) < SECRET_BYTES or len(set(key)) < 8:
        yield Error(
            "SECRET_KEY is missing or weak.",
            hint="Give at least 32 random characters as SECRET_KEY or in a file as "
            "SECRET_KEY_FILE.",
            id="partnership.E001",
        )
        return  # nothing else can be derived, or checked, without it
    for fault in key_faults():
        yield Error(
            fault,
            hint="Make one with: python3 -c 'import secrets; print(secrets.token_hex(32))'",
            id="partnership.E002",
        )


def secret_key() -> str:
    """SECRET_KEY, also where it is empty: Django refuses to hand out an empty one."""
    try:
        return str(settings.SECRET_KEY)
    except ImproperlyConfigured:
        return ""


@register(Tags.security)
def demo_stays_at_home(app_configs: Any, **kwargs: Any) -> Iterable[CheckMessage]:
    """One-press sign-in exists only where nobody but this machine can reach it."""
    if not settings.PORTAL_DEMO:
        return
    places = (settings.PORTAL_BIND, urlsplit(settings.PUBLIC_URL).hostname or "")
    if not all(is_loopback(place) for place in places):
        yield Error(
            "PORTAL_DEMO=1 signs anyone in with one press, and this server is not bound to "
            "loopback.",
            hint="Set PORTAL_DEMO=0, or bind to 127.0.0.1 with PUBLIC_URL=http://localhost:8000.",
            id="partnership.E003",
        )


@register(Tags.security)
def stand_ins_stay_at_home(app_configs: Any, **kwargs: Any) -> Iterable[CheckMessage]:
    """What the portal may call although it stands inside is the demo's stand-in, and nothing else:
    any other place there could be reached by whoever types a webhook's address."""
    if settings.OUTBOX_INSIDE_HOSTS and not settings.PORTAL_DEMO:
        yield Error(
            "OUTBOX_INSIDE_HOSTS opens places inside to addresses that people type.",
            hint="Leave it unset; only the demo and the tests use the stand-in gateway.",
            id="partnership.E007",
        )


def is_loopback(place: str) -> bool:
    """Whether a host name or address means this machine alone."""
    if place == "localhost":
        return True
    try:
        return ip_address(place.strip("[]")).is_loopback
    except ValueError:
        return False


@register(Tags.security)
def metrics_token_is_strong(app_configs: Any, **kwargs: Any) -> Iterable[CheckMessage]:
    """A token that can be guessed is worse than none: without one only this machine is answered."""
    token = settings.METRICS_TOKEN
    if token and (len(token) < SECRET_BYTES or len(set(token)) < 8):
        yield Error(
            "METRICS_TOKEN is weak.",
            hint="Make one with: python3 -c 'import secrets; print(secrets.token_hex(32))'",
            id="partnership.E005",
        )


@register
def log_format_is_known(app_configs: Any, **kwargs: Any) -> Iterable[CheckMessage]:
    if settings.LOG_FORMAT not in LOG_FORMATS:
        yield Error(
            "LOG_FORMAT is neither plain nor json.",
            hint=f"One of: {', '.join(LOG_FORMATS)}.",
            id="partnership.E006",
        )


@register(Tags.database)
def role_keeps_behind_the_walls(
    app_configs: Any, databases: Iterable[str] | None = None, **kwargs: Any
) -> Iterable[CheckMessage]:
    """The portal's role can not bypass row-level security and owns no table."""
    from django.db import connections  # noqa: PLC0415 - after the apps are ready

    if "default" not in (databases or ()):
        return
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
        (climbs,) = cursor.fetchone()
    if climbs:
        yield Error(
            "The portal's database role can bypass row-level security.",
            hint="Point DATABASE_URL at the role portal_app; migrations use DATABASE_OWNER_URL.",
            id="partnership.E004",
        )
