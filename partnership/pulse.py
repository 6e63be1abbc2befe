"""Signs of life of the processes that no visitor sees. Each writes one row every few seconds;
whoever asks whether the house is ready reads how old it is."""

from datetime import timedelta

from django.db.models.functions import Now

from partnership.models import Heartbeat

STALE_AFTER = timedelta(seconds=90)


def beat(process: str) -> None:
    """Say that `process` ("workers", "sweeper", "live") is alive, by the database's clock."""
    Heartbeat.objects.update_or_create(process=process, defaults={"at": Now()})


def beats_recently(process: str) -> bool:
    return Heartbeat.objects.filter(process=process, at__gte=Now() - STALE_AFTER).exists()
