"""Sealed rows for tests, and the hand of a thief in the database."""

from typing import Any

from django.db import connection

from partnership.models import School
from tips.models import Tip, TipMessage


def tip_at(school: School) -> Tip:
    return Tip.objects.create(partnership=school.partnership, school=school)


def message(tip: Tip, text: str) -> TipMessage:
    return TipMessage.objects.create(partnership=tip.partnership, tip=tip, text=text)


def reloaded(row: Any) -> Any:
    """The same row, read anew: no key and no opened text comes along."""
    return type(row).objects.get(pk=row.pk)


def stored(row: TipMessage) -> bytes:
    with connection.cursor() as cursor:
        cursor.execute("SELECT text FROM tips_tipmessage WHERE id = %s", [row.pk])
        return bytes(cursor.fetchone()[0])


def store(row: TipMessage, sealed: bytes) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE tips_tipmessage SET text = %s WHERE id = %s", [sealed, row.pk])
