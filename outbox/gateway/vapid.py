"""Who may push: checks a sender's VAPID token (RFC 8292) as a push service does."""

import base64
import time
from functools import lru_cache

import jwt
from cryptography.hazmat.primitives.asymmetric import ec

LONGEST_SECONDS = 24 * 3600


def decoded(text: str) -> bytes:
    """Unpadded base64url; ValueError where it is none."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def vouched_key(authorization: str, origin: str) -> str:
    """The public key of a sender whose token is good for this origin now; empty if it is not."""
    key, expires = read(authorization, origin)
    return key if time.time() < expires else ""


# A sender uses one token for thousands of messages; only its end has to be looked at each time.
@lru_cache(maxsize=256)
def read(authorization: str, origin: str) -> tuple[str, float]:
    """The key and the end of a token that is signed well; ("", 0) else."""
    scheme, _, rest = authorization.partition(" ")
    pairs = (piece.strip().partition("=") for piece in rest.split(","))
    fields = {name: value for name, _, value in pairs}
    try:
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), decoded(fields["k"]))
        claims = jwt.decode(
            fields["t"],
            key,
            algorithms=["ES256"],
            audience=origin,
            options={"require": ["exp", "aud"]},
        )
    except (KeyError, ValueError, jwt.PyJWTError):
        return "", 0.0
    expires = float(claims["exp"])
    is_good = scheme.lower() == "vapid" and expires <= time.time() + LONGEST_SECONDS
    return (fields["k"].rstrip("="), expires) if is_good else ("", 0.0)
