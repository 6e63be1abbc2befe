"""Programs that are told by webhook: added, paused, given a new secret, taken away."""

from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from outbox.actions.telling import TEST, delivery_of, finish, written
from outbox.models import Channel, Delivery, Urgency, WebhookEndpoint
from partnership import audit
from partnership.actions import Refused
from partnership.models import Partnership, User

MOST = 10


@transaction.atomic
def add_webhook(endpoint: WebhookEndpoint, *, by: User) -> str:
    """Keep a program's address; return the secret it checks our signatures with."""
    # Two who add at once wait in line here.
    Partnership.objects.select_for_update(no_key=True).get(pk=endpoint.partnership_id)
    if WebhookEndpoint.objects.exclude(url="").count() >= MOST:
        raise Refused(_("There are ten webhooks. Remove one first."))
    refuse_twice(endpoint)
    secret = endpoint.make_secret()
    endpoint.save(force_insert=True)
    note(endpoint, "added", by=by, kinds=len(endpoint.kinds))
    return secret


@transaction.atomic
def change_webhook(endpoint: WebhookEndpoint, *, by: User) -> None:
    """Keep another name, address or choice of kinds. The secret stays."""
    refuse_twice(endpoint)
    endpoint.save(update_fields=["name", "url", "kinds"])
    note(endpoint, "changed", by=by, kinds=len(endpoint.kinds))


@transaction.atomic
def pause_webhook(endpoint: WebhookEndpoint, *, by: User) -> None:
    """Tell it nothing until somebody resumes it."""
    if WebhookEndpoint.objects.filter(pk=endpoint.pk, paused_at=None).update(paused_at=Now()):
        note(endpoint, "paused", by=by)


@transaction.atomic
def resume_webhook(endpoint: WebhookEndpoint, *, by: User) -> None:
    """Tell it again, from now on."""
    paused = WebhookEndpoint.objects.filter(pk=endpoint.pk, paused_at__isnull=False)
    if paused.update(paused_at=None):
        note(endpoint, "resumed", by=by)


@transaction.atomic
def renew_secret(endpoint: WebhookEndpoint, *, by: User) -> str:
    """Sign with another secret from now on; return it. The old one is worth nothing any more."""
    secret = endpoint.make_secret()
    endpoint.save(update_fields=["wrapped_secret"])
    note(endpoint, "secret_renewed", by=by)
    return secret


@transaction.atomic
def remove_webhook(endpoint: WebhookEndpoint, *, by: User) -> None:
    """Forget address and secret. The row stays, since deliveries name it, and reaches nobody."""
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(
        name="", url="", wrapped_secret="", kinds=[], paused_at=Now(), last_failure=""
    )
    waiting = Delivery.objects.waiting().filter(endpoint=endpoint)
    waiting.update(status=Delivery.Status.SUPERSEDED)
    note(endpoint, "removed", by=by)


@transaction.atomic
def send_webhook_test(endpoint: WebhookEndpoint, *, by: User) -> Delivery:
    """Send a program a test; the row says how it went."""
    notification = written(TEST, about=endpoint, link="/", urgency=Urgency.URGENT)
    row = delivery_of(notification, channel=Channel.WEBHOOK)
    row.endpoint, row.language = endpoint, settings.LANGUAGE_CODE
    row.save(force_insert=True)
    finish(notification, 1)
    note(endpoint, "tested", by=by)
    return row


def refuse_twice(endpoint: WebhookEndpoint) -> None:
    others = WebhookEndpoint.objects.filter(url=endpoint.url).exclude(pk=endpoint.pk)
    if others.exists():
        raise Refused(_("A webhook with this address is here already."))


def note(endpoint: WebhookEndpoint, deed: str, *, by: User, **facts: Any) -> None:
    audit.record(f"webhook.{deed}", endpoint, by=by, **facts)
