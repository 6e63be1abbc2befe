"""The secrets of a portal: made once, kept in one folder that only its owner enters.

As a program (`python3 partnership/running/keys.py secrets`, nothing but Python) it makes every
file that docker-compose.yml mounts.
"""

import contextlib
import os
import secrets
import sys
from base64 import urlsafe_b64encode
from pathlib import Path

KEYS = ("SECRET_KEY", "MASTER_KEY", "TIP_PEPPER")
# Addresses of providers, empty until somebody writes one in; an empty channel does not exist.
PROVIDERS = (
    *("EMAIL_URL", "EMAIL_STANDBY_URL", "SMS_URL", "SMS_STANDBY_URL"),
    *("VOICE_URL", "VOICE_STANDBY_URL"),
)
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
# File of an address → role, host and database in docker-compose.yml.
ADDRESSES = {
    "DATABASE_URL": ("portal_app", "database", "portal"),
    "DATABASE_OWNER_URL": ("portal_owner", "database", "portal"),
    "DATABASE_ADMIN_URL": ("postgres", "database", "postgres"),
    "VAULT_URL": ("portal_vault_app", "vault", "vault"),
    "VAULT_OWNER_URL": ("portal_vault_owner", "vault", "vault"),
    "VAULT_ADMIN_URL": ("postgres", "vault", "postgres"),
}


def keep(folder: Path, name: str, text: str, *, mode: int = 0o600) -> str:
    """The text under this name; what was kept before stands."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = folder / name
    if not file.exists():
        # Written whole and then named, so that a break never leaves half a key.
        unborn = folder / f".{name}.{os.getpid()}"
        handle = os.open(unborn, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
        os.fchmod(handle, mode)  # whatever the umask says
        with os.fdopen(handle, "w") as target:
            target.write(text)
        with contextlib.suppress(FileExistsError):
            os.link(unborn, file)
        unborn.unlink()
    return file.read_text().strip()


def keep_keys(folder: Path) -> dict[str, str]:
    """The portal's keys, 32 random bytes each; one given in the environment stands above ours."""
    return {
        name: keep(folder, name, secrets.token_hex(32))
        for name in KEYS
        if name not in os.environ and f"{name}_FILE" not in os.environ
    }


def lost_keys(folder: Path) -> list[str]:
    """The keys that are neither kept nor given: what they sealed can not be opened without them."""
    known = {*os.environ, *(file.name for file in folder.glob("*"))}
    return [name for name in KEYS if not {name, f"{name}_FILE"} & known]


def keep_push_key(folder: Path, *, mode: int = 0o600) -> str:
    """The key that signs pushes (VAPID): any number of the curve P-256, as 32 raw bytes."""
    raw = (secrets.randbelow(P256_ORDER - 1) + 1).to_bytes(32, "big")
    text = urlsafe_b64encode(raw).rstrip(b"=").decode()
    return keep(folder, "WEBPUSH_PRIVATE_KEY", text, mode=mode)


def keep_password(folder: Path, role: str) -> str:
    """The password of a database role that we made on a server of yours."""
    return keep(folder, f"{role}.password", secrets.token_hex(32))


def make_secret_files(folder: Path) -> None:
    """Every file of docker-compose.yml. The folder keeps others out; containers read the files."""
    readable = 0o644
    for name in KEYS:
        keep(folder, name, secrets.token_hex(32), mode=readable)
    for name in PROVIDERS:
        keep(folder, name, "", mode=readable)
    keep_push_key(folder, mode=readable)
    admin = {
        host: keep(folder, f"{host}.password", secrets.token_hex(32), mode=readable)
        for host in ("database", "vault")
    }
    for name, (role, host, database) in ADDRESSES.items():
        password = admin[host] if role == "postgres" else secrets.token_hex(32)
        keep(folder, name, f"postgresql://{role}:{password}@{host}/{database}", mode=readable)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python3 partnership/running/keys.py FOLDER")
    make_secret_files(Path(sys.argv[1]))
    sys.stdout.write(f"{sys.argv[1]} is ready; write your mail server's address into EMAIL_URL.\n")
