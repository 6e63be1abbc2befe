"""One row of any tenant model, for tests that hold for every table, those of later rooms too."""

from __future__ import annotations

import datetime as dt
import uuid
from itertools import count
from typing import Any

from django.apps import apps
from django.db import models

from partnership import audit
from partnership.crypto import SealedTextField
from partnership.models import AuditHead, AuditLink, District, Partnership, User
from partnership.tenancy import TenantModel
from tests.partnership.raw import check_constraints_now

TENANT_MODELS = [model for model in apps.get_models() if issubclass(model, TenantModel)]
# What a table's own constraints ask for, where the simplest value of each column is not enough.
FACTS: dict[str, dict[str, Any]] = {
    "partnership.belltime": {"last_bell": dt.time(15, 0)},
    "partnership.schoolyear": {"ends_on": dt.date(2999, 1, 1)},
    "outbox.notification": {"link": "/somewhere/"},
    "outbox.delivery": {"channel": "email", "address": "somebody@example.org"},
    "outbox.contactpoint": {"kind": "phone"},
    "outbox.ladder": {"urgency": "urgent"},
    "outbox.rung": {"channels": ["email"]},
    "outbox.escalation": {"next_at": dt.datetime(2999, 1, 1, tzinfo=dt.UTC)},
}
SIMPLE: dict[str, Any] = {
    "DateField": dt.date(2026, 9, 1),
    "DateTimeField": dt.datetime(2026, 9, 1, 12, 0, tzinfo=dt.UTC),
    "TimeField": dt.time(8, 0),
    "EmailField": "somebody@example.org",
    "URLField": "https://example.org/",
    "BinaryField": b"x" * 32,
    "BooleanField": False,
    "JSONField": {},
}
_number = count(1)


def row_of(model: type[TenantModel], partnership: Partnership) -> Any:
    """A new row, and whatever rows it points at. The partnership must be open."""
    if issubclass(model, AuditLink | AuditHead):
        return chained(model)
    if model is District and (found := District.objects.first()):
        return found
    facts = {
        field.name: simplest(field, partnership)
        for field in model._meta.concrete_fields
        if needs_value(field)
    }
    facts |= FACTS.get(model._meta.label_lower, {})
    return model.objects.create(**{**facts, "partnership": partnership})  # type: ignore[attr-defined]


def chained(model: type[AuditLink | AuditHead]) -> Any:
    """These two tables are written by the trigger alone, at the end of a deed."""
    audit.record("test.done", District.objects.get())
    check_constraints_now()
    return model.objects.latest("sequence")


def needs_value(field: models.Field[Any, Any]) -> bool:
    """Whether a row can not be made without a value of its own for this column."""
    if isinstance(field, SealedTextField):
        return True
    has_own = field.has_default() or field.has_db_default() or field.null
    return not (has_own or (field.blank and field.empty_strings_allowed))


def simplest(field: models.Field[Any, Any], partnership: Partnership) -> Any:
    """Any value that the column takes; words and numbers are never the same twice."""
    if isinstance(field, models.ForeignKey):
        return target_of(field, partnership)
    if field.choices:
        return next(iter(field.flatchoices))[0]
    if isinstance(field, models.UUIDField):
        return uuid.uuid4()
    if isinstance(field, models.IntegerField):
        return next(_number) % 7
    return SIMPLE.get(type(field).__name__, f"w{next(_number)}")


def target_of(field: models.Field[Any, Any], partnership: Partnership) -> Any:
    target = field.related_model
    if target is Partnership:
        return partnership
    if target is User:
        return User.objects.create_user(f"person{next(_number)}@example.org", name="Somebody")
    assert isinstance(target, type)
    assert issubclass(target, TenantModel), f"rows.py does not know how to make {target}"
    return row_of(target, partnership)
