"""The workers. Celery only shortens the wait: every notice is a row first, and the sweeper
carries what Celery never heard of. Task arguments are ids, never words."""

import logging.config
import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging
from kombu import Queue

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "partnership.settings")

QUEUES = ("panic", "urgent", "routine", "bulk")

app = Celery("partnership")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.update(
    result_backend=None,
    task_ignore_result=True,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    worker_send_task_events=False,
    worker_hijack_root_logger=False,
    task_serializer="json",
    accept_content=["json"],
    task_queues=[Queue(name, routing_key=name) for name in QUEUES],
    task_default_queue="routine",
    task_default_routing_key="routine",
    broker_connection_retry_on_startup=True,
    # A dead broker must not hold the request that has just saved somebody's words.
    broker_transport_options={
        "visibility_timeout": 300,
        "socket_timeout": 2,
        "socket_connect_timeout": 0.5,
        "max_retries": 0,
    },
    task_publish_retry=False,
    # By name: the ground knows the rooms above it in strings only. Seconds.
    beat_schedule={
        "pulse": {
            "task": "outbox.tasks.pulse",
            "schedule": 20.0,
            "options": {"expires": 19},
        },
        "forget_rings": {
            "task": "partnership.tasks.forget_rings",
            "schedule": 3600.0,
            "options": {"expires": 3599},
        },
        "carry_all": {
            "task": "outbox.tasks.carry_all",
            "schedule": 5.0,
            "options": {"expires": 4, "queue": "urgent"},
        },
        "tend_door": {
            "task": "partnership.tasks.tend_door",
            "schedule": 60.0,
            "options": {"expires": 59},
        },
    },
)
app.autodiscover_tasks()


@setup_logging.connect
def keep_our_log(**_: Any) -> None:
    """Celery adds no handlers of its own: they would print what a task has raised, in its words."""
    from django.conf import settings  # noqa: PLC0415 - read when a process starts, not before

    logging.config.dictConfig(settings.LOGGING)
