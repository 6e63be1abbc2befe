import asyncio
import base64
import json
from uuid import uuid4

import pytest
from django.utils import timezone

from outbox.channels.base import Parcel, SendError
from outbox.channels.providers import open_provider
from outbox.models import Urgency
from tests.outbox.conftest import BULLETIN
from tests.outbox.gateway import NUMBER, VAPID

SECRET = f"whsec_{base64.b64encode(b'k' * 32).decode()}"


@pytest.fixture
def addresses(settings, gateway):
    """The stand-in behind every channel, and where it can be reached on each."""
    settings.OUTBOX_PROVIDERS = gateway.providers
    settings.OUTBOX_INSIDE_HOSTS = [gateway.host]
    settings.WEBPUSH_PRIVATE_KEY = VAPID
    smtp = "django.core.mail.backends.smtp.EmailBackend"
    options = {"host": "127.0.0.1", "port": gateway.smtp_port, "timeout": 5}
    settings.MAILERS = {"email-1": {"BACKEND": smtp, "OPTIONS": options}}
    gateway.ask("PUT", "/hooks/cad", json.dumps({"secret": SECRET}).encode())
    return {
        "email": "rivera@mapleton.example",
        "sms": NUMBER,
        "voice": NUMBER,
        "push": json.dumps(gateway.device(id="mapleton-phone")),
        "webhook": f"{gateway.url}/hooks/cad",
    }


def carry(channel, address):
    """Bring one parcel to the channel's first provider."""
    parcel = Parcel(
        **{"id": uuid4(), "channel": channel, "kind": BULLETIN, "urgency": Urgency.ROUTINE},
        **{"language": "en", "slug": "mapleton", "partnership": "Mapleton", "address": address},
        **{"is_member": True, "subject_id": uuid4(), "link": "/", "planned_at": timezone.now()},
        attempt=1,
        secret=SECRET if channel == "webhook" else "",
    )

    async def send():
        carrier = open_provider(f"{channel}-1")
        try:
            await carrier.send(parcel)
        finally:
            await carrier.close()

    asyncio.run(send())
    return str(parcel.id)


@pytest.mark.parametrize("channel", ["email", "sms", "voice", "push", "webhook"])
def test_the_portals_own_carrier_brings_it_there_under_its_own_id(gateway, addresses, channel):
    name = carry(channel, addresses[channel])
    (kept,) = gateway.received(channel)
    assert name in kept["id"]


@pytest.mark.parametrize("channel", ["email", "sms", "voice", "push", "webhook"])
def test_what_the_stand_in_fails_the_carrier_may_try_again(gateway, addresses, channel):
    gateway.control("all", fail=500)
    gateway.control("email", fail=451)
    with pytest.raises(SendError) as failed:
        carry(channel, addresses[channel])
    assert not failed.value.permanent
    assert gateway.received(channel) == []
