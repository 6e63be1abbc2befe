"""What a call says, and the key that answers it."""

from xml.etree import ElementTree

import pytest
from django.conf import settings

from partnership.tenancy import within
from tests.outbox.reports import Status, by_gateway, by_twilio, state_of
from tests.outbox.reports import providers as providers
from tests.outbox.reports import sent_by as sent_by


@pytest.mark.parametrize("status", ["busy", "no-answer", "canceled"])
def test_a_call_that_nobody_took_is_refused(client, sent_by, status):
    row = sent_by("voice-2")
    by_twilio(client, row, CallSid="", CallStatus=status)
    assert state_of(row) == Status.FAILED
    assert row.last_failure == status


def call_path(row):
    return f"/mapleton/notices/calls/{row.pk}/"


def heard(answer):
    """What a call says, inside the question and after it."""
    assert answer["Content-Type"] == "text/xml"
    document = ElementTree.fromstring(answer.content)  # noqa: S314 - our own
    asked = [say.text for say in document.findall("./Gather/Say")]
    return asked, [say.text for say in document.findall("./Say")], document


def test_a_call_says_it_twice_and_asks_for_a_key(client, sent_by):
    row = sent_by("voice-2")
    answer = by_twilio(client, row, path=call_path(row), CallStatus="in-progress")
    asked, then, document = heard(answer)
    assert len(asked) == 2
    assert set(asked) == set(then)
    assert "Press 1" in asked[0]
    gather = document.find("Gather")
    assert gather.attrib["numDigits"] == "1"
    assert gather.attrib["action"] == f"{settings.PUBLIC_URL}{call_path(row)}"
    assert document[-1].tag == "Hangup"


def test_a_call_speaks_the_persons_language(client, sent_by):
    row = sent_by("voice-2", language="es")
    asked, _, document = heard(by_twilio(client, row, path=call_path(row), CallStatus="ringing"))
    assert "Pulsa 1" in asked[0]
    assert document.find("Say").attrib["language"] == "es-MX"


def test_one_acknowledges(client, sent_by):
    row = sent_by("voice-2")
    asked, then, _ = heard(by_twilio(client, row, path=call_path(row), Digits="1"))
    assert not asked
    assert then == ["Thank you. You have confirmed it."]
    assert state_of(row) == Status.ACKNOWLEDGED


@pytest.mark.parametrize("digits", ["2", "9", "#", "11"])
def test_another_key_is_no_yes(client, sent_by, digits):
    row = sent_by("voice-2")
    asked, then, document = heard(by_twilio(client, row, path=call_path(row), Digits=digits))
    assert not asked
    assert len(then) == 1
    assert document[-1].tag == "Hangup"
    assert state_of(row) == Status.SUBMITTED


def test_one_acknowledges_by_any_other_gateway_too(client, sent_by):
    row = sent_by("voice-1")
    by_gateway(client, row, status="delivered", digits="1")
    assert state_of(row) == Status.ACKNOWLEDGED


def test_a_key_that_nobody_signed_is_none(client, sent_by):
    row = sent_by("voice-2")
    assert client.post(call_path(row), {"Digits": "1"}).status_code == 403
    answer = by_twilio(client, row, path=call_path(row), token="wrong", Digits="1")
    assert answer.status_code == 403
    assert state_of(row) == Status.SUBMITTED


def test_the_end_of_a_call_does_not_undo_the_yes(client, sent_by):
    row = sent_by("voice-2")
    by_twilio(client, row, path=call_path(row), Digits="1")
    for status in ("completed", "no-answer"):
        by_twilio(client, row, CallStatus=status)
    assert state_of(row) == Status.ACKNOWLEDGED


def test_a_call_of_the_neighbors_is_not_there(client, sent_by, oakridge):
    row = sent_by("voice-2")
    path = f"/oakridge/notices/calls/{row.pk}/"
    assert by_twilio(client, row, path=path, Digits="1").status_code == 404
    with within(row.partnership):
        assert state_of(row) == Status.SUBMITTED
