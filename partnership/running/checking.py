"""`./portal check`: everything a machine can say without running a test; all of it, every time."""

import re
import secrets
import shutil
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from partnership.running import children
from partnership.running.children import PYTHON, REPOSITORY
from partnership.running.keys import KEYS
from partnership.running.place import OUTSIDE, Place
from partnership.running.surroundings import standing
from partnership.running.trouble import Trouble
from partnership.running.voice import tell

BIN = Path(sys.prefix) / "bin"
LOCKS = ("requirements/*.txt", "package-lock.json")
# As a server in the open would be set up; the addresses lead nowhere.
PRODUCTION = {
    "PUBLIC_URL": "https://portal.example",
    "ALLOWED_HOSTS": "portal.example",
    "EMAIL_URL": "smtp://mail.example:25",
    "PORTAL_DEMO": "0",
    "PORTAL_BIND": "0.0.0.0",  # noqa: S104 - a system check reads it, nothing is bound
}


@dataclass(frozen=True)
class Check:
    """One tool and what it is asked."""

    name: str
    command: list[str]


def check(arguments: list[str]) -> int:
    """Run all checks, two at a time, and list every one that failed."""
    if arguments:
        raise Trouble("usage: ./portal check", code=2)
    root = Path(tempfile.mkdtemp(prefix="portal-check-", dir=OUTSIDE))
    root.chmod(0o711)
    try:
        with standing(Place(root), durable=False) as around:
            keys = {name: secrets.token_hex(32) for name in KEYS}
            env = around.env({**PRODUCTION, **keys})
            with ThreadPoolExecutor(2) as pool:
                failures = list(pool.map(lambda one: run(one, env), checks()))
    finally:
        shutil.rmtree(root, ignore_errors=True)
    failed = [name for name in [*failures, lock_names_a_host()] if name]
    tell(f"failed: {', '.join(failed)}" if failed else "All checks passed.")
    return int(bool(failed))


def checks() -> list[Check]:
    django = [PYTHON, "manage.py"]
    schema = ["check_jsonschema", "--builtin-schema", "vendor.compose-spec"]
    templates = sorted(str(path) for path in (REPOSITORY / "templates").rglob("*.html"))
    deployment = ["check", "--deploy", "--fail-level", "WARNING"]
    return [
        Check("types", [PYTHON, "-m", "mypy"]),
        Check("lint", [PYTHON, "-m", "ruff", "check"]),
        Check("format", [PYTHON, "-m", "ruff", "format", "--check"]),
        Check("templates", [str(BIN / "djade"), "--check", "--target-version", "6.1", *templates]),
        Check("migrations", [*django, "makemigrations", "--check", "--dry-run"]),
        Check("deployment", [*django, *deployment]),
        Check("compose file", [PYTHON, "-m", *schema, "docker-compose.yml"]),
        Check("Dockerfile", [str(BIN / "hadolint"), "Dockerfile"]),
    ]


def run(one: Check, env: dict[str, str]) -> str:
    """The check's name when it failed, with what it said above it."""
    child = children.start(one.command, env=env)
    said, _ = child.communicate()
    tell(f"{'ok    ' if child.returncode == 0 else 'FAILED'} {one.name}")
    if child.returncode:
        tell(said.rstrip())
    return one.name if child.returncode else ""


def lock_names_a_host() -> str:
    """A lock names versions and digests; where they come from is for each machine to say."""
    found = list(hosts_in_locks(REPOSITORY))
    tell("\n".join(found) if found else "ok     locks")
    return "locks" if found else ""


def hosts_in_locks(repository: Path) -> Iterator[str]:
    for pattern in LOCKS:
        for lock in sorted(repository.glob(pattern)):
            for number, line in enumerate(lock.read_text().splitlines(), 1):
                if re.search(r"\w+://", line):
                    yield f"FAILED {lock.name}:{number} names a host: {line.strip()[:80]}"
