"""The stand-in as a real process: what tests and benchmarks lean on must not be wrong itself."""

import json
import smtplib
import subprocess
import sys
import time
from base64 import urlsafe_b64encode
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from pywebpush import WebPushException
from standardwebhooks import Webhook
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from outbox.gateway.messenger import is_here
from partnership.running.children import REPOSITORY
from tests.outbox.gateway import NUMBER, GatewayProcess, push, wait_until

DELIVERY = "0199a9c0-0000-7000-8000-000000000001"
CALL = '<Response><Gather action="/pressed"><Say>Press 1.</Say></Gather></Response>'
THANKS = "<Response><Say>Thank you.</Say></Response>"


def sms(gateway, callback="", to=NUMBER):
    return gateway.form("Messages.json", To=to, From="+15555550100", Body="Words", **callback)


def back_to(receiver):
    return {"StatusCallback": f"{receiver.url}/callbacks/sms/{DELIVERY}/"}


def statuses(receiver):
    return [posted.form["MessageStatus"] for posted in receiver.posted]


def letter(message_id="<one@portal.example>"):
    message = EmailMessage()
    message["From"], message["To"] = "no-reply@portal.example", "principal@norman.example"
    message["Subject"], message["Message-ID"] = "You have something to review", message_id
    message.set_content("Sign in to see it.")
    return message


def signed(key, body):
    now = datetime.now(UTC)
    signature = Webhook(key).sign("m1", now, body)
    stamp = str(int(now.timestamp()))
    return {"webhook-id": "m1", "webhook-timestamp": stamp, "webhook-signature": signature}


def test_a_text_message_comes_in_twilios_own_form(gateway):
    client = Client("AC1", "t")
    client.api.base_url = gateway.url
    message = client.messages.create(to=NUMBER, from_="+15555550100", body="Words")
    (kept,) = gateway.received("sms")
    assert (message.status, message.sid[:2]) == ("queued", "SM")
    assert (kept["to"], kept["text"]) == (NUMBER, "Words")


def test_its_callbacks_are_signed_as_twilio_signs(gateway, receiver):
    sms(gateway, back_to(receiver))
    wait_until(lambda: len(receiver.posted) == 3)
    assert statuses(receiver) == ["queued", "sent", "delivered"]
    last = receiver.posted[-1]
    signature = last.headers["X-Twilio-Signature"]
    assert RequestValidator("t").validate(receiver.url + last.path, last.form, signature)
    assert not RequestValidator("x").validate(receiver.url + last.path, last.form, signature)


def test_a_message_is_known_by_the_delivery_its_callback_names(gateway, receiver):
    sms(gateway, back_to(receiver))
    sms(gateway, back_to(receiver))
    (kept,) = gateway.received("sms")
    assert (kept["id"], kept["count"]) == (DELIVERY, 2)


@pytest.mark.parametrize(
    ("number", "code"), [("555-1234", 21211), ("+15005550001", 21211), ("+15005550004", 21610)]
)
def test_a_wrong_number_is_refused_as_twilio_refuses_it(gateway, number, code):
    status, said = sms(gateway, {}, to=number)
    assert (status, said["code"], gateway.received()) == (400, code, [])


@pytest.mark.parametrize("signed_in", ["AC2:t", "AC1:"])
def test_a_stranger_is_refused_as_twilio_refuses_him(gateway, signed_in):
    status, said = gateway.form("Messages.json", signed_in=signed_in, To=NUMBER, Body="W")
    assert (status, said["code"]) == (401, 20003)


def test_plain_json_is_taken_once_for_each_idempotency_key(gateway):
    first, again, other = gateway.send("sms"), gateway.send("sms"), gateway.send("sms", "k2")
    assert first == again
    assert first[1]["id"] != other[1]["id"]
    tally = gateway.counts("sms")
    assert (tally["requests"], tally["unique"]) == (3, 2)


def test_its_callbacks_are_signed_by_standard_webhooks(gateway, receiver):
    _, said = gateway.send("sms", callback=f"{receiver.url}/callbacks/")
    wait_until(lambda: len(receiver.posted) == 3)
    told = [Webhook("cG9ydGFs").verify(one.body, one.headers) for one in receiver.posted]
    assert [one["status"] for one in told] == ["queued", "sent", "delivered"]
    assert {(one["id"], one["reference"]) for one in told} == {(said["id"], "k1")}


@pytest.mark.parametrize(
    ("url", "may"),
    [
        ("http://127.0.0.1:8000/", True),
        ("http://localhost/", True),
        ("http://192.0.2.1/", False),
        ("http://localhost.example/", False),
        ("http://[fe80::1]/", False),
        ("/path", False),
    ],
)
def test_it_calls_nobody_outside_this_machine(url, may):
    assert is_here(url) is may


@pytest.mark.parametrize(("channel", "code"), [("sms", 500), ("voice", 503)])
def test_it_fails_as_often_as_it_was_told_and_then_no_more(gateway, channel, code):
    gateway.control(channel, fail=code, times=2)
    assert [gateway.send(channel)[0] for _ in range(3)] == [code, code, 200]
    tally = gateway.counts(channel)
    assert (tally["refused"], tally["unique"]) == (2, 1)


def test_a_stalled_answer_comes_late_and_the_message_was_taken(gateway):
    gateway.control("sms", stall=0.7, times=1)
    began = time.monotonic()
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(gateway.send, "sms")
        wait_until(lambda: gateway.received("sms"), within=0.6)
        assert answer.result()[0] == 200
    assert time.monotonic() - began >= 0.7


def test_callbacks_come_twice_and_in_the_wrong_order_when_told_so(gateway, receiver):
    gateway.control("sms", duplicate_callbacks=True, reorder_callbacks=True)
    sms(gateway, back_to(receiver))
    wait_until(lambda: len(receiver.posted) == 6)
    assert statuses(receiver) == [s for s in ("delivered", "sent", "queued") for _ in range(2)]
    assert gateway.counts("sms")["callbacks"] == 6


def test_no_callbacks_come_when_told_so(gateway, receiver):
    gateway.control("sms", no_callbacks=True)
    sms(gateway, back_to(receiver))
    gateway.control("sms", no_callbacks=False)
    sms(gateway, back_to(receiver))
    wait_until(lambda: len(receiver.posted) == 3)
    assert gateway.counts("sms")["callbacks"] == 3


def test_a_call_is_read_aloud_and_a_key_is_pressed(gateway, receiver):
    gateway.control("voice", press="1")
    receiver.answers |= {"/said": CALL, "/pressed": THANKS}
    where = {"Url": f"{receiver.url}/said", "StatusCallback": f"{receiver.url}/callbacks"}
    status, said = gateway.form("Calls.json", To=NUMBER, From="+15555550100", **where)
    wait_until(lambda: len(receiver.posted) == 3)
    heard, pressed, ended = (posted.form for posted in receiver.posted)
    assert (status, said["sid"][:2], pressed["Digits"]) == (201, "CA", "1")
    assert "Digits" not in heard
    assert ended["CallStatus"] == "completed"
    assert gateway.received("voice")[0]["text"] == "Press 1.\n[1]\nThank you."


def test_a_device_opens_what_was_sealed_for_it(gateway):
    answer = push(gateway.device(id="norman-phone"), '{"id": "d1", "title": "New"}')
    (kept,) = gateway.received("push")
    assert (answer.status_code, kept["to"], kept["id"]) == (201, "norman-phone", "d1")
    assert json.loads(kept["text"])["title"] == "New"


def test_what_was_sealed_for_another_device_can_not_be_opened(gateway):
    one, other = gateway.device(), gateway.device()
    with pytest.raises(WebPushException) as refused:
        push({**one, "keys": other["keys"]})
    assert refused.value.response.status_code == 400
    assert gateway.received("push") == []


def test_a_sender_who_speaks_to_another_push_service_is_refused(gateway):
    with pytest.raises(WebPushException) as refused:
        push(gateway.device(), audience="https://push.example.org")
    assert refused.value.response.status_code == 403


def test_a_device_that_was_subscribed_with_another_key_refuses_the_sender(gateway):
    point = ec.generate_private_key(ec.SECP256R1()).public_key().public_numbers()
    raw = b"\x04" + point.x.to_bytes(32) + point.y.to_bytes(32)
    with pytest.raises(WebPushException) as refused:
        push(gateway.device(key=urlsafe_b64encode(raw).decode()))
    assert refused.value.response.status_code == 403


def test_a_revoked_device_is_gone(gateway):
    subscription = gateway.device()
    gateway.revoke(subscription)
    with pytest.raises(WebPushException) as refused:
        push(subscription)
    assert refused.value.response.status_code == 410


def test_a_mail_server_says_not_now_and_then_takes_the_letter(gateway):
    gateway.control("email", fail=451, times=1)
    with smtplib.SMTP("127.0.0.1", gateway.smtp_port) as line:
        with pytest.raises(smtplib.SMTPDataError, match="451"):
            line.send_message(letter())
        line.send_message(letter())
    (kept,) = gateway.received("email")
    assert (kept["id"], kept["to"]) == ("one@portal.example", "principal@norman.example")
    assert (kept["subject"], kept["text"]) == (
        "You have something to review",
        "Sign in to see it.",
    )


def test_a_webhook_is_taken_only_with_its_signature(gateway):
    secret = "whsec_cG9ydGFs"
    gateway.ask("PUT", "/hooks/norman-cad", json.dumps({"secret": secret}).encode())
    body = '{"type": "tip.waiting"}'
    for key, status in (("cG9ydGFs", 204), ("b3RoZXI=", 401)):
        names = signed(key, body)
        assert gateway.ask("POST", "/hooks/norman-cad", body.encode(), **names)[0] == status
    assert [kept["text"] for kept in gateway.received("webhook")] == [body]


@pytest.mark.parametrize("mood", [{"fail": "yes"}, {"nonsense": 1}, {"channel": "pigeon"}])
def test_a_mood_it_does_not_know_is_refused(gateway, mood):
    body = json.dumps({"channel": "sms", **mood}).encode()
    assert gateway.ask("POST", "/control", body)[0] == 400


def test_a_page_of_a_foreign_site_is_not_answered(gateway):
    assert gateway.ask("GET", "/received", Host="evil.example")[0] == 421


def test_what_it_got_and_its_devices_outlast_it(tmp_path):
    first = GatewayProcess("--data", str(tmp_path))
    subscription = first.device(id="norman-phone")
    first.send("sms")
    first.stop()
    second = GatewayProcess("--data", str(tmp_path))
    assert [kept["text"] for kept in second.received()] == ["Words"]
    assert second.device(id="norman-phone")["keys"] == subscription["keys"]
    second.stop()


def test_its_log_says_how_much_came_and_names_nobody(tmp_path):
    process = GatewayProcess("--data", str(tmp_path))
    process.send("sms")
    with smtplib.SMTP("127.0.0.1", process.smtp_port) as line:
        line.send_message(letter())
    said = process.stop()
    assert "took" in said
    assert not any(word in said for word in ("norman", NUMBER, "127.0.0.1", "Words"))


EVERYWHERE = "0.0.0.0"  # noqa: S104 - it is what must not be bound


@pytest.mark.parametrize("place", [EVERYWHERE, "::", "192.0.2.1", "example.org"])
def test_it_refuses_to_stand_where_others_could_reach_it(place):
    command = [sys.executable, "manage.py", "gateway", "--bind", place]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "loopback" in done.stderr
