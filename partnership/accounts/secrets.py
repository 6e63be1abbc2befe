"""The secrets behind second factors, wrapped by the master key: who steals the database alone
can make no codes."""

import base64

from allauth.mfa.models import Authenticator
from django.db import transaction

from partnership.crypto import key_provider

PLACE = b"partnership.second-factor|v1"


def wrap(text: str) -> str:
    key_id, blob = key_provider().wrap(text.encode(), PLACE)
    return f"{key_id}:{base64.b64encode(blob).decode()}"


def unwrap(wrapped: str) -> str:
    key_id, _, blob = wrapped.partition(":")
    return key_provider().unwrap(key_id, base64.b64decode(blob), PLACE).decode()


def rewrap(wrapped: str) -> str:
    """The same secret under the first key of the ring; unchanged where it is already."""
    key_id, _, _ = wrapped.partition(":")
    return wrapped if key_id == key_provider().current_id() else wrap(unwrap(wrapped))


@transaction.atomic
def rewrap_all() -> int:
    """Wrap every second factor's secret anew; how many were. Part of `rotate_keys`."""
    changed = 0
    kept = Authenticator.objects.exclude(type=Authenticator.Type.WEBAUTHN)
    for authenticator in kept.select_for_update():
        name = "secret" if authenticator.type == Authenticator.Type.TOTP else "seed"
        new = rewrap(authenticator.data[name])
        if new != authenticator.data[name]:
            authenticator.data[name] = new
            authenticator.save(update_fields=["data"])
            changed += 1
    return changed
