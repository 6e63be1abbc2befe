"""What a model with sealed columns extends: an object of its own, or a part of one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, Self, cast

from django.db import models

from partnership.crypto.fields import OPENED, SealedTextField, SealedValue, SealIdField, as_stored
from partnership.crypto.shares import DATA_KEY, delete_share
from partnership.tenancy import TenantModel


class SealedQuerySet[M: models.Model](models.QuerySet[M]):
    """Needed only where sealed columns are written by bulk_update(); a plain one refuses."""

    def bulk_update(
        self, objs: Iterable[M], fields: Iterable[str], batch_size: int | None = None
    ) -> int:
        rows, names = tuple(objs), tuple(fields)
        for field in _sealed_fields(self.model):
            if field.name in names:
                for row in rows:
                    field.pre_save(row, add=False)
        with as_stored():
            return super().bulk_update(rows, names, batch_size)


class SealedRow(TenantModel):
    """A part of a sealed object, such as one message of a tip.

    SEALED_UNDER names the foreign key to the object whose key it shares. Moving a row to another
    object needs every sealed column to be read and assigned again before it is saved.
    """

    SEALED_UNDER: ClassVar[str]

    class Meta:
        abstract = True

    def sealed_under(self) -> Sealed:
        """The object whose share opens this row."""
        return cast("Sealed", self if self.SEALED_UNDER == "self" else self._part_of())

    def _part_of(self) -> Any:
        return getattr(self, self.SEALED_UNDER)

    def refresh_from_db(
        self,
        using: str | None = None,
        fields: Iterable[str] | None = None,
        from_queryset: models.QuerySet[Self] | None = None,
    ) -> None:
        with as_stored():  # Django copies attribute by attribute, and would open each text
            super().refresh_from_db(using, fields, from_queryset)

    def __getstate__(self) -> dict[str, Any]:
        """A pickle holds what the database holds: no key and no plain text."""
        state = super().__getstate__()
        state.pop(DATA_KEY, None)
        state.pop(OPENED, None)
        for field in _sealed_fields(type(self)):
            if not isinstance(state.get(field.attname), SealedValue | None):
                raise TypeError(f"Save the row first: {field.name} is not sealed yet.")
        return state


class Sealed(SealedRow):
    """An object with a key of its own: whoever shreds it shreds all its parts.

    seal_id: names the share in the vault. Random, so that the vault tells nothing of time.
    Deleting the row leaves its share, and with it every backup readable: shred() it first.
    """

    SEALED_UNDER = "self"

    seal_id = SealIdField()

    class Meta:
        abstract = True

    def shred(self) -> None:
        """Make this object and its parts unreadable for ever, in old backups of the database too.

        The vault is outside the transaction of the deed: call this from transaction.on_commit(),
        or a deed rolled back has destroyed what it leaves behind.
        """
        delete_share(self)
        self.__dict__.pop(OPENED, None)


def _sealed_fields(model: type[models.Model]) -> Sequence[SealedTextField[Any, Any]]:
    return [field for field in model._meta.concrete_fields if isinstance(field, SealedTextField)]
