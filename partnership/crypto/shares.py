"""The data key of an object: made of its share in the vault, and gone when that is deleted.

A share is written before the row that needs it. If the row then fails, the share stays behind:
such orphans are harmless (random bytes that open nothing) and nobody collects them.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final
from uuid import UUID

from django.db import InterfaceError, OperationalError, transaction

from partnership.crypto.envelope import KEY_BYTES, SealError, derive
from partnership.crypto.keys import key_provider
from partnership.vault.models import Share
from partnership.vault.router import VAULT

if TYPE_CHECKING:
    from partnership.crypto.rows import Sealed, SealedRow

# The key lives on the row it belongs to and dies with it; never in a cache of the process.
DATA_KEY: Final = "_data_key"


class Shredded(SealError):
    """The share of this object was deleted: nobody can read it again."""


class VaultUnreachable(SealError):
    """The vault database does not answer now. Nothing is lost; try again later."""


@contextmanager
def _vault() -> Iterator[None]:
    try:
        yield
    except (OperationalError, InterfaceError) as error:
        raise VaultUnreachable("The vault does not answer.") from error


def data_key(owner: Sealed) -> bytes:
    """The key everything of this object is sealed under. A new object gets its share here."""
    if DATA_KEY not in owner.__dict__:
        is_new = owner._state.adding
        owner.__dict__[DATA_KEY] = _derived(owner, _minted(owner) if is_new else _fetched(owner))
    key: bytes | None = owner.__dict__[DATA_KEY]
    if key is None:
        raise Shredded("The content of this row was deleted for good.")
    return key


def unseal_many(rows: Iterable[SealedRow]) -> None:
    """Fetch the keys of many rows in one query to the vault, before a list of them is read.

    A shredded row stays in the list; it raises Shredded when its text is read.
    """
    owners = [row.sealed_under() for row in rows]
    waiting = [owner for owner in owners if DATA_KEY not in owner.__dict__]
    if not waiting:
        return
    with _vault():
        shares = Share.objects.using(VAULT).in_bulk({owner.seal_id for owner in waiting})
    plain = {seal_id: _unwrapped(share) for seal_id, share in shares.items()}
    for owner in waiting:
        owner.__dict__[DATA_KEY] = _derived(owner, plain.get(owner.seal_id))


def delete_share(owner: Sealed) -> None:
    """Make everything sealed under this object unreadable, in every copy and backup."""
    with _vault(), transaction.atomic(using=VAULT, durable=True):
        Share.objects.using(VAULT).filter(pk=owner.seal_id).delete()
    owner.__dict__[DATA_KEY] = None


def rewrap(shares: Iterable[Share]) -> tuple[list[Share], int]:
    """Wrap shares anew with the current master key; and how many the ring can not open."""
    provider, rewrapped, closed = key_provider(), [], 0
    for share in shares:
        context = _context(share.id)
        try:
            plain = provider.unwrap(share.key_id, bytes(share.wrapped), context)
        except SealError:
            closed += 1
            continue
        share.key_id, share.wrapped = provider.wrap(plain, context)
        rewrapped.append(share)
    return rewrapped, closed


def partnership_of(row: SealedRow) -> int:
    """Whose row this is; a row that belongs to nobody yet has no place to be sealed to."""
    if row.partnership_id is None:
        raise ValueError("Give the row its partnership before it is sealed.")
    return row.partnership_id


def _derived(owner: Sealed, share: bytes | None) -> bytes | None:
    # Per-person wraps would enter here: derive(share + S_tip, ...), with S_tip opened by the
    # reader's own key (domain/tips.md §4.2). The first release has the share alone.
    if share is None:
        return None
    return derive(share, f"data-key|v1|{partnership_of(owner)}|{owner.seal_id}")


def _minted(owner: Sealed) -> bytes:
    share = os.urandom(KEY_BYTES)
    key_id, wrapped = key_provider().wrap(share, _context(owner.seal_id))
    # Durable: committed before the row that needs it can be, so no row ever lacks its share.
    with _vault(), transaction.atomic(using=VAULT, durable=True):
        Share.objects.using(VAULT).create(id=owner.seal_id, key_id=key_id, wrapped=wrapped)
    return share


def _fetched(owner: Sealed) -> bytes | None:
    with _vault():
        share = Share.objects.using(VAULT).filter(pk=owner.seal_id).first()
    return None if share is None else _unwrapped(share)


def _unwrapped(share: Share) -> bytes:
    return key_provider().unwrap(share.key_id, bytes(share.wrapped), _context(share.id))


def _context(seal_id: UUID) -> bytes:
    return b"share|" + seal_id.bytes
