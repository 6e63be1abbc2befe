"""The master key: what wraps every share of the vault, and where it comes from.

A key is rotated in three steps, each with a restart of every process in between:
1. MASTER_KEY="old,new"   everybody can read what the new key will wrap
2. MASTER_KEY="new,old"   the first key of the ring wraps; then `rotate_keys` until 0 are left
3. MASTER_KEY="new"       the old key is gone; keep it as long as backups of the vault live
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence
from functools import lru_cache
from typing import Final, Protocol, cast

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from partnership.crypto.envelope import KEY_BYTES, SealBroken, decrypt, derive, encrypt

# Every use of the pepper, by name: the same value under two names has nothing in common.
HASH_LABELS: Final = ("tip-code",)
_PEPPER_CHARACTERS: Final = 32
_HEX_CHARACTERS: Final = 2 * KEY_BYTES


class MasterKeyMissing(SealBroken):
    """A share is wrapped by a key that is not in the ring."""


class KeyProvider(Protocol):
    """Whoever holds the master key. A cloud KMS is a second class with these three methods."""

    def current_id(self) -> str:
        """The name of the key that wraps from now on; at most 100 characters."""

    def wrap(self, plain: bytes, context: bytes) -> tuple[str, bytes]:
        """The name of the key used, and `plain` encrypted so that it opens for `context` only."""

    def unwrap(self, key_id: str, blob: bytes, context: bytes) -> bytes:
        """The opposite. Raises SealBroken for other bytes or context, MasterKeyMissing."""


class LocalKeyProvider:
    """Keeps the master key in this process, from MASTER_KEY or the file MASTER_KEY_FILE."""

    def __init__(self) -> None:
        self._ring = {_key_id(key): key for key in _master_keys()}

    def current_id(self) -> str:
        return next(iter(self._ring))

    def wrap(self, plain: bytes, context: bytes) -> tuple[str, bytes]:
        key_id = self.current_id()
        return key_id, encrypt(self._key_for(key_id, context), plain, context)

    def unwrap(self, key_id: str, blob: bytes, context: bytes) -> bytes:
        return decrypt(self._key_for(key_id, context), blob, context)

    def _key_for(self, key_id: str, context: bytes) -> bytes:
        # One key per share: no count of shares can wear out the random nonces.
        try:
            return derive(self._ring[key_id], f"wrap|v1|{context.hex()}")
        except KeyError:
            raise MasterKeyMissing(f"Master key {key_id} is not in the ring.") from None


def key_provider() -> KeyProvider:
    """Whoever holds the master key, as MASTER_KEY_PROVIDER names it."""
    return _provider(settings.MASTER_KEY_PROVIDER, settings.MASTER_KEY)


@lru_cache(maxsize=4)
def _provider(path: str, keys: str) -> KeyProvider:
    """Made once for each ring: a fan-out unwraps thousands of addresses in a row."""
    return cast(KeyProvider, import_string(path)())


def keyed_hash(label: str, value: str | bytes) -> bytes:
    """A fingerprint of `value` that nobody can test guesses against without the pepper."""
    if label not in HASH_LABELS:
        raise ValueError(f"{label!r} is not listed in HASH_LABELS.")
    if faults := _pepper_faults():
        raise ImproperlyConfigured(faults[0])
    key = derive(settings.TIP_PEPPER.encode(), f"keyed-hash|{label}")
    return hmac.digest(key, value.encode() if isinstance(value, str) else value, "sha256")


def key_faults() -> list[str]:
    """What is wrong with the keys, in sentences without the keys. Empty: the server may start."""
    return [*_master_key_faults(), *_pepper_faults(), *_likeness_faults()]


def _master_key_faults() -> list[str]:
    try:
        provider = import_string(settings.MASTER_KEY_PROVIDER)
    except ImportError:
        return ["MASTER_KEY_PROVIDER names no class that can be imported."]
    if provider is not LocalKeyProvider:
        return []
    try:
        keys = _master_keys()
    except ImproperlyConfigured as fault:
        return [str(fault)]
    return ["MASTER_KEY is not random."] if any(_is_weak(key) for key in keys) else []


def _pepper_faults() -> list[str]:
    pepper = settings.TIP_PEPPER
    if len(pepper) < _PEPPER_CHARACTERS:
        return [f"TIP_PEPPER is missing or shorter than {_PEPPER_CHARACTERS} characters."]
    return ["TIP_PEPPER is not random."] if len(set(pepper)) < _PEPPER_CHARACTERS // 4 else []


def _likeness_faults() -> list[str]:
    secrets = [*settings.MASTER_KEY.split(","), settings.TIP_PEPPER, settings.SECRET_KEY]
    given = [secret.strip() for secret in secrets if secret.strip()]
    return [
        *(["Two of MASTER_KEY, TIP_PEPPER, SECRET_KEY are the same."] if _repeats(given) else []),
        *(["HASH_LABELS holds a label twice."] if _repeats(HASH_LABELS) else []),
    ]


def _repeats(values: Sequence[str]) -> bool:
    return len(set(values)) < len(values)


def _master_keys() -> list[bytes]:
    """The ring, newest first."""
    parts = [part.strip() for part in settings.MASTER_KEY.split(",") if part.strip()]
    if not parts:
        raise ImproperlyConfigured("MASTER_KEY is missing.")
    return [_decoded(part) for part in parts]


def _decoded(part: str) -> bytes:
    try:
        if len(part) == _HEX_CHARACTERS:
            return bytes.fromhex(part)
        standard = part.rstrip("=").translate(str.maketrans("-_", "+/"))
        key = base64.b64decode(standard + "=" * (-len(standard) % 4), validate=True)
    except (ValueError, binascii.Error):
        key = b""
    if len(key) != KEY_BYTES:
        raise ImproperlyConfigured(f"MASTER_KEY is not {KEY_BYTES} bytes in base64 or hex.")
    return key


def _key_id(key: bytes) -> str:
    # Of a derived label and not of the key, so that the name in the vault tests no guess of it
    # against anything else.
    return hashlib.sha256(derive(key, "key-id|v1")).hexdigest()[:8]


def _is_weak(key: bytes) -> bool:
    return len(set(key)) < KEY_BYTES // 2
