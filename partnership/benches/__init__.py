"""What is measured, and in which words the figures are given (CONTRACT.md, Benchmarks).

A bench is a module with `run(**settings) -> Report`. It makes its own rows in the database that
the runner started for it, and takes them away again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from statistics import quantiles
from typing import Any


@dataclass(frozen=True)
class Bench:
    """Where a bench stands, and its settings with what they are when nobody says otherwise."""

    module: str
    settings: Mapping[str, int]


# Modules by name, so that the ground can list what a room above it measures.
BENCHES = {
    "fanout": Bench(
        "outbox.benches.fanout",
        {"people": 10_000, "runs": 5, "presses": 50, "naive_people": 10_000},
    ),
    "stream": Bench("partnership.benches.stream", {"clients": 2000, "publishes": 30}),
    "tenancy": Bench("partnership.benches.tenancy", {"rows": 1_000_000, "rounds": 240}),
}


@dataclass(frozen=True)
class Result:
    """One metric over its runs."""

    metric: str
    unit: str
    p50: float
    p95: float
    p99: float
    max: float
    n: int


@dataclass(frozen=True)
class Report:
    """What `bench --json` prints."""

    name: str
    settings: Mapping[str, Any]
    results: Sequence[Result]
    baseline: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def result(metric: str, unit: str, values: Sequence[float]) -> Result:
    """A metric's spread; at least two values."""
    cuts = quantiles(values, n=100, method="inclusive")
    middle, p95, p99 = (round(cuts[cut], 4) for cut in (49, 94, 98))
    return Result(metric, unit, middle, p95, p99, round(max(values), 4), len(values))
