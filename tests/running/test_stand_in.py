import socket
from base64 import urlsafe_b64decode

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from partnership.running import keys
from partnership.running.place import Place
from partnership.running.stand_in import HOST, running_at, stand_in_at
from partnership.running.supervisor import Supervisor
from partnership.running.surroundings import Surroundings

ALL = {"EMAIL_URL", "SMS_URL", "VOICE_URL"}


@pytest.fixture
def around(data, monkeypatch) -> Surroundings:
    for name in (*ALL, "WEBPUSH_PRIVATE_KEY", "OUTBOX_INSIDE_HOSTS", "GATEWAY_URL"):
        monkeypatch.delenv(name, raising=False)
    return Surroundings(Place(data))


def test_the_demo_sends_everything_to_its_stand_in(around):
    around.call_stand_in()
    place = f"{HOST}:{around.stand_in.http_port}"
    assert around.names["OUTBOX_INSIDE_HOSTS"] == place
    assert around.names["SMS_URL"] == f"twilio+http://demo:demo@{place}?from=%2B15555550100"
    assert around.names["EMAIL_URL"] == f"smtp://{HOST}:{around.stand_in.smtp_port}"
    (gateway,) = [one for one in Supervisor(around, {}).processes if one.name == "gateway"]
    assert str(around.stand_in.http_port) in gateway.command


def test_without_the_demo_there_is_no_stand_in(around):
    names = [process.name for process in Supervisor(around, {}).processes]
    assert "web" in names
    assert "gateway" not in names


def test_a_provider_that_was_named_stands_above_the_stand_in(around, monkeypatch):
    monkeypatch.setenv("EMAIL_URL", "smtp://mail.example")
    around.call_stand_in()
    assert "EMAIL_URL" not in around.names
    assert around.env()["EMAIL_URL"] == "smtp://mail.example"
    assert around.names.keys() >= ALL - {"EMAIL_URL"}


def test_its_ports_stay_for_the_demos_devices_know_no_others(data):
    first = stand_in_at(data)
    assert stand_in_at(data) == first
    with socket.socket() as somebody_else:
        somebody_else.bind((HOST, first.http_port))
        somebody_else.listen()
        assert stand_in_at(data).http_port != first.http_port


def test_a_command_beside_a_running_portal_finds_the_stand_in(data):
    assert running_at(data) is None
    kept = stand_in_at(data)
    assert running_at(data) is None
    with socket.create_server((HOST, kept.http_port)):
        assert running_at(data) == kept


def test_the_key_of_pushes_is_made_once_and_is_one(data):
    kept = keys.keep_push_key(data)
    assert keys.keep_push_key(data) == kept
    raw = urlsafe_b64decode(f"{kept}=")
    assert len(raw) == 32
    assert ec.derive_private_key(int.from_bytes(raw, "big"), ec.SECP256R1())
