"""What is kept of wrong passphrases, so that guessing ends and a stranger learns nothing."""

from django.db import models
from django.utils import timezone


class SignInFailure(models.Model):
    """One wrong passphrase. `login` is a keyed hash of the address typed, known or not, so that
    the table is no list of accounts and a stranger learns nothing from being locked."""

    login = models.BinaryField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = (models.Index(fields=["login", "at"], name="partnership_failure_recent"),)

    def __str__(self) -> str:
        return f"{self.at}"


class PassphraseLock(models.Model):
    """That an address may not use its passphrase until an administrator releases it. Passkeys and
    open sessions are not touched: nobody can lock a principal out of an emergency.

    noted_at: when the audit of the person's partnerships was told, if the address has a person.
        Later and by another process, so that a lock takes as long for an unknown address.
    """

    login = models.BinaryField(unique=True)
    locked_at = models.DateTimeField(default=timezone.now)
    noted_at = models.DateTimeField(null=True, editable=False)

    def __str__(self) -> str:
        return f"{self.locked_at}"
