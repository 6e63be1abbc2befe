"""The set-up step of docker-compose.yml: roles, databases and migrations on two servers.

Only this step holds the owners' and the superusers' passwords; the processes that meet the
public never do.
"""

import os
import sys
from urllib.parse import urlsplit

from partnership.running import provision
from partnership.running.children import PYTHON, run_step
from partnership.running.surroundings import ADDRESSES, database_name, given
from partnership.running.trouble import Trouble
from partnership.running.voice import complain, say

NEEDED = (*ADDRESSES, "DATABASE_ADMIN_URL", "VAULT_ADMIN_URL")


def set_up() -> None:
    """Idempotent: it runs at every start, and after an update it migrates."""
    addresses = {name: given(name) for name in NEEDED}
    if missing := [name for name, value in addresses.items() if not value]:
        raise Trouble(f"Set {', '.join(missing)}, each also as NAME_FILE.")
    passwords = {parts.username: parts.password for parts in map(urlsplit, addresses.values())}
    provision.provision(
        addresses["DATABASE_ADMIN_URL"],
        vault=addresses["VAULT_ADMIN_URL"],
        databases=(
            database_name(addresses["DATABASE_URL"], "portal"),
            database_name(addresses["VAULT_URL"], "vault"),
        ),
        passwords=lambda role: passwords.get(role) or "",
    )
    env = owners_environment(addresses)
    run_step(
        [PYTHON, "-m", "partnership.running.furnishing"], doing="Migrating the databases", env=env
    )
    say("the databases are ready")


def owners_environment(addresses: dict[str, str]) -> dict[str, str]:
    """What migrations run in: the owners' addresses where the portal has its own."""
    hidden = ("DATABASE_URL_FILE", "VAULT_URL_FILE")
    env = {name: value for name, value in os.environ.items() if name not in hidden}
    env["DATABASE_URL"] = addresses["DATABASE_OWNER_URL"]
    env["VAULT_URL"] = addresses["VAULT_OWNER_URL"]
    return env


if __name__ == "__main__":
    try:
        set_up()
    except Trouble as trouble:
        complain(str(trouble))
        sys.exit(trouble.code)
