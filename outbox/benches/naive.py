"""The design that the fan-out is compared with: one Celery task for each recipient, and no rows.

It is honest: a kept connection, no result backend, as many processes as it likes.
"""

import os

import urllib3
from celery import shared_task

_pool = urllib3.PoolManager(maxsize=4)
_account = urllib3.make_headers(basic_auth="demo:demo")


@shared_task(name="outbox.benches.naive.send_one", ignore_result=True)
def send_one(key: str, number: str) -> None:
    """Ask the gateway for one text message."""
    _pool.request(
        "POST",
        os.environ["BENCH_GATEWAY"],
        json={"id": key, "to": number, "text": "An alarm. Sign in to the portal."},
        headers={"Idempotency-Key": key, **_account},
    )


def send_all(people: list[tuple[str, str]]) -> None:
    """What a request would do: ring for each, over one connection to the broker."""
    with send_one.app.producer_pool.acquire(block=True) as producer:
        for key, number in people:
            send_one.apply_async((key, number), queue="panic", producer=producer)
