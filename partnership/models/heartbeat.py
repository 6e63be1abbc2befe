"""The last sign of life of a background process."""

from django.db import models


class Heartbeat(models.Model):
    """When a process last said that it is alive. Belongs to the installation, not to a tenant."""

    process = models.CharField(max_length=20, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.process
