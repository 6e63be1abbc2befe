"""Calls: asked for here; what they say and hear is in test_callbacks.py."""

import pytest

from outbox.channels.voice import open_carrier
from outbox.channels.words import words_of
from tests.outbox.parcels import DELIVERY, NUMBER, failure, parcel, send

CALLS = "/2010-04-01/Accounts/AC1/Calls.json"


@pytest.fixture
def call():
    return parcel(channel="voice")


def test_twilio_is_told_where_to_ask_what_to_say(settings, receiver, call):
    settings.OUTBOX_INSIDE_HOSTS = [receiver.url.removeprefix("http://")]
    address = receiver.url.replace("http://", "twilio+http://AC1:token@")
    receiver.answers[CALLS] = '{"sid": "CA1"}'
    (receipt,) = send(lambda: open_carrier(f"{address}?from=%2B15", name="voice-1"), call)
    form = receiver.posted[0].form
    assert receipt.message_id == "CA1"
    assert form["Url"] == f"http://testserver/mapleton/notices/calls/{DELIVERY}/"
    assert form["StatusCallback"].endswith(f"/mapleton/notices/callbacks/voice/{DELIVERY}/")
    assert (form["To"], form["From"]) == (NUMBER, "+15")
    assert "Twiml" not in form


def test_another_gateway_gets_the_words_with_the_call(gateway, settings, call):
    settings.OUTBOX_INSIDE_HOSTS = [gateway.host]
    address = f"http://demo:cG9ydGFs@{gateway.host}/send/voice"
    send(lambda: open_carrier(address, name="voice-1"), call)
    (taken,) = gateway.received("voice")
    assert (taken["id"], taken["to"]) == (str(DELIVERY), NUMBER)
    assert taken["text"] == words_of(call)


@pytest.mark.parametrize("scheme", ["http", "twilio+http"])
def test_a_malformed_number_is_not_called(gateway, settings, scheme):
    settings.OUTBOX_INSIDE_HOSTS = [gateway.host]
    address = f"{scheme}://AC1:token@{gateway.host}"
    problem = failure(
        lambda: open_carrier(address, name="voice-1"), parcel(channel="voice", address="911")
    )
    assert (problem.code, problem.address_is_dead) == ("malformed", True)
    assert gateway.counts("voice")["requests"] == 0
