"""SealedTextField: plain text on the instance, ciphertext everywhere else.

The text opens when the attribute is first read. Queries can neither search, set nor show it.
Renaming a sealed model, its app or a column changes the place its texts are bound to: such a
migration must read every text under the old name and seal it under the new one.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Final, cast

from django import forms
from django.core import checks
from django.core.exceptions import FieldError, ValidationError
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import Case, Value
from django.db.models.functions import Cast
from django.db.models.query_utils import DeferredAttribute
from django.utils.translation import gettext_lazy as _

from partnership.crypto.envelope import OVERHEAD_BYTES, PAD_BYTES, derive, open_text, seal_text
from partnership.crypto.shares import data_key, partnership_of

if TYPE_CHECKING:
    from partnership.crypto.rows import Sealed, SealedRow

    class Column[S, G](models.Field[S, G]): ...

    IdColumn = models.UUIDField[uuid.UUID, uuid.UUID]
else:

    class Column[S, G](models.Field):
        """Django's fields take type parameters in the stubs only."""

    IdColumn = models.UUIDField

# Texts already read, by column, beside the ciphertext that stays on the row.
OPENED: Final = "_opened_texts"
_as_stored: ContextVar[bool] = ContextVar("sealed_as_stored", default=False)


@contextmanager
def as_stored() -> Iterator[None]:
    """Let attributes give their ciphertext, where Django copies rows and nobody reads them."""
    token = _as_stored.set(True)
    try:
        yield
    finally:
        _as_stored.reset(token)


class SealedValue(bytes):
    """Ciphertext as the database holds it; shows nothing when printed."""

    def __repr__(self) -> str:
        return f"<sealed, {len(self)} bytes>"

    __str__ = __repr__


class SealedAttribute(DeferredAttribute):
    """Opens a text when it is first read, and remembers it on the instance."""

    field: SealedTextField[Any, Any]

    def __get__(self, instance: Any, cls: type[models.Model] | None = None) -> Any:
        value = super().__get__(instance, cls)
        if instance is None or not isinstance(value, SealedValue) or _as_stored.get():
            return value
        opened = instance.__dict__.setdefault(OPENED, {})
        if self.field.attname not in opened:
            opened[self.field.attname] = self.field.open(instance, value)
        return opened[self.field.attname]

    def __set__(self, instance: SealedRow, value: str | SealedValue | None) -> None:
        if not isinstance(value, str | SealedValue | None):
            raise TypeError(f"{self.field.name} takes text, not {type(value).__name__}.")
        instance.__dict__.get(OPENED, {}).pop(self.field.attname, None)
        instance.__dict__[self.field.attname] = value


class SealedTextField[S, G](Column[S, G]):
    """Text that only the application can read. The model extends Sealed or SealedRow."""

    _pyi_private_set_type: str
    _pyi_private_get_type: str
    description = _("Sealed text")
    descriptor_class = SealedAttribute
    empty_strings_allowed = False  # in the database: an empty text is sealed like any other

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "serialize": False})
        self.validators.append(_refuse_half_characters)
        if self.max_length is not None:
            self.validators.append(MaxLengthValidator(self.max_length))

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        name, _path, args, kwargs = super().deconstruct()
        del kwargs["serialize"]
        # The public path, so that migrations do not depend on how this package is split.
        return name, "partnership.crypto.SealedTextField", list(args), kwargs

    def get_internal_type(self) -> str:
        return "BinaryField"

    def db_check(self, connection: BaseDatabaseWrapper) -> str:
        """The database itself refuses what is not whole KiB of ciphertext."""
        length = f"octet_length({connection.ops.quote_name(str(self.column))}) - {OVERHEAD_BYTES}"
        return f"{length} > 0 AND mod({length}, {PAD_BYTES}) = 0"

    def get_default(self) -> str | None:
        return None if self.null else ""

    def check(self, **kwargs: Any) -> list[checks.CheckMessage]:
        return [*super().check(**kwargs), *self._check_seal()]

    def _check_seal(self) -> Iterator[checks.CheckMessage]:
        if not hasattr(self.model, "sealed_under"):
            hint = "Extend partnership.crypto.Sealed, or SealedRow with SEALED_UNDER."
            yield checks.Error(
                "Its model does not say whose key it has.", hint, self, "crypto.E001"
            )
        if self.unique or self.choices or self.has_default():
            hint = "Take away unique, primary_key, choices or default."
            yield checks.Error("A sealed text can not be compared.", hint, self, "crypto.E002")

    def seal(self, row: SealedRow, text: str) -> SealedValue:
        """The ciphertext of `text` for this column of this row, and for no other."""
        return SealedValue(seal_text(*self._place(row), text))

    def open(self, row: SealedRow, sealed: bytes) -> str:
        """The text. Raises SealBroken, Shredded or VaultUnreachable."""
        return open_text(*self._place(row), sealed)

    def _place(self, row: SealedRow) -> tuple[bytes, str]:
        owner, column, label = row.sealed_under(), self.column, self.model._meta.label_lower
        pk = row._meta.pk.to_python(row.pk)
        key = derive(data_key(owner), f"row|{label}|{column}|{pk}")
        return key, f"{label}|{column}|{partnership_of(row)}|{owner.seal_id}|{pk}"

    def pre_save(self, model_instance: models.Model, add: bool) -> SealedValue | None:
        row, name = cast("SealedRow", model_instance), self.attname
        with as_stored():
            value: str | SealedValue | None = getattr(row, name)
        if isinstance(value, str):
            sealed = self.seal(row, value)
            setattr(row, name, sealed)
            row.__dict__.setdefault(OPENED, {})[name] = value
            return sealed
        if value is not None and add:
            self.open(row, value)  # bytes copied from another row would never open here
        return value

    def from_db_value(self, value: Any, *_args: Any) -> SealedValue | None:
        return None if value is None else SealedValue(value)

    def get_prep_value(self, value: Any) -> SealedValue | None:
        if isinstance(value, SealedValue | None):
            return value
        raise self._refusal()

    def get_db_prep_value(
        self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False
    ) -> Any:
        return self.get_prep_value(value)

    def get_db_prep_save(self, value: Any, connection: BaseDatabaseWrapper) -> Any:
        if hasattr(value, "as_sql") and not _carries_ciphertext(value):
            raise self._refusal()
        return super().get_db_prep_save(value, connection)

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name != "isnull":
            raise self._refusal()
        return super().get_lookup(lookup_name)

    def get_transform(self, lookup_name: str) -> Any:
        raise self._refusal()

    def value_to_string(self, obj: models.Model) -> str:
        raise self._refusal()

    def formfield(self, **kwargs: Any) -> forms.Field | None:
        return super().formfield(
            **{
                "form_class": forms.CharField,
                "widget": forms.Textarea,
                "max_length": self.max_length,
                **kwargs,
            }
        )

    def _refusal(self) -> FieldError:
        return FieldError(
            f"{self.name} is sealed: set it on an instance; only isnull can be asked."
        )


class SealIdField(IdColumn):
    """Names an object's share in the vault, and puts it there before the object is inserted."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(
            *args, **{"default": uuid.uuid4, "unique": True, "editable": False, **kwargs}
        )

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        name, _path, args, kwargs = super().deconstruct()
        return name, "partnership.crypto.SealIdField", list(args), kwargs

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        if add:
            data_key(cast("Sealed", model_instance))
        return super().pre_save(model_instance, add)


def _carries_ciphertext(expression: Any) -> bool:
    """Whether it is what bulk_update() builds, of sealed values alone."""
    if isinstance(expression, Cast):
        return _carries_ciphertext(expression.get_source_expressions()[0])
    if isinstance(expression, Case):
        results = [expression.default, *(case.result for case in expression.cases)]
        return all(_carries_ciphertext(result) for result in results)
    return isinstance(expression, Value) and isinstance(expression.value, SealedValue | None)


def _refuse_half_characters(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValidationError(_("This text holds a character that can not be kept.")) from None
