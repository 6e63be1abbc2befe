"""Writes who did what, in the same transaction as the deed itself, and proves it unchanged."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from partnership.models import AuditEntry, AuditHead, User
from partnership.tenancy import TenantModel, new_id, open_partnership

# Ids, choices, numbers. A name or a sentence does not fit through here.
_PLAIN = re.compile(r"[A-Za-z0-9_.:+-]{0,64}")
GENESIS = b"\0" * 32


def record(
    action: str,
    subject: TenantModel,
    *,
    by: User | None = None,
    at: datetime | None = None,
    **facts: object,
) -> None:
    """Add one entry about `subject`. Raises ValueError where a fact could hold words.

    `at` replaces the moment, in the key too, where the true one would help to find a sender.
    """
    when = {} if at is None else {"at": at, "id": new_id(at)}
    AuditEntry.objects.create(
        **when,
        partnership_id=subject.partnership_id,
        actor=by,
        action=action,
        subject=f"{subject._meta.label_lower}:{subject.pk}",
        facts={name: _plain(name, value) for name, value in facts.items()},
    )


def _plain(name: str, value: object) -> str | int | bool | None:
    if value is None or isinstance(value, bool | int):
        return value
    text = str(value)
    if not _PLAIN.fullmatch(text):
        raise ValueError(f"The audit takes ids, choices and numbers; {name!r} is neither.")
    return text


@dataclass(frozen=True)
class Verdict:
    """What verification found: how many entries stand, and the first thing that is wrong."""

    entries: int
    fault: str = ""


def verify() -> Verdict:
    """Recompute the open partnership's chain from its first entry to its head."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    previous, count = GENESIS, 0
    for number, entry, text, before, digest in _links():
        count += 1
        if number != count:
            return Verdict(count, f"entry {count} is missing")
        if before != previous or digest != _digest(previous, text):
            return Verdict(count, f"entry {entry} was changed")
        previous = digest
    return Verdict(count, _fault_at_head(count, previous))


def _fault_at_head(count: int, digest: bytes) -> str:
    head = AuditHead.objects.first()
    known = (head.sequence, bytes(head.digest)) if head else (0, GENESIS)
    if known != (count, digest):
        return f"the chain ends at {count}, its head says {known[0]}"
    if AuditEntry.objects.filter(link=None).exists():
        return "an entry stands outside the chain"
    return ""


def _digest(previous: bytes, text: str) -> bytes:
    return hashlib.sha256(previous + text.encode()).digest()


def _links() -> Iterator[tuple[int, UUID, str, bytes, bytes]]:
    """Each link in order with the entry's text as the trigger saw it (audit_text)."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(
            "SELECT link.sequence, entry.id, audit_text(entry), link.previous, link.digest "
            "FROM partnership_auditlink link "
            "JOIN partnership_auditentry entry ON entry.id = link.entry_id "
            "WHERE link.partnership_id = %s ORDER BY link.sequence",
            [open_partnership().pk],
        )
        for number, entry, text, before, digest in cursor:
            yield number, entry, text, bytes(before), bytes(digest)
