"""How each way out of the house is doing, for the breakers and for the operator."""

from __future__ import annotations

from django.db import models


class Provider(models.Model):
    """A mail server, a telephone gateway or a push service. Belongs to the installation.

    name: the channel and its place in the settings: "sms-1", its standby "sms-2"
    failures: how many in a row by fault of the provider (not of one address)
    closed_until: no attempt before this moment, unless there is no other way
    """

    name = models.CharField(max_length=20, primary_key=True)
    channel = models.CharField(max_length=10)
    failures = models.PositiveIntegerField(default=0)
    closed_until = models.DateTimeField(null=True)
    last_yes_at = models.DateTimeField(null=True)
    last_no_at = models.DateTimeField(null=True)
    last_code = models.CharField(max_length=20, blank=True)

    def __str__(self) -> str:
        return self.name
