"""The outbox's doors for Celery and for the database's bell: they shorten the wait and decide
nothing."""

import logging
import time
from typing import Any

from celery import shared_task
from celery.signals import worker_ready
from kombu.exceptions import KombuError
from redis.exceptions import RedisError

from outbox import sending
from partnership.models import Partnership
from partnership.pulse import beat

# How long a caller may be held by a broker that does not answer, and for how long it is then
# left alone.
PATIENCE_SECONDS = 0.2
REST_SECONDS = 5.0
# A wake-up that waited longer than this comes too late: the sweeper was there.
STALE_SECONDS = 60
log = logging.getLogger(__name__)
_rests_until = 0.0


@shared_task(name="outbox.tasks.carry", ignore_result=True)
def carry(partnership_pk: int) -> None:
    """Carry what is due in one partnership."""
    sending.carry(Partnership.objects.get(pk=partnership_pk))


@shared_task(name="outbox.tasks.carry_all", ignore_result=True)
def carry_all() -> None:
    """Where no sweeper runs: what is due again, and ladders, in every partnership."""
    for partnership in Partnership.objects.all():
        sending.tend(partnership)


@shared_task(name="outbox.tasks.pulse", ignore_result=True)
def pulse() -> None:
    """Prove that messages come through the broker to a worker, and a worker to the database."""
    beat("workers")


@worker_ready.connect
def first_pulse(**_: Any) -> None:
    """A worker that has just started does not wait for the clock to show that it is there."""
    pulse.delay()


def wake(partnership_pk: int, queue: str, *, times: int = 1) -> None:
    """Ring for a worker. Never raises, and never holds the caller longer than a moment: a broker
    that hangs is given up after PATIENCE_SECONDS and not asked again for REST_SECONDS."""
    global _rests_until
    if time.monotonic() < _rests_until:
        return
    try:
        publish(partnership_pk, queue, times)
    except (KombuError, RedisError, OSError):
        _rests_until = time.monotonic() + REST_SECONDS
        log.warning("The broker does not answer; the sweeper carries on without it.")


def publish(partnership_pk: int, queue: str, times: int) -> None:
    """By a connection of its own: those of the pool wait as long as a worker may."""
    quick = {
        "socket_timeout": PATIENCE_SECONDS,
        "socket_connect_timeout": PATIENCE_SECONDS,
        "max_retries": 0,
    }
    with carry.app.connection_for_write(transport_options=quick) as broker:
        options: dict[str, Any] = {"connection": broker, "retry": False}
        for _ in range(times):
            carry.apply_async((partnership_pk,), queue=queue, expires=STALE_SECONDS, **options)
