"""What row-level security costs: the same statements on the same rows, policies on and off.

One table takes turns within one run: identical pages, indexes and cache on both sides. Statements
go out as Django sends them (values bound by the client, planned anew each time), as the
application's role, in transactions that have told the database their partnership. Only the
statement itself is timed, so that nothing dilutes the difference.
"""

import os
import random
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median
from typing import Any
from uuid import UUID

import psycopg
from django.core.management.base import CommandError

from partnership.benches import Report, Result, result
from partnership.tenancy import new_id
from partnership.walls import Walls

PARTNERSHIPS = 100
PER_BLOCK = 50
PER_TRANSACTION = 10
KNOWN_ROWS = 200
TABLE = """
CREATE TABLE bench_tenancy (
    id uuid PRIMARY KEY,
    partnership_id bigint NOT NULL,
    actor_id bigint,
    action varchar(60) NOT NULL,
    subject varchar(100) NOT NULL,
    facts jsonb NOT NULL,
    at timestamptz NOT NULL DEFAULT now()
)"""
FILL = """
INSERT INTO bench_tenancy (id, partnership_id, actor_id, action, subject, facts, at)
SELECT gen_random_uuid(), mod(number, %s) + 1, mod(number, 977), 'tip.submitted',
       'tips.tip:' || gen_random_uuid(), '{"school": 1}', now()
FROM generate_series(1, %s) AS number"""
INSERT = """
INSERT INTO bench_tenancy (id, partnership_id, actor_id, action, subject, facts, at)
VALUES (%s, %s, %s, %s, %s, %s, now())"""
INDEX = "CREATE INDEX bench_tenancy_newest ON bench_tenancy (partnership_id, id DESC)"
TOGGLE = {
    True: "ALTER TABLE bench_tenancy ENABLE ROW LEVEL SECURITY",
    False: "ALTER TABLE bench_tenancy DISABLE ROW LEVEL SECURITY",
}
SELECT = """
SELECT id, partnership_id, actor_id, action, subject, facts, at
FROM bench_tenancy WHERE partnership_id = %s"""

type Connection = psycopg.Connection[Any]
type Statement = Callable[[Connection, int, list[UUID]], None]


@dataclass
class Measured:
    """Both connections, some rows' keys by partnership, and what was measured."""

    owner: Connection
    app: Connection
    known: dict[int, list[UUID]] = field(default_factory=dict)
    times: dict[tuple[str, bool], list[float]] = field(default_factory=lambda: defaultdict(list))
    ratios: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))


def run(*, rows: int, rounds: int) -> Report:
    """Measure `rounds` pairs of blocks of each statement."""
    with standing_table(rows) as measured:
        prove_toggle(measured)
        for number in range(rounds):
            for name, statement in STATEMENTS.items():
                measure_pair(measured, name, statement, is_first=number % 2 == 0)
        return report(measured, rows, rounds)


@contextmanager
def standing_table(rows: int) -> Iterator[Measured]:
    """A filled table behind the portal's own walls, for the length of a block."""
    with connect("DATABASE_OWNER_URL") as owner, connect("DATABASE_URL") as app:
        try:
            build(owner, rows)
            grant(owner, app)
            yield Measured(owner, app, known_rows(owner))
        finally:
            owner.execute("DROP TABLE IF EXISTS bench_tenancy")


def connect(name: str) -> Connection:
    """A connection that binds values as Django's does."""
    url = os.environ.get(name)
    if not url:
        raise CommandError(f"{name} is missing. Run this bench as: ./portal bench tenancy")
    return psycopg.connect(
        url, autocommit=True, prepare_threshold=None, cursor_factory=psycopg.ClientCursor
    )


def build(owner: Connection, rows: int) -> None:
    owner.execute("DROP TABLE IF EXISTS bench_tenancy")
    owner.execute(TABLE)
    owner.execute(FILL, [PARTNERSHIPS, rows])
    owner.execute(INDEX)
    for statement in Walls("bench_tenancy").sql:
        owner.execute(str(statement))
    owner.execute("VACUUM ANALYZE bench_tenancy")


def grant(owner: Connection, app: Connection) -> None:
    role = app.info.user
    is_above = app.execute(
        "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
    ).fetchone()
    if is_above != (False,) or role == owner.info.user:
        raise CommandError("DATABASE_URL must lead to the application's role, not to an owner.")
    owner.execute(f'GRANT SELECT, INSERT ON bench_tenancy TO "{role}"')


def known_rows(owner: Connection) -> dict[int, list[UUID]]:
    """Keys to ask for. The owner is behind the walls too, so it names each partnership."""
    known = {}
    for partnership in range(1, PARTNERSHIPS + 1, 5):
        with owner.transaction():
            open_scope(owner, partnership)
            found = owner.execute(f"{SELECT} LIMIT %s", [partnership, KNOWN_ROWS])
            known[partnership] = [row[0] for row in found]
    return known


def prove_toggle(measured: Measured) -> None:
    """Both sides are what they are called: another partnership's rows are hidden, then not."""
    for is_on in (True, False):
        measured.owner.execute(TOGGLE[is_on])
        with measured.app.transaction():
            open_scope(measured.app, 1)
            seen = len(measured.app.execute(f"{SELECT} LIMIT 1", [2]).fetchall())
        if seen == is_on:
            raise CommandError("Row-level security did not switch; the figures would be false.")


def measure_pair(measured: Measured, name: str, statement: Statement, *, is_first: bool) -> None:
    """A block on each side; which one goes first changes every round."""
    middle = {}
    for is_on in (is_first, not is_first):
        measured.owner.execute(TOGGLE[is_on])
        run_block(measured, statement, count=PER_TRANSACTION)  # the first plans after a switch
        scope, times = run_block(measured, statement, count=PER_BLOCK)
        measured.times[name, is_on] += times
        measured.times["scope_set", is_on] += scope
        middle[is_on] = median(times)
    measured.ratios[name].append(middle[True] / middle[False])


def run_block(
    measured: Measured, statement: Statement, *, count: int
) -> tuple[list[float], list[float]]:
    """Milliseconds of each scope that was set, and of each statement."""
    scopes, times = [], []
    for _ in range(count // PER_TRANSACTION):
        partnership = random.choice(list(measured.known))  # noqa: S311 - which row, not a secret
        with measured.app.transaction():
            scopes.append(clock(open_scope, measured.app, partnership))
            for _ in range(PER_TRANSACTION):
                rows = measured.known[partnership]
                times.append(clock(statement, measured.app, partnership, rows))
    return scopes, times


def clock(deed: Callable[..., None], *arguments: Any) -> float:
    start = time.perf_counter()
    deed(*arguments)
    return (time.perf_counter() - start) * 1000


def open_scope(connection: Connection, partnership: int) -> None:
    connection.execute("SELECT set_config('app.partnership', %s, true)", [str(partnership)])


def select_by_id(app: Connection, partnership: int, rows: list[UUID]) -> None:
    wanted = random.choice(rows)  # noqa: S311 - which row, not a secret
    app.execute(f"{SELECT} AND id = %s LIMIT 21", [partnership, wanted]).fetchall()


def page_of_50(app: Connection, partnership: int, rows: list[UUID]) -> None:
    app.execute(f"{SELECT} ORDER BY id DESC LIMIT 50", [partnership]).fetchall()


def insert(app: Connection, partnership: int, rows: list[UUID]) -> None:
    app.execute(
        INSERT,
        [new_id(), partnership, 7, "tip.submitted", f"tips.tip:{rows[0]}", "{}"],
    )


STATEMENTS: dict[str, Statement] = {
    "select_by_id": select_by_id,
    "page_of_50": page_of_50,
    "insert": insert,
}


def report(measured: Measured, rows: int, rounds: int) -> Report:
    """Ratios over the rounds, times with the policies on; the baseline is the same, off."""
    ratios = [
        result(f"{name}_overhead_ratio", "ratio", values)
        for name, values in measured.ratios.items()
    ]
    settings = {
        "rows": rows,
        "partnerships": PARTNERSHIPS,
        "rounds": rounds,
        "statements_per_side": rounds * PER_BLOCK,
        "postgresql": measured.app.info.server_version,
        "row_level_security": "on over off, alternating on one table",
    }
    baseline = {"row_level_security": "off", "results": times(measured, is_on=False)}
    return Report("tenancy", settings, [*ratios, *times(measured, is_on=True)], baseline)


def times(measured: Measured, *, is_on: bool) -> list[Result]:
    names = [*STATEMENTS, "scope_set"]
    return [result(f"{name}_ms", "ms", measured.times[name, is_on]) for name in names]
