"""What providers report afterwards: believed only when signed, and never a step back."""

import json
from datetime import timedelta
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.conf import settings
from django.utils import timezone
from twilio.request_validator import RequestValidator

from outbox.models import Channel, ContactPoint, Delivery
from tests.outbox.reports import TOKEN, Status, by_gateway, by_twilio, path_to, state_of
from tests.outbox.reports import providers as providers
from tests.outbox.reports import sent_by as sent_by


def test_what_arrived_is_delivered(client, sent_by):
    for provider, report in [("sms-1", by_gateway), ("sms-2", by_twilio)]:
        row = sent_by(provider)
        form = {"MessageStatus": "delivered"} if provider == "sms-2" else {}
        assert report(client, row, **form).status_code == 204
        assert state_of(row) == Status.DELIVERED
        assert row.delivered_at is not None


@pytest.mark.parametrize("status", ["queued", "sent", "sending", "accepted", "", "nonsense"])
def test_a_state_on_the_way_changes_nothing(client, sent_by, status):
    row = sent_by("sms-1")
    assert by_gateway(client, row, status=status).status_code == 204
    assert state_of(row) == Status.SUBMITTED


@pytest.mark.parametrize("status", ["failed", "undelivered"])
def test_what_is_refused_afterwards_goes_another_way(client, sent_by, status):
    row = sent_by("sms-2")
    answer = by_twilio(client, row, MessageStatus=status, ErrorCode="30003")
    assert answer.status_code == 204
    assert state_of(row) == Status.FAILED
    assert row.last_failure == "twilio-30003"


def test_a_number_that_is_reported_dead_is_marked(client, sent_by):
    row = sent_by("sms-1")
    by_gateway(client, row, status="failed", error="landline")
    contact = ContactPoint.objects.get(pk=row.contact_id)
    assert (contact.status, contact.last_failure) == ("broken", "landline")


def test_a_providers_own_words_are_not_kept(client, sent_by):
    row = sent_by("sms-1")
    by_gateway(client, row, status="failed", code="Number +15555551234 is <b>bad</b>")
    assert state_of(row) == Status.FAILED
    assert row.last_failure == "failed"


LATER = [Status.DELIVERED, Status.SEEN, Status.ACKNOWLEDGED, Status.FAILED, Status.EXPIRED]


@pytest.mark.parametrize("state", LATER)
@pytest.mark.parametrize("status", ["queued", "sent", "delivered", "failed"])
def test_no_report_takes_a_delivery_back(client, sent_by, state, status):
    row = sent_by("sms-1", status=state, seen_at=timezone.now(), last_failure="x")
    assert by_gateway(client, row, status=status).status_code == 204
    assert state_of(row) == state


def test_a_report_in_any_order_and_twice_comes_to_the_same(client, sent_by):
    row = sent_by("sms-1")
    for status in ("delivered", "delivered", "sent", "queued", "failed", "delivered"):
        assert by_gateway(client, row, status=status).status_code == 204
    assert state_of(row) == Status.DELIVERED


def test_a_report_that_is_faster_than_our_own_note(client, sent_by):
    until = timezone.now() + timedelta(seconds=30)
    row = sent_by("sms-1", status=Status.LEASED, lease_until=until, submitted_at=None)
    by_gateway(client, row)
    assert state_of(row) == Status.DELIVERED
    assert (row.provider, row.provider_message_id) == ("sms-1", "g1")


def test_an_old_no_does_not_undo_what_another_provider_took(client, sent_by):
    row = sent_by("sms-2", provider_message_id="SM1")
    by_gateway(client, row, status="failed")
    assert state_of(row) == Status.SUBMITTED
    by_twilio(client, row, MessageSid="SM0", MessageStatus="failed")
    assert state_of(row) == Status.SUBMITTED
    by_twilio(client, row, MessageSid="SM1", MessageStatus="failed")
    assert state_of(row) == Status.FAILED


def test_an_old_no_does_not_undo_the_try_under_way(client, sent_by):
    until = timezone.now() + timedelta(seconds=30)
    row = sent_by("sms-1", status=Status.LEASED, lease_until=until, attempts=2)
    assert by_gateway(client, row, status="failed").status_code == 204
    assert state_of(row) == Status.LEASED


def test_without_a_providers_signature_nothing_changes(client, sent_by):
    row = sent_by("sms-1")
    body, at = json.dumps({"status": "delivered"}), timezone.now()
    unsigned = client.post(path_to(row), body, "application/json")
    wrong = [
        unsigned,
        client.post(path_to(row), body, "text/plain", headers={"webhook-signature": "v1"}),
        by_gateway(client, row, secret="d3Jvbmctc2VjcmV0LWhlcmU="),
        by_twilio(client, row, token="wrong", MessageStatus="delivered"),
        by_gateway(client, row, at=at - timedelta(minutes=6)),
        by_gateway(client, row, at=at + timedelta(minutes=6)),
    ]
    assert {answer.status_code for answer in wrong} == {403}
    assert state_of(row) == Status.SUBMITTED


BROKEN = [
    {"webhook-signature": "v1,%%%"},
    {"webhook-signature": "no comma at all"},
    {"webhook-timestamp": "yesterday"},
    {"webhook-timestamp": "nan"},
    {"webhook-id": ""},
]


@pytest.mark.parametrize("broken", BROKEN)
def test_a_signature_that_is_none_is_refused_calmly(client, sent_by, broken):
    row = sent_by("sms-1")
    now = str(int(timezone.now().timestamp()))
    usual = {"webhook-id": "x", "webhook-timestamp": now, "webhook-signature": "v1,AAAA"}
    for body in (b"{}", b"\xff\xfe", b""):
        answer = client.post(path_to(row), body, "application/json", headers=usual | broken)
        assert answer.status_code == 403


def test_a_body_that_was_changed_on_the_way_is_refused(client, sent_by):
    row = sent_by("sms-2")
    path = path_to(row)
    url = f"{settings.PUBLIC_URL}{path}"
    signature = RequestValidator(TOKEN).compute_signature(url, {"MessageStatus": "failed"})
    answer = client.post(
        path, {"MessageStatus": "delivered"}, headers={"X-Twilio-Signature": signature}
    )
    assert answer.status_code == 403
    assert state_of(row) == Status.SUBMITTED


def test_a_signature_for_one_message_is_none_for_another(client, sent_by):
    row = sent_by("sms-2")
    elsewhere = path_to(Delivery(pk=uuid4(), channel=Channel.SMS))
    form = {"MessageStatus": "delivered"}
    signature = RequestValidator(TOKEN).compute_signature(f"{settings.PUBLIC_URL}{elsewhere}", form)
    answer = client.post(
        path_to(row),
        urlencode(form),
        "application/x-www-form-urlencoded",
        headers={"X-Twilio-Signature": signature},
    )
    assert answer.status_code == 403


def test_an_account_without_a_secret_can_sign_nothing(client, sent_by, settings):
    row = sent_by("sms-1")
    settings.OUTBOX_PROVIDERS = {"sms": ["https://gateway.example/", "twilio://AC1@x.example"]}
    assert by_gateway(client, row).status_code == 403
    assert by_twilio(client, row, token="", MessageStatus="delivered").status_code == 403


def test_an_unknown_message_is_not_there(client, sent_by, oakridge):
    row = sent_by("sms-1")
    nobody = Delivery(pk=uuid4(), channel=Channel.SMS)
    for path in (path_to(nobody), path_to(row, slug="oakridge"), path_to(row, slug="nowhere")):
        assert by_gateway(client, row, path=path).status_code == 404
    assert by_gateway(client, row, path=path_to(row, channel="voice")).status_code == 404
    assert by_gateway(client, row, path=path_to(row, channel="email")).status_code == 403


def test_a_callback_is_short(client, sent_by):
    row = sent_by("sms-1")
    answer = by_gateway(client, row, padding="x" * 16_384)
    assert answer.status_code in {400, 413}
    assert state_of(row) == Status.SUBMITTED


def test_a_callback_is_posted(client, sent_by):
    assert client.get(path_to(sent_by("sms-1"))).status_code == 405
