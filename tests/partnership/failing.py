"""Programs that break with a child's name on their lips: a task, and a page of the live process."""

from typing import Any

from celery import shared_task
from celery.utils.log import get_task_logger

from partnership.asgi import application as live

CANARY = "CANARY-child-name"
log = get_task_logger(__name__)


class Retold(Exception):
    """Raised while another exception is handled."""


@shared_task(name="tests.breaks", ignore_result=True)
def breaks(said: str) -> None:
    log.warning("This task is about to break.")
    try:
        raise ValueError(f"{CANARY} was hit on the stairs, {said}")
    except ValueError as first:
        log.exception("It is breaking.")
        raise Retold(f"row of {CANARY}") from first


@shared_task(name="tests.returns", ignore_result=True)
def returns() -> str:
    return CANARY


async def page(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """The live process's own application, but for a request."""
    if scope["type"] == "lifespan":
        await live(scope, receive, send)
        return
    raise ValueError(f"{CANARY} was hit on the stairs")
