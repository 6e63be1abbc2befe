"""`python -m partnership.running.locks`: renews every lock from its list, without naming a host.

Run it after a change of requirements/*.in or package.json; it needs the network.
"""

import json
import sys
from pathlib import Path

from partnership.running.children import PYTHON, REPOSITORY, run_step
from partnership.running.front import npm
from partnership.running.trouble import Trouble
from partnership.running.voice import complain, say

COMPILE = [
    "-m",
    "uv",
    "pip",
    "compile",
    "--quiet",
    "--universal",
    "--python-version",
    "3.12",
    "--generate-hashes",
    "--no-header",
]


def renew() -> None:
    """The image's packages are held to the versions that were tested."""
    for name, more in {"uv": [], "dev": [], "base": ["-c", "requirements/dev.txt"]}.items():
        files = [f"requirements/{name}.in", "-o", f"requirements/{name}.txt"]
        run_step([PYTHON, *COMPILE, *more, *files], doing=f"Compiling {name}.in")
        say(f"requirements/{name}.txt")
    run_step([*npm(), "install", "--package-lock-only", "--ignore-scripts"], doing="npm")
    forget_sponsors(REPOSITORY / "package-lock.json")
    say("package-lock.json")


def forget_sponsors(lock: Path) -> None:
    """npm writes the addresses of those who ask for money into the lock; nothing reads them."""
    content = json.loads(lock.read_text())
    for package in content["packages"].values():
        package.pop("funding", None)
    lock.write_text(json.dumps(content, indent=2) + "\n")


if __name__ == "__main__":
    try:
        renew()
    except Trouble as trouble:
        complain(str(trouble))
        sys.exit(trouble.code)
