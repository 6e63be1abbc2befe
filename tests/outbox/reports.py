"""Reports of telephone providers for tests, signed as the real ones sign them."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.utils import timezone
from standardwebhooks import Webhook
from twilio.request_validator import RequestValidator

from outbox.models import ContactPoint, Delivery

SECRET, TOKEN = "c2VjcmV0LW9mLXRoZS1nYXRld2F5", "token-of-twilio"
GATEWAY = f"https://us:{SECRET}@gateway.example/send?from=%2B15555550100"
TWILIO = f"twilio://AC1:{TOKEN}@api.twilio.com?from=%2B15555550100"
Status = Delivery.Status


@pytest.fixture
def providers(settings: Any) -> None:
    settings.OUTBOX_PROVIDERS = {
        "email": ["memory:"],
        "sms": [GATEWAY, TWILIO],
        "voice": [GATEWAY, TWILIO],
    }


@pytest.fixture
def sent_by(providers: None, tell: Any, reach: Any, officer_chen: Any) -> Callable[..., Delivery]:
    """A delivery that one provider has taken."""

    def sent_by(provider: str, **facts: Any) -> Delivery:
        channel = provider.partition("-")[0]
        if not ContactPoint.objects.exists():
            reach(officer_chen)
            tell(officer_chen, urgency="panic")
        row = Delivery.objects.get(membership=officer_chen, channel=channel)
        usual = {"status": Status.SUBMITTED, "submitted_at": timezone.now(), "provider": provider}
        Delivery.objects.filter(pk=row.pk).update(**{**usual, "attempts": 1, **facts})
        return row

    return sent_by


def path_to(row: Delivery, channel: str = "", slug: str = "mapleton") -> str:
    return f"/{slug}/notices/callbacks/{channel or row.channel}/{row.pk}/"


def by_gateway(
    client: Any, row: Delivery, *, path: str = "", secret: str = SECRET, **facts: Any
) -> Any:
    """POST a report as the JSON gateway signs it."""
    at = facts.pop("at", timezone.now())
    body = json.dumps({"id": "g1", "status": "delivered", **facts})
    headers = {
        "webhook-id": f"{row.pk}",
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign(f"{row.pk}", at, body),
    }
    return client.post(path or path_to(row), body, "application/json", headers=headers)


def by_twilio(
    client: Any, row: Delivery, *, path: str = "", token: str = TOKEN, **form: str
) -> Any:
    """POST a report, or a question of a call, as Twilio signs it."""
    path = path or path_to(row)
    signature = RequestValidator(token).compute_signature(f"{settings.PUBLIC_URL}{path}", form)
    return client.post(
        path,
        urlencode(form),
        "application/x-www-form-urlencoded",
        headers={"X-Twilio-Signature": signature},
    )


def state_of(row: Delivery) -> str:
    row.refresh_from_db()
    return row.status
