"""Which providers a channel has, by the settings, and how each is opened."""

from collections.abc import Mapping
from importlib import import_module

from django.conf import settings

from outbox.channels.base import Carrier
from outbox.models import Channel

# By name, so that a process loads only the libraries of the channels it uses.
MODULES: Mapping[str, str] = {
    Channel.EMAIL: "outbox.channels.email",
    Channel.PUSH: "outbox.channels.push",
    Channel.SMS: "outbox.channels.sms",
    Channel.VOICE: "outbox.channels.voice",
    Channel.WEBHOOK: "outbox.channels.webhook",
}


def names_of(channel: str) -> list[str]:
    """The providers of a channel in the order in which they are asked: "sms-1", "sms-2"."""
    count = len(settings.OUTBOX_PROVIDERS.get(channel, ()))
    return [f"{channel}-{number}" for number in range(1, count + 1)]


def served_channels() -> list[str]:
    """The channels that lead somewhere in this installation, the portal itself not counted."""
    return [channel for channel in MODULES if settings.OUTBOX_PROVIDERS.get(channel)]


def open_provider(name: str) -> Carrier:
    """The carrier behind one name; to be called inside the loop that will use it."""
    channel, _, number = name.rpartition("-")
    url = settings.OUTBOX_PROVIDERS[channel][int(number) - 1]
    if url.startswith("memory:"):
        return _opened("outbox.channels.memory", url, name)
    return _opened(MODULES[channel], url, name)


def _opened(module: str, url: str, name: str) -> Carrier:
    carrier: Carrier = import_module(module).open_carrier(url, name=name)
    return carrier
