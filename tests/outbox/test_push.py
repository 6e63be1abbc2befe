"""Web Push to the stand-in's push service, which really opens what it gets."""

import asyncio
import base64
import json

import pytest
import time_machine

from outbox.channels import push
from outbox.channels.push import WebPush, device_of, open_carrier, payload_of, topic_of
from outbox.models import Urgency
from tests.outbox.parcels import DELIVERY, SUBJECT, failure, parcel, send

KEY = base64.urlsafe_b64encode(b"\x07" * 32).rstrip(b"=").decode()
POINT = base64.urlsafe_b64encode(b"\x04" + b"\x01" * 64).decode()


@pytest.fixture(autouse=True)
def vouched(settings):
    settings.WEBPUSH_PRIVATE_KEY = KEY
    settings.WEBPUSH_CONTACT = "mailto:portal@mapleton.example"


@pytest.fixture
def device(gateway, settings):
    settings.OUTBOX_INSIDE_HOSTS = [gateway.host]
    return gateway.device()


def opened():
    return open_carrier("webpush:", name="push-1")


def to(subscription, **facts):
    return parcel(channel="push", address=json.dumps(subscription), **facts)


def test_only_the_device_can_read_it(device, gateway):
    send(opened, to(device, urgency=Urgency.PANIC))
    (taken,) = gateway.received("push")
    said = json.loads(taken["text"])
    assert said["title"] == "Mapleton"
    assert said["body"] == "EMERGENCY. Open the portal now."
    assert said["url"] == "/mapleton/board/"
    assert (said["urgency"], said["id"]) == ("panic", str(DELIVERY))


def test_all_pushes_are_of_one_size(device):
    whole = [
        parcel(channel="push", urgency=urgency, language=language, partnership=name, slug=slug)
        for urgency in Urgency
        for language in ("en", "es")
        for name in ("M", "学" * 100)
        for slug in ("m", "m" * 50)
    ]
    assert {len(payload_of(one)) for one in whole} == {push.PAYLOAD_BYTES}


def test_a_revoked_subscription_is_dead(device, gateway):
    gateway.revoke(device)
    problem = failure(opened, to(device))
    assert (problem.code, problem.address_is_dead) == ("gone", True)


NOES = [
    (404, "gone", True, True),
    (410, "gone", True, True),
    (413, "http-413", True, False),
    (400, "http-400", True, False),
    (403, "unauthorized", False, False),
    (429, "http-429", False, False),
    (503, "http-503", False, False),
]


@pytest.mark.parametrize(("status", "code", "permanent", "dead"), NOES)
def test_each_no_of_a_push_service_gets_its_short_code(
    device, gateway, status, code, permanent, dead
):
    gateway.control("push", fail=status)
    problem = failure(opened, to(device))
    assert (problem.code, problem.permanent, problem.address_is_dead) == (code, permanent, dead)


MALFORMED = [
    "",
    "no json",
    "[]",
    "{}",
    '{"endpoint": "https://x.example/"}',
    json.dumps({"endpoint": "https://x.example/", "keys": {"p256dh": "AA", "auth": "AA"}}),
    json.dumps({"endpoint": "https://x.example/", "keys": {"p256dh": POINT, "auth": "A" * 22}}),
    json.dumps({"endpoint": "https://x.example/", "keys": {"p256dh": 7, "auth": None}}),
]


@pytest.mark.parametrize("subscription", MALFORMED)
def test_a_malformed_subscription_is_dead_and_nobody_is_called(subscription):
    problem = failure(opened, parcel(channel="push", address=subscription))
    assert (problem.code, problem.address_is_dead) == ("malformed", True)


@pytest.mark.parametrize(
    "endpoint",
    ["x", "https://", "https://x.example:99999/", "https://x y/", "https://[2606:4700::1]/"],
)
def test_a_device_at_no_address_is_dead(device, endpoint):
    problem = failure(opened, to({**device, "endpoint": endpoint}))
    assert (problem.code, problem.address_is_dead) == ("malformed", True)


@pytest.mark.parametrize("endpoint", ["https://127.0.0.1/push/1", "https://[::1]/push/1"])
def test_a_device_that_claims_to_stand_inside_is_not_called(device, endpoint):
    problem = failure(opened, to({**device, "endpoint": endpoint}))
    assert (problem.code, problem.permanent) == ("inside", True)


def test_who_we_are_is_signed_once_for_half_a_day():
    async def tokens():
        carrier = WebPush()
        found = []
        for hours in (0, 10, 11.5):
            with time_machine.travel(1_800_000_000 + hours * 3600, tick=False):
                found.append(carrier._authorization("https://push.example:8443/x"))
        await carrier.close()
        return found

    first, kept, renewed = asyncio.run(tokens())
    assert first == kept != renewed


def test_what_is_about_the_same_takes_the_older_ones_place():
    one, again = topic_of(parcel()), topic_of(parcel(id=SUBJECT))
    assert one == again
    assert len(one["Topic"]) <= 32
    assert str(SUBJECT)[:8] not in one["Topic"]
    assert topic_of(parcel(subject_id=DELIVERY)) != one
    assert topic_of(parcel(subject_id=None)) == {}


def test_how_a_push_hurries(receiver, settings, device):
    settings.OUTBOX_INSIDE_HOSTS = [receiver.url.removeprefix("http://")]
    here = {**device, "endpoint": f"{receiver.url}/push/1"}
    send(opened, *[to(here, urgency=urgency) for urgency in list(Urgency)[:3]])
    asked = [(one.headers["Urgency"], one.headers["TTL"]) for one in receiver.posted]
    assert asked == [("high", "900"), ("high", "14400"), ("normal", "86400")]
    assert {one.headers["Content-Encoding"] for one in receiver.posted} == {"aes128gcm"}
    assert len({len(one.body) for one in receiver.posted}) == 1


def test_a_subscription_is_read_as_the_browser_gives_it(device):
    found = device_of(json.dumps(device))
    assert found.endpoint == device["endpoint"]
    assert (found.key.key_size, len(found.auth)) == (256, 16)
