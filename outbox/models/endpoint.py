"""Addresses of other programs that are told by a signed webhook (Standard Webhooks 1.0.0)."""

from __future__ import annotations

import base64
import secrets

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from partnership.crypto import key_provider
from partnership.tenancy import TenantManager, TenantModel


class WebhookEndpoint(TenantModel):
    """A program of the district or of an agency that wants to be told of some kinds of notice.

    url: https, and never a place inside the house
    wrapped_secret: what its messages are signed with ("whsec_…"), under the master key
    kinds: which notices; empty is none
    paused_at: since when somebody wants it silent; failures never pause it
    """

    name = models.CharField(max_length=60)
    url = models.URLField(max_length=400)
    wrapped_secret = models.TextField()
    kinds = ArrayField(models.CharField(max_length=60), default=list)
    added_at = models.DateTimeField(db_default=Now())
    paused_at = models.DateTimeField(null=True)
    last_failure = models.CharField(max_length=20, blank=True)
    failed_at = models.DateTimeField(null=True)

    objects = TenantManager()

    def __str__(self) -> str:
        return self.name

    @property
    def secret(self) -> str:
        key_id, _, blob = self.wrapped_secret.partition(":")
        return key_provider().unwrap(key_id, base64.b64decode(blob), self._place).decode()

    def make_secret(self) -> str:
        """Give it a new secret of 32 random bytes, and return it to be shown once."""
        secret = f"whsec_{base64.b64encode(secrets.token_bytes(32)).decode()}"
        key_id, blob = key_provider().wrap(secret.encode(), self._place)
        self.wrapped_secret = f"{key_id}:{base64.b64encode(blob).decode()}"
        return secret

    @property
    def _place(self) -> bytes:
        return f"outbox.webhookendpoint|v1|{self.partnership_id}|{self.pk}".encode()
