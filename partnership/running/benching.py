"""`./portal bench NAME`: a benchmark on servers and databases of its own, gone afterwards."""

import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

from partnership.running import furnishing
from partnership.running.children import PYTHON, REPOSITORY, dies_with_us
from partnership.running.front import prepare_front
from partnership.running.place import OUTSIDE, Place
from partnership.running.surroundings import Surroundings, standing
from partnership.running.trouble import Trouble

USAGE = "usage: ./portal bench NAME [--json]"


def bench(arguments: list[str]) -> int:
    """Only the benchmark itself writes to standard output."""
    if not arguments or arguments[0].startswith("-"):
        raise Trouble(USAGE, code=2)
    prepare_front()
    root = Path(tempfile.mkdtemp(prefix="portal-bench-", dir=OUTSIDE))
    root.chmod(0o711)
    try:
        with standing(Place(root)) as around:
            furnishing.migrate(around)
            furnishing.collect_static(around.env())
            return measure(around, arguments)
    finally:
        shutil.rmtree(root, ignore_errors=True)


def measure(around: Surroundings, arguments: list[str]) -> int:
    """The owners' addresses too: a benchmark switches walls off and on to weigh them."""
    owners = {name: around.names[name] for name in ("DATABASE_OWNER_URL", "VAULT_OWNER_URL")}
    done = subprocess.run(
        [PYTHON, "manage.py", "bench", *arguments],
        cwd=REPOSITORY,
        env={**around.env({"PORTAL_DEMO": "0"}), **owners},
        preexec_fn=dies_with_us(signal.SIGTERM),
        check=False,
    )
    return done.returncode if done.returncode in {0, 1, 2} else 1
