"""One sealed text as bytes: version, nonce, and an authenticated cipher over padded UTF-8."""

import os
import struct
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

VERSION: Final = 1
PAD_BYTES: Final = 1024  # so that a stored length tells only how many KiB, not how many words
KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12
_TAG_BYTES: Final = 16
OVERHEAD_BYTES: Final = 1 + _NONCE_BYTES + _TAG_BYTES


class SealError(Exception):
    """A sealed text can not be read or written now. No message of these holds any content."""


class SealBroken(SealError):
    """The bytes were changed, or do not belong to this place, object or key."""


def derive(key: bytes, info: str) -> bytes:
    """A key for one purpose only; what is known of it tells nothing about `key`."""
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=info.encode()).derive(key)


def encrypt(key: bytes, plain: bytes, context: bytes) -> bytes:
    """Nonce and ciphertext of `plain`, bound to `context`."""
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + ChaCha20Poly1305(key).encrypt(nonce, plain, context)


def decrypt(key: bytes, blob: bytes, context: bytes) -> bytes:
    """The opposite of `encrypt`. Raises SealBroken for any other key, bytes or context."""
    if len(blob) < _NONCE_BYTES + _TAG_BYTES:
        raise SealBroken("The sealed bytes are too short.")
    try:
        return ChaCha20Poly1305(key).decrypt(blob[:_NONCE_BYTES], blob[_NONCE_BYTES:], context)
    except InvalidTag:
        raise SealBroken("The sealed bytes do not belong to this place or this key.") from None


def seal_text(key: bytes, context: str, text: str) -> bytes:
    """The ciphertext of `text`; `context` names the place it belongs to."""
    return bytes([VERSION]) + encrypt(key, _pad(_encoded(text)), _with_version(context))


def open_text(key: bytes, context: str, sealed: bytes) -> str:
    """The opposite of `seal_text`. Raises SealBroken."""
    if sealed[:1] != bytes([VERSION]):
        raise SealBroken("The sealed bytes are of an unknown version.")
    return _unpad(decrypt(key, sealed[1:], _with_version(context))).decode()


def _with_version(context: str) -> bytes:
    return f"{context}|{VERSION}".encode()


def _encoded(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:  # its own message and arguments quote the text
        raise ValueError("The text holds half a character (a lone surrogate).") from None


def _pad(plain: bytes) -> bytes:
    framed = struct.pack(">I", len(plain)) + plain
    return framed + bytes(-len(framed) % PAD_BYTES)


def _unpad(padded: bytes) -> bytes:
    (length,) = struct.unpack_from(">I", padded)
    return padded[4 : 4 + length]
