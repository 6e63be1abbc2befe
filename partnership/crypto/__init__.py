"""Keeps what people write unreadable to whoever steals the database.

Three places must all be stolen before one text can be read: the main database (ciphertext), the
vault (one random share per object) and the master key. A model says `SealedTextField()`; nobody
seals by hand. The place of a text is part of its seal: model, column, partnership, object, row.
"""

from partnership.crypto.envelope import PAD_BYTES, SealBroken, SealError
from partnership.crypto.fields import SealedTextField, SealedValue, SealIdField
from partnership.crypto.keys import (
    KeyProvider,
    LocalKeyProvider,
    MasterKeyMissing,
    key_faults,
    key_provider,
    keyed_hash,
)
from partnership.crypto.rows import Sealed, SealedQuerySet, SealedRow
from partnership.crypto.shares import Shredded, VaultUnreachable, unseal_many

__all__ = [
    "PAD_BYTES",
    "KeyProvider",
    "LocalKeyProvider",
    "MasterKeyMissing",
    "SealBroken",
    "SealError",
    "SealIdField",
    "Sealed",
    "SealedQuerySet",
    "SealedRow",
    "SealedTextField",
    "SealedValue",
    "Shredded",
    "VaultUnreachable",
    "key_faults",
    "key_provider",
    "keyed_hash",
    "unseal_many",
]
