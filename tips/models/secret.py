"""By what a sender who returns is known again."""

from __future__ import annotations

import secrets
import uuid

from django.db import models
from django.utils.crypto import salted_hmac

from partnership.tenancy import TenantManager, TenantModel
from tips.models.tip import Tip


def nobodys_session() -> bytes:
    """Bytes no token leads to. A tip whose sender never came back has some too, so that the table
    does not tell who returned."""
    return secrets.token_bytes(32)


def session_of(token: str) -> bytes:
    """What is kept of the token in a sender's cookie."""
    return salted_hmac("tips.session", token, algorithm="sha256").digest()


class TipSecret(TenantModel):
    """How a tip is found by its sender. Holds no time: when a sender was here is not written down.

    lookup: fingerprint of the tip code (tips/codes.py)
    session: of the one browser that may read the thread now; a new return replaces it
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tip = models.OneToOneField(Tip, models.CASCADE, related_name="secret")
    lookup = models.BinaryField(unique=True)
    session = models.BinaryField(unique=True, default=nobodys_session)

    objects = TenantManager()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"Secret of {self.tip_id}"
