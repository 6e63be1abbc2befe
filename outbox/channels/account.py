"""Accounts at telephone companies, as their URLs in the settings say: whom to call, as whom,
with which secret, from which number. Names no one and knows no message."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import parse_qs, unquote, urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse

SCHEMES = {"twilio": "https", "twilio+http": "http", "https": "https", "http": "http"}
# Of Twilio's many codes, those that say nothing will ever arrive at this number.
TWILIO_DEAD = {
    21211: "invalid-number",
    21214: "invalid-number",
    21217: "invalid-number",
    21614: "invalid-number",
    21610: "opted-out",
    30005: "unknown-number",
    30006: "landline",
}
# The same in what other gateways say.
DEAD = frozenset({"invalid-number", "invalid-to", "unknown-number", "landline", "opted-out"})
# Stands where the id of a delivery will stand.
NOBODY = "00000000-0000-0000-0000-000000000000"


@dataclass(frozen=True)
class Account:
    """One provider of text messages or calls.

    name: "sms-1"
    base: where it is called, without user and secret
    user, secret: who we are there; the secret also signs what it reports to us
    sender: the number our messages come from; empty where the provider knows
    """

    name: str
    is_twilio: bool
    base: str
    user: str = field(repr=False)
    secret: str = field(repr=False)
    sender: str


def account_of(url: str, *, name: str) -> Account:
    """Read `twilio://SID:TOKEN@host?from=…` or `https://user:secret@host/path?from=…`."""
    parts = urlsplit(url)
    scheme = SCHEMES.get(parts.scheme)
    if scheme is None or not parts.hostname:
        raise ImproperlyConfigured(f"The address of {name} is none that this channel knows.")
    place = parts.netloc.rpartition("@")[2]
    if scheme == "http" and place not in settings.OUTBOX_INSIDE_HOSTS:
        raise ImproperlyConfigured(f"The address of {name} must be https.")
    return Account(
        name=name,
        is_twilio=parts.scheme.startswith("twilio"),
        base=f"{scheme}://{place}{parts.path}",
        user=unquote(parts.username or ""),
        secret=unquote(parts.password or ""),
        sender=parse_qs(parts.query).get("from", [""])[0],
    )


def accounts_of(channel: str) -> Iterator[Account]:
    """All providers of a channel that can report something afterwards."""
    urls = settings.OUTBOX_PROVIDERS.get(channel, ())
    for number, url in enumerate(urls, start=1):
        if urlsplit(url).scheme in SCHEMES:
            yield account_of(url, name=f"{channel}-{number}")


def callback_url(channel: str, slug: str, delivery: object) -> str:
    """Where a provider reports what became of one message."""
    return _callbacks(settings.PUBLIC_URL, channel, slug).replace(NOBODY, str(delivery))


def call_url(slug: str, delivery: object) -> str:
    """Where a call asks what to say."""
    path = reverse("outbox:call", kwargs={"partnership": slug, "pk": delivery})
    return f"{settings.PUBLIC_URL}{path}"


@lru_cache(maxsize=512)
def _callbacks(public_url: str, channel: str, slug: str) -> str:
    kwargs = {"partnership": slug, "channel": channel, "pk": NOBODY}
    return public_url + reverse("outbox:callback", kwargs=kwargs)
