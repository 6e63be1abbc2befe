"""Where a person can be reached beside the portal and their e-mail, and what they wish."""

from __future__ import annotations

import base64
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.crypto import salted_hmac

from outbox.models.notification import Channel, Urgency
from partnership.crypto import key_provider
from partnership.models import Membership
from partnership.tenancy import TenantManager, TenantModel

PHONE_CHANNELS = (Channel.SMS, Channel.VOICE)


class ContactPointQuerySet(models.QuerySet["ContactPoint"]):
    def usable(self) -> ContactPointQuerySet:
        return self.filter(status=ContactPoint.Status.VERIFIED)

    def of(self, membership: Membership) -> ContactPointQuerySet:
        return self.filter(membership=membership)


class ContactPoint(TenantModel):
    """A telephone or a device of one member. Its address never changes: another number is
    another row, so that a delivery that names this row is frozen.

    wrapped: the number (E.164), or the device's push subscription (JSON), under the master key
    label: what its owner calls it ("My phone"), never the address
    code_until, code_tries: until when the code is good by which a telephone is being verified,
        and how often a wrong one was typed
    last_failure: why it stopped working, as a short code
    """

    class Kind(models.TextChoices):
        PHONE = "phone"
        DEVICE = "device"

    class Status(models.TextChoices):
        UNVERIFIED = "unverified"
        VERIFIED = "verified"
        BROKEN = "broken"

    STEPS: ClassVar = {
        Status.UNVERIFIED: {Status.VERIFIED},
        Status.VERIFIED: {Status.BROKEN},
        Status.BROKEN: {Status.VERIFIED},
    }

    membership = models.ForeignKey(
        Membership,
        models.CASCADE,
        related_name="contact_points",
        db_constraint=False,
        db_index=False,
    )
    kind = models.CharField(max_length=6)
    wrapped = models.TextField()
    label = models.CharField(max_length=40, blank=True)
    status = models.CharField(max_length=10, default=Status.UNVERIFIED)
    verified_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    last_failure = models.CharField(max_length=20, blank=True)
    code_until = models.DateTimeField(null=True)
    code_tries = models.PositiveSmallIntegerField(default=0)
    added_at = models.DateTimeField(db_default=Now())

    objects = TenantManager.from_queryset(ContactPointQuerySet)()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(kind__in=["phone", "device"]), name="outbox_contactpoint_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["unverified", "verified", "broken"]),
                name="outbox_contactpoint_status_known",
            ),
        )
        indexes = (
            models.Index(fields=["partnership", "membership"], name="outbox_contactpoint_of"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def address(self) -> str:
        """The number, or the push subscription as JSON. Raises SealBroken."""
        key_id, _, blob = self.wrapped.partition(":")
        return key_provider().unwrap(key_id, base64.b64decode(blob), self._place).decode()

    @address.setter
    def address(self, address: str) -> None:
        key_id, blob = key_provider().wrap(address.encode(), self._place)
        self.wrapped = f"{key_id}:{base64.b64encode(blob).decode()}"

    @property
    def code(self) -> str:
        """The six digits of this verification: derived, so that they are stored nowhere."""
        what = f"{self.partnership_id}|{self.pk}|{self.code_until}"
        digest = salted_hmac("outbox.contactpoint.code", what, algorithm="sha256").digest()
        return f"{int.from_bytes(digest[:8]) % 1_000_000:06}"

    @property
    def _place(self) -> bytes:
        return f"outbox.contactpoint|v1|{self.partnership_id}|{self.pk}".encode()


def usual_routine() -> list[str]:
    return [Channel.EMAIL.value, Channel.PUSH.value]


def usual_urgent() -> list[str]:
    return [Channel.EMAIL.value, Channel.PUSH.value, Channel.SMS.value]


class PreferenceQuerySet(models.QuerySet["Preference"]):
    def away(self) -> PreferenceQuerySet:
        """Those who are out of office now and have named somebody to be told instead."""
        return self.filter(away_from__lte=Now(), away_until__gt=Now(), backup__isnull=False)


class Preference(TenantModel):
    """How one member wishes to be told. Who set nothing has the usual: see the defaults.

    routine, urgent: the channels beside the portal itself; in an emergency all are used
    quiet_from, quiet_until: local hours in which nothing routine is sent; urgent always is
    away_from, away_until: out of office; `backup` is told instead
    """

    membership = models.OneToOneField(Membership, models.CASCADE, related_name="preference")
    routine = ArrayField(models.CharField(max_length=10), default=usual_routine)
    urgent = ArrayField(models.CharField(max_length=10), default=usual_urgent)
    quiet_from = models.TimeField(null=True, blank=True)
    quiet_until = models.TimeField(null=True, blank=True)
    away_from = models.DateTimeField(null=True, blank=True)
    away_until = models.DateTimeField(null=True, blank=True)
    backup = models.ForeignKey(Membership, models.SET_NULL, null=True, blank=True, related_name="+")

    objects = TenantManager.from_queryset(PreferenceQuerySet)()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(quiet_from=None, quiet_until=None)
                | Q(quiet_from__isnull=False, quiet_until__isnull=False),
                name="outbox_preference_quiet_both",
            ),
            models.CheckConstraint(
                condition=~Q(backup=models.F("membership")), name="outbox_preference_backup_other"
            ),
        )

    def __str__(self) -> str:
        return f"Preference of {self.membership_id}"

    @property
    def is_away(self) -> bool:
        if self.away_from is None or self.away_until is None:
            return False
        return self.away_from <= timezone.now() < self.away_until

    def channels_for(self, urgency: Urgency) -> list[str]:
        """Those this member wants for such a notice; an emergency takes them all."""
        if urgency == Urgency.PANIC:
            return [Channel.EMAIL, Channel.PUSH, Channel.SMS, Channel.VOICE]
        return self.urgent if urgency == Urgency.URGENT else self.routine
