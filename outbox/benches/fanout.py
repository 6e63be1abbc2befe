"""How fast an alarm leaves the house: from the deed's commit to the last message at the gateway.

Real processes on the bench's own servers: a panic worker and a sweeper carry, the project's
stand-in gateway answers after 20 ms and notes when each message came. Beside it, in the same run
and against the same gateway, the naive design (outbox/benches/naive.py).
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median
from typing import Any
from uuid import uuid4

from outbox import actions
from outbox.benches import naive
from outbox.benches.town import Town, settle_down
from outbox.benches.yard import Yard
from partnership.benches import Report, Result, result
from partnership.tenancy import within

SMALL = 1000
PRESSED = 200
LATENCY_MS = 20
KIND = "outbox.test"


@dataclass
class Measured:
    """Milliseconds of every run; the percentiles are of one run's messages."""

    press: list[float] = field(default_factory=list)
    last: dict[int, list[float]] = field(default_factory=dict)
    middle: dict[int, list[float]] = field(default_factory=dict)
    naive_last: float = 0.0


def run(*, people: int, runs: int, presses: int, naive_people: int) -> Report:
    """`people` recipients in the large fan-out; `presses` of 200 people by two channels."""
    measured = Measured()
    with standing(people) as (town, yard):
        with yard.carriers():
            for _ in range(presses):
                measured.press.append(press(town, PRESSED))
                settle_down(town)
            for size in (SMALL, people):
                fan_out(town, yard, size)  # what a process loads once is not the alarm's doing
                settle_down(town)
                for _ in range(runs):
                    note(measured, size, fan_out(town, yard, size))
                    settle_down(town)
        with yard.naive_workers():
            measured.naive_last = naive_fan_out(town, yard, naive_people)
    return report(measured, people=people, naive_people=naive_people)


@contextmanager
def standing(people: int) -> Iterator[tuple[Town, Yard]]:
    """A town with so many people, and the gateway that they are reached by."""
    with Yard(latency_ms=LATENCY_MS) as yard:
        yield Town(people), yard


def press(town: Town, size: int) -> float:
    """The deed with all its rows, to its commit; milliseconds."""
    began = time.perf_counter()
    with within(town.partnership):
        actions.send(
            KIND, to=town.people[:size], about=town.school, link="/bench/", urgency="panic"
        )
    return (time.perf_counter() - began) * 1000


def fan_out(town: Town, yard: Yard, size: int) -> list[float]:
    """Milliseconds from the press's beginning to each message's arrival, sorted."""
    yard.forget()
    began = time.time() * 1000
    press(town, size)
    yard.wait_for(size)
    return sorted(at - began for at in yard.arrivals())


def naive_fan_out(town: Town, yard: Yard, size: int) -> float:
    """The same for the naive design; only the last one matters."""
    yard.forget()
    began = time.time() * 1000
    naive.send_all([(uuid4().hex, town.number_of(place)) for place in range(size)])
    yard.wait_for(size, patience=600)
    return max(yard.arrivals()) - began


def note(measured: Measured, size: int, arrivals: list[float]) -> None:
    measured.last.setdefault(size, []).append(arrivals[-1])
    measured.middle.setdefault(size, []).append(median(arrivals))


def report(measured: Measured, *, people: int, naive_people: int) -> Report:
    results: list[Result] = [result("press_commit_ms", "ms", measured.press)]
    for size, lasts in measured.last.items():
        results.append(result(f"last_of_{size}_ms", "ms", lasts))
        results.append(result(f"middle_of_{size}_ms", "ms", measured.middle[size]))
    ours = measured.last[naive_people if naive_people in measured.last else people]
    ratios = [measured.naive_last / last for last in ours]
    results.append(result("speedup_over_naive", "ratio", ratios))
    baseline: dict[str, Any] = {
        "naive_last_ms": round(measured.naive_last, 1),
        "naive_people": naive_people,
        "naive_processes": Yard.NAIVE_PROCESSES,
    }
    settings = {
        "people": people,
        "press": f"{PRESSED} people, in the portal and by text message",
        "gateway_latency_ms": LATENCY_MS,
    }
    return Report("fanout", settings, results, baseline)
