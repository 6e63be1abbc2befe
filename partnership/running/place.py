"""The data folder (`.portal/`): its rights, its lock, its disk, and where PostgreSQL may live."""

import contextlib
import fcntl
import os
import pwd
import secrets
import shutil
import subprocess
from pathlib import Path
from typing import Any

from partnership.running.trouble import Trouble

OUTSIDE = Path("/var/tmp")  # noqa: S108 - only folders with a random name and mode 711
LONGEST_SOCKET_FOLDER = 85
NEEDED_MEGABYTES = 300


class Place:
    """One data folder, held by one running portal at a time."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self.account = server_account()
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            probe = self.root / ".probe"
            probe.touch()
            probe.unlink()
        except OSError as error:
            raise Trouble(
                f"The data folder {self.root} can not be written ({error.strerror}).\n"
                "Mend its rights or choose another with --data DIR."
            ) from None
        self._lock: int | None = None

    def need_disk(self, megabytes: int = NEEDED_MEGABYTES) -> None:
        """Refuse before anything is written that could end half-written."""
        free = shutil.disk_usage(self.root).free // 2**20
        if free < megabytes:
            raise Trouble(
                f"{self.root} needs {megabytes} MB of free disk and has {free} MB.\n"
                "Free some space or choose another place with --data DIR."
            )

    def hold(self, what: str = "portal") -> bool:
        """Take the folder for this process; False when another one has it."""
        lock = os.open(self.root / "up.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            return False
        os.truncate(lock, 0)
        os.write(lock, what.encode())
        self._lock = lock
        return True

    def holder(self) -> str:
        """What holds the folder: a portal, or a management command that soon lets go."""
        return (self.root / "up.lock").read_text()

    def release(self) -> None:
        """Give the folder back; the kernel does the same when we are killed."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def servers_home(self) -> Path:
        """Where the servers keep their files: here, or outside where their account can go."""
        if self.account is None or can_enter(self.root, self.account):
            return self.root
        return self._outside()

    def folder_outside(self, name: str, *, mode: int) -> Path:
        """A folder where every account may look for files: ours, or it is refused."""
        folder = OUTSIDE / f"portal-{name}"
        folder.mkdir(exist_ok=True)
        owners = {os.geteuid(), self.account.pw_uid if self.account else os.geteuid()}
        if folder.is_symlink() or folder.stat().st_uid not in owners:
            raise Trouble(f"{folder} belongs to another account; remove it and start again.")
        folder.chmod(mode)
        return folder

    def _outside(self) -> Path:
        """A folder of this data folder alone, so that a new one never meets old rows."""
        mark = self.root / "outside"
        if not mark.exists():
            mark.write_text(secrets.token_hex(8))
        home = self.folder_outside(mark.read_text().strip(), mode=0o711)
        for old in OUTSIDE.glob("portal-*/belongs-to"):
            with contextlib.suppress(OSError):
                if old.read_text() == str(self.root) and old.parent != home:
                    shutil.rmtree(old.parent, ignore_errors=True)
        (home / "belongs-to").write_text(str(self.root))
        return home

    def account_options(self) -> dict[str, Any]:
        """How Popen becomes the servers' account; `cwd` too, as it may not enter ours."""
        if self.account is None:
            return {"cwd": "/"}
        return {
            "user": self.account.pw_uid,
            "group": self.account.pw_gid,
            "extra_groups": [],
            "cwd": "/",
        }

    def give(self, folder: Path) -> None:
        """Make a private folder of the servers' account."""
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
        if self.account is not None:
            os.chown(folder, self.account.pw_uid, self.account.pw_gid)


def server_account() -> pwd.struct_passwd | None:
    """PostgreSQL refuses root: then an existing account without rights runs it. None: ourselves."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody", "daemon"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise Trouble("Running as root, and no account (postgres, nobody) exists to run PostgreSQL as.")


def can_enter(path: Path, account: pwd.struct_passwd) -> bool:
    """Whether the account may pass through every folder down to this path."""
    done = subprocess.run(
        ["test", "-x", str(path)],
        user=account.pw_uid,
        group=account.pw_gid,
        extra_groups=[],
        cwd="/",
        check=False,
    )
    return done.returncode == 0
