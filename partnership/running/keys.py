"""The secrets of a portal on one machine: made once, kept in the data folder, readable by us."""

import base64
import contextlib
import os
import secrets
from pathlib import Path

KEYS = ("SECRET_KEY", "MASTER_KEY", "TIP_PEPPER")
ROLES_WITH_PASSWORD = (
    "portal_owner",
    "portal_app",
    "portal_backup",
    "portal_vault_owner",
    "portal_vault_app",
)


def keep_secret(folder: Path, name: str) -> str:
    """The secret of this name: 32 random bytes in base64, made when it is first asked for."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = folder / name
    if not file.exists():
        # Written whole and then named, so that a break never leaves half a key.
        unborn = folder / f".{name}.{os.getpid()}"
        handle = os.open(unborn, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w") as text:
            text.write(base64.b64encode(secrets.token_bytes(32)).decode())
        with contextlib.suppress(FileExistsError):
            os.link(unborn, file)
        unborn.unlink()
    return file.read_text().strip()


def keep_keys(folder: Path) -> dict[str, str]:
    """The portal's keys; one given in the environment, also as NAME_FILE, stands above ours."""
    return {
        name: keep_secret(folder, name)
        for name in KEYS
        if name not in os.environ and f"{name}_FILE" not in os.environ
    }


def keep_password(folder: Path, role: str) -> str:
    """The password of a database role that we made on a server of yours."""
    return keep_secret(folder, f"{role}.password")
