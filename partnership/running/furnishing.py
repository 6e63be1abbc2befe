"""Brings the tables and the collected static files up to date, each only when its source changed.

As a program (`python -m partnership.running.furnishing`, as the owners of the databases) it
migrates both databases in one process, because starting Django costs more than migrating.
"""

import json
from collections.abc import Iterable
from pathlib import Path

from partnership.running import provision
from partnership.running.children import PYTHON, REPOSITORY, run_step
from partnership.running.front import VENDOR, building, fingerprint
from partnership.running.surroundings import MAIN, Surroundings

LOCKS = [REPOSITORY / "requirements" / "dev.txt"]
COLLECTED = REPOSITORY / "build" / "staticfiles"
DEMO_SOURCES = ("**/demo.py", "**/demo/**/*.py", "**/demo*/*.py")


class Stamps:
    """What was done from which source, in one small file; an unreadable file means nothing was."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def _read(self) -> dict[str, str]:
        try:
            done = json.loads(self.file.read_text())
        except (OSError, ValueError):
            return {}
        return done if isinstance(done, dict) else {}

    def is_done(self, step: str, source: str) -> bool:
        return self._read().get(step) == source

    def done(self, step: str, source: str) -> None:
        unborn = self.file.with_suffix(".unborn")
        unborn.write_text(json.dumps({**self._read(), step: source}, indent=1))
        unborn.rename(self.file)

    def forget(self) -> None:
        self.file.unlink(missing_ok=True)


def stamps_of(around: Surroundings) -> Stamps:
    """The stamps that belong to the database; a new one remembers nothing."""
    stamps = Stamps(around.place.root / "stamps.json")
    if around.is_new:
        stamps.forget()
    return stamps


def migrate(around: Surroundings) -> None:
    """Both databases, as their owners. A server of yours is always asked; ours by the sources."""
    stamps, source = stamps_of(around), fingerprint([*LOCKS, *sources("**/migrations/*.py")])
    if around.postgres is not None and stamps.is_done("migrate", source):
        return
    run_step(
        [PYTHON, "-m", "partnership.running.furnishing"],
        doing="Migrating the databases",
        env=around.env(as_owner=True),
    )
    stamps.done("migrate", source)


def load_demo(around: Surroundings) -> None:
    """The demonstration partnerships, once for each version of their source."""
    stamps, source = stamps_of(around), fingerprint(sources(*DEMO_SOURCES, "**/migrations/*.py"))
    if around.postgres is not None and stamps.is_done("demo", source):
        return
    run_step(
        [PYTHON, "manage.py", "demo"],
        doing="Loading the demo",
        env=around.env({"PORTAL_DEMO": "1"}),
    )
    if around.postgres is not None:
        provision.count_rows(around.postgres.url(), MAIN)
    stamps.done("demo", source)


def collect_static(env: dict[str, str]) -> None:
    """What WhiteNoise serves, under names that carry a digest of the content."""
    stamps = Stamps(COLLECTED.parent / "staticfiles.json")
    ours = [path for path in (REPOSITORY / "static").rglob("*") if path.is_file()]
    with building():
        source = fingerprint([*LOCKS, VENDOR / ".portal-stamp", *sorted(ours)])
        if COLLECTED.is_dir() and stamps.is_done("collectstatic", source):
            return
        icons = ["--ignore", "uswds/usa-icons/*"]  # drawn into the pages, never fetched
        run_step(
            [PYTHON, "manage.py", "collectstatic", "--noinput", "-v0", *icons],
            doing="Collecting the static files",
            env=env,
        )
        stamps.done("collectstatic", source)


def sources(*patterns: str) -> list[Path]:
    """Our own files that match, in one order."""
    found: set[Path] = set()
    for room in rooms():
        for pattern in patterns:
            found.update(room.glob(pattern))
    return sorted(found)


def rooms() -> Iterable[Path]:
    """The folders of the house that hold apps."""
    return [path.parent for path in REPOSITORY.glob("*/__init__.py") if path.parent.name != "tests"]


def migrate_both() -> None:
    """In the child process: Django stands here, the supervisor never loads it."""
    import django  # noqa: PLC0415 - the supervisor imports this module too
    from django.core.management import call_command  # noqa: PLC0415

    django.setup()
    for database in ("default", "vault"):
        call_command("migrate", database=database, verbosity=0, interactive=False)


if __name__ == "__main__":
    import os

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "partnership.settings")
    migrate_both()
