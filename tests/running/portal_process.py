"""Runs the real commands as a person would, and looks for what they leave behind."""

import contextlib
import http.client
import os
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from partnership.running.children import REPOSITORY
from partnership.running.keys import KEYS
from partnership.running.place import OUTSIDE
from partnership.running.surroundings import ADDRESSES

OURS = (*ADDRESSES, *KEYS, "REDIS_URL", "EMAIL_URL", "PUBLIC_URL", "ALLOWED_HOSTS")
PATIENCE_SECONDS = 90


def plain_environment(**more: str) -> dict[str, str]:
    """The environment without what the test run itself was given."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in OURS and not name.startswith(("PORTAL_", "PYTEST_"))
    }
    return {**kept, **more}


def portal(*arguments: str, **more: str) -> "subprocess.CompletedProcess[str]":
    """One command, run to its end."""
    return subprocess.run(
        [sys.executable, "-m", "partnership.running", *arguments],
        cwd=REPOSITORY,
        env=plain_environment(**more),
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )


def free_port() -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return int(door.getsockname()[1])


@contextlib.contextmanager
def reachable_folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="portal-try-", dir=OUTSIDE))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@dataclass
class Running:
    """`./portal up --no-demo` on a data folder of its own."""

    data: Path
    port: int = field(default_factory=free_port)
    said: str = ""

    def start(self) -> "Running":
        options = ["--no-demo", "--port", str(self.port), "--data", str(self.data)]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "partnership.running", "up", *options],
            cwd=REPOSITORY,
            env=plain_environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        return self

    def wait_for(self, pattern: str) -> str:
        """Read on until the log says so."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        assert self.process.stdout is not None
        while not re.search(pattern, self.said):
            left = deadline - time.monotonic()
            ready, _, _ = select.select([self.process.stdout], [], [], max(left, 0))
            piece = os.read(self.process.stdout.fileno(), 65536) if ready else b""
            assert piece, f"never said {pattern!r}:\n{self.said}"
            self.said += piece.decode()
        return self.said

    def end(self, how: signal.Signals) -> int:
        self.process.send_signal(how)
        said, _ = self.process.communicate(timeout=20)
        self.said += said.decode()
        return self.process.returncode

    def status(self, path: str = "/healthz") -> int:
        visit = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        visit.request("GET", path, headers={"Host": "localhost"})
        return visit.getresponse().status

    def left_behind(self, *, within: float = 10) -> list[str]:
        """The processes that still stand in this data folder, after a moment's grace."""
        deadline = time.monotonic() + within
        while (found := processes_of(self.data)) and time.monotonic() < deadline:
            time.sleep(0.1)
        return found


def processes_of(data: Path) -> list[str]:
    """Every process of this machine whose command or environment names the folder."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            named = f"{command} {(folder / 'environ').read_bytes().decode(errors='replace')}"
            if str(data) in named and int(folder.name) != os.getpid():
                found.append(f"{folder.name} {command}")
        except (OSError, UnicodeDecodeError):
            continue
    return found


def pid_of(data: Path, program: str) -> int:
    """The oldest process of this folder that runs the program."""
    numbers = [int(line.split()[0]) for line in processes_of(data) if program in line]
    return min(numbers)
