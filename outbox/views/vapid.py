"""The key by which a browser knows whose push it takes: the public half of WEBPUSH_PRIVATE_KEY."""

import base64
from functools import lru_cache

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings


def public_key() -> str:
    """In base64url, as a page hands it to the browser; empty where push is not set up."""
    return _public_half(settings.WEBPUSH_PRIVATE_KEY)


@lru_cache(maxsize=4)
def _public_half(private: str) -> str:
    try:
        number = int.from_bytes(base64.urlsafe_b64decode(private + "=" * (-len(private) % 4)))
        key = ec.derive_private_key(number, ec.SECP256R1()).public_key()
    except ValueError:
        return ""
    point = key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return base64.urlsafe_b64encode(point).decode().rstrip("=")
