"""Webhooks: signed as Standard Webhooks 1.0.0 says, and with nothing in them."""

import json
from datetime import UTC, datetime

import pytest
import time_machine
from standardwebhooks import Webhook

from outbox.channels.webhook import body_of, failure_of, open_carrier, signed
from outbox.models import Urgency
from tests.outbox.parcels import DELIVERY, failure, parcel, send

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@pytest.fixture
def hook(receiver, settings):
    settings.OUTBOX_INSIDE_HOSTS = [receiver.url.removeprefix("http://")]
    return parcel(channel="webhook", address=f"{receiver.url}/hooks/1", secret=SECRET)


def opened():
    return open_carrier("webhook:", name="webhook-1")


def test_the_standards_own_example_is_reproduced():
    at = datetime.fromtimestamp(1614265330, UTC)
    headers = signed("msg_p5jXN8AQM9LWM0D4loKWxJek", at, '{"test": 2432232314}', secret=SECRET)
    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_the_receiver_can_tell_that_it_is_ours(hook, receiver):
    send(opened, hook)
    (posted,) = receiver.posted
    said = Webhook(SECRET).verify(posted.body, posted.headers)
    assert said == {
        "type": "school.bulletin",
        "timestamp": "2026-11-22T09:00:00Z",
        "data": {"urgency": "routine", "notice": str(DELIVERY), "partnership": "mapleton"},
    }


def test_a_retry_has_the_same_id_and_a_time_of_its_own(hook, receiver):
    for second in (0, 400):
        with time_machine.travel(1_800_000_000 + second, tick=True):
            send(opened, hook)
    first, again = (posted.headers for posted in receiver.posted)
    assert first["webhook-id"] == again["webhook-id"] == str(DELIVERY)
    assert int(again["webhook-timestamp"]) - int(first["webhook-timestamp"]) == 400


def test_a_body_tells_no_more_than_that_something_waits(hook, maple_high):
    body = body_of(hook)
    assert len(body) < 20_000
    assert set(json.loads(body)["data"]) == {"urgency", "notice", "partnership"}
    assert str(hook.subject_id) not in body
    assert hook.link not in body


NOES = [
    (301, "redirect", False),
    (307, "redirect", False),
    (400, "http-400", False),
    (401, "unauthorized", False),
    (410, "gone", True),
    (500, "http-500", False),
]


@pytest.mark.parametrize(("status", "code", "permanent"), NOES)
def test_each_no_gets_its_short_code(status, code, permanent):
    problem = failure_of(status)
    assert (problem.code, problem.permanent) == (code, permanent)


@pytest.mark.parametrize("status", [200, 202, 204])
def test_any_yes_is_a_yes(status):
    assert failure_of(status) is None


def test_without_a_secret_nothing_is_sent(hook, receiver):
    for secret in ("", "whsec_", "whsec_a"):
        bare = parcel(channel="webhook", address=hook.address, secret=secret)
        assert failure(opened, bare).permanent
    assert not receiver.posted


def test_an_alarm_does_not_wait_for_a_receiver_that_stalls(gateway, settings):
    settings.OUTBOX_INSIDE_HOSTS = [gateway.host]
    gateway.control("webhook", stall=5)
    slow = parcel(
        channel="webhook",
        address=f"{gateway.url}/hooks/x",
        secret=SECRET,
        urgency=Urgency.PANIC,
    )
    assert failure(opened, slow).code == "timeout"
