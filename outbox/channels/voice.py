"""Sends a delivery as a telephone call, which a key press acknowledges.

Twilio asks us what to say; any other gateway gets the words with the call, says them twice, and
reports the key that was pressed.
"""

from importlib import import_module

from outbox.channels.account import account_of
from outbox.channels.base import Carrier
from outbox.channels.http_gateway import HttpGateway


def open_carrier(url: str, *, name: str) -> Carrier:
    account = account_of(url, name=name)
    if not account.is_twilio:
        return HttpGateway(account)
    carrier: Carrier = import_module("outbox.channels.twilio_client").TwilioCalls(account)
    return carrier
