"""`bench NAME --json`: one object, the promised metrics, and nothing left behind."""

import json
import os
from io import StringIO
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command

from partnership.benches import BENCHES, result

PROMISED = {
    "fanout": {
        "press_commit_ms",
        "last_of_1000_ms",
        "last_of_10000_ms",
        "speedup_over_naive",
    },
    "stream": {"publish_to_last_client_ms", "memory_per_client_kb", "connect_all_s"},
    "tenancy": {
        "select_by_id_overhead_ratio",
        "page_of_50_overhead_ratio",
        "insert_overhead_ratio",
    },
}
FIGURES = ("p50", "p95", "p99", "max")


@pytest.fixture(scope="module")
def report() -> Any:
    """The tenancy bench on a small table."""
    said = StringIO()
    call_command("bench", "tenancy", json=True, rows=5000, rounds=2, stdout=said)
    return json.loads(said.getvalue())


def test_the_report_has_the_promised_shape(report):
    assert report.keys() == {"name", "settings", "results", "baseline"}
    assert report["name"] == "tenancy"
    assert report["settings"]["rows"] == 5000
    for row in [*report["results"], *report["baseline"]["results"]]:
        assert row.keys() == {"metric", "unit", "n", *FIGURES}
        assert 0 < row["p50"] <= row["p95"] <= row["p99"] <= row["max"]


def test_the_report_has_the_promised_metrics(report):
    assert PROMISED["tenancy"] <= {row["metric"] for row in report["results"]}
    assert {row["unit"] for row in report["results"]} == {"ratio", "ms"}


def test_the_bench_leaves_no_table_behind(report):
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"]) as owner:
        found = owner.execute("SELECT relname FROM pg_class WHERE relname LIKE 'bench%'").fetchall()
    assert found == []


def test_without_json_it_prints_a_table():
    said = StringIO()
    call_command("bench", "tenancy", rows=2000, rounds=2, stdout=said)
    assert "insert_overhead_ratio" in said.getvalue()


def test_every_bench_has_promised_metrics():
    assert BENCHES.keys() == PROMISED.keys()


def test_an_unknown_bench_is_refused():
    with pytest.raises(CommandError, match="invalid choice"):
        call_command("bench", "nothing")


def test_the_bench_refuses_a_role_that_owns_the_table(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", os.environ["DATABASE_OWNER_URL"])
    with pytest.raises(CommandError, match="application's role"):
        call_command("bench", "tenancy", rows=100, rounds=2, stdout=StringIO())


def test_a_result_names_the_middle_and_the_tail():
    row = result("x_ms", "ms", [float(number) for number in range(1, 102)])
    assert (row.p50, row.p95, row.p99, row.max, row.n) == (51.0, 96.0, 100.0, 101.0, 101)
