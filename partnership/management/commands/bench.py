"""Runs one benchmark and prints its figures, as a table or as one JSON object."""

import json
from argparse import ArgumentParser
from importlib import import_module
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from partnership.benches import BENCHES, Report


class Command(BaseCommand):
    help = "Run one benchmark (CONTRACT.md, Benchmarks)."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", choices=sorted(BENCHES))
        parser.add_argument("--json", action="store_true", help="print one object, nothing else")
        for setting in sorted({name for bench in BENCHES.values() for name in bench.settings}):
            parser.add_argument(f"--{setting}", type=positive, metavar="N")

    def handle(self, *, name: str, json: bool, **options: Any) -> None:
        bench = BENCHES[name]
        known = {setting for other in BENCHES.values() for setting in other.settings}
        given = {key: options[key] for key in known if options.get(key) is not None}
        if strange := given.keys() - bench.settings.keys():
            raise CommandError(f"{name} has no setting {', '.join(sorted(strange))}.", returncode=2)
        report = import_module(bench.module).run(**{**bench.settings, **given})
        self.stdout.write(as_json(report) if json else as_table(report))


def positive(text: str) -> int:
    """A whole number above one: a spread needs two values."""
    number = int(text)
    if number < 2:
        raise ValueError
    return number


def as_json(report: Report) -> str:
    return json.dumps(report.as_json(), indent=2)


def as_table(report: Report) -> str:
    """One line a metric; the JSON form has the baseline too."""
    head = f"{'metric':<36}{'unit':<8}{'p50':>10}{'p95':>10}{'p99':>10}{'max':>10}{'n':>8}"
    lines = [
        f"{row.metric:<36}{row.unit:<8}{row.p50:>10.3f}{row.p95:>10.3f}{row.p99:>10.3f}"
        f"{row.max:>10.3f}{row.n:>8}"
        for row in report.results
    ]
    return "\n".join([f"{report.name}: {dict(report.settings)}", head, *lines])
