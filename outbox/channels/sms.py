"""Sends a delivery as a text message, through Twilio or any gateway that takes JSON."""

from importlib import import_module

from outbox.channels.account import account_of
from outbox.channels.base import Carrier
from outbox.channels.http_gateway import HttpGateway


def open_carrier(url: str, *, name: str) -> Carrier:
    account = account_of(url, name=name)
    if not account.is_twilio:
        return HttpGateway(account)
    # By name: their client takes a while to load, and few installations use it.
    carrier: Carrier = import_module("outbox.channels.twilio_client").TwilioTexts(account)
    return carrier
