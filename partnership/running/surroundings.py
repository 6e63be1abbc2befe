"""What the portal's processes stand in: servers, databases, keys, and the environment that names
them. Embedded servers are ours to start and stop; DATABASE_URL, VAULT_URL, REDIS_URL replace them.
"""

import contextlib
import os
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from partnership.running import keys, provision
from partnership.running.embedded import Postgres, Valkey
from partnership.running.place import Place
from partnership.running.stand_in import StandIn, running_at, stand_in_at
from partnership.running.trouble import Trouble

MAIN, VAULT = "portal", "vault"
ADDRESSES = ("DATABASE_URL", "DATABASE_OWNER_URL", "VAULT_URL", "VAULT_OWNER_URL")
UNWANTED = ("PYTHONDONTWRITEBYTECODE", "PYTHONPATH", "PYTHONHOME", "PYTHONSAFEPATH")


class Surroundings:
    """Servers and environment of one data folder."""

    def __init__(self, place: Place, *, durable: bool = True) -> None:
        self.place, self.durable = place, durable
        self.postgres: Postgres | None = None
        self.valkey: Valkey | None = None
        self.is_new = False
        self.names: dict[str, str] = {}
        self.stand_in: StandIn | None = None

    @property
    def secrets(self) -> Path:
        """The folder of keys and passwords."""
        return self.place.root / "secrets"

    def launch(self) -> None:
        """Start the embedded servers that nothing replaces; from the main thread."""
        if not given("DATABASE_URL"):
            if given("VAULT_URL"):
                raise Trouble("VAULT_URL is given without DATABASE_URL; give both or neither.")
            self.postgres = Postgres(self.place, durable=self.durable)
            if self.postgres.exists and (lost := keys.lost_keys(self.secrets)):
                raise Trouble(
                    f"{self.secrets} lost {', '.join(lost)}, with which this database was sealed.\n"
                    "Put them back, or start anew in another folder with --data DIR."
                )
            self._add_keys()  # before the database, so that there never is one without its keys
            self.is_new = self.postgres.prepare()
            self.postgres.launch()
        if not given("REDIS_URL"):
            self.valkey = Valkey(self.place)
            self.valkey.launch()

    def furnish(self) -> None:
        """Wait for the servers, make roles and databases, gather the environment."""
        if self.valkey is not None:
            self.valkey.wait()
            self.names["REDIS_URL"] = self.valkey.url()
        if self.postgres is not None:
            self.postgres.wait()
            provision.provision(self.postgres.url(), databases=(MAIN, VAULT))
            self.names |= embedded_addresses(self.postgres)
        else:
            self.names |= external_addresses(self.secrets)
        self._add_keys()

    def borrow(self) -> None:
        """Use the servers of the portal that already runs on this data folder."""
        if not given("REDIS_URL"):
            self.names["REDIS_URL"] = Valkey(self.place).url()
        if not given("DATABASE_URL"):
            self.names |= embedded_addresses(Postgres(self.place))
        else:
            self.names |= external_addresses(self.secrets)
        self._add_keys()
        if standing := running_at(self.place.root):
            self._add_stand_in(standing)

    def call_stand_in(self) -> None:
        """The demo has a stand-in for every provider that nobody named."""
        self.stand_in = stand_in_at(self.place.root)
        self._add_stand_in(self.stand_in)

    def _add_stand_in(self, stand_in: StandIn) -> None:
        names = stand_in.names(self.secrets)
        self.names |= {name: value for name, value in names.items() if not given(name)}

    def _add_keys(self) -> None:
        self.names |= keys.keep_keys(self.secrets)
        self.names["PORTAL_DATA"] = str(self.place.root)

    def env(
        self, more: Mapping[str, str] | None = None, *, as_owner: bool = False
    ) -> dict[str, str]:
        """The environment of a process: the application's roles, or the owners' for migrations."""
        env = {**os.environ, **self.names, **(more or {}), "PYTHONUNBUFFERED": "1"}
        if as_owner:
            env["DATABASE_URL"] = env["DATABASE_OWNER_URL"]
            env["VAULT_URL"] = env["VAULT_OWNER_URL"]
        shadows = [f"{name}_FILE" for name in self.names]
        for name in (*UNWANTED, *shadows, "DATABASE_OWNER_URL", "VAULT_OWNER_URL"):
            env.pop(name, None)
        return env

    def stop(self) -> None:
        """Stop what we started, the doorbell first."""
        if self.valkey is not None:
            self.valkey.stop()
        if self.postgres is not None:
            self.postgres.stop()


@contextlib.contextmanager
def standing(place: Place, *, durable: bool = True) -> Iterator[Surroundings]:
    """Surroundings for the length of a block."""
    around = Surroundings(place, durable=durable)
    try:
        around.launch()
        around.furnish()
        yield around
    finally:
        around.stop()


def given(name: str) -> str:
    """A setting from the environment or from its NAME_FILE; empty when there is none."""
    if file := os.environ.get(f"{name}_FILE"):
        try:
            return Path(file).read_text().strip()
        except OSError as error:
            raise Trouble(
                f"{name}_FILE names {file}, which can not be read: {error.strerror}."
            ) from None
    return os.environ.get(name, "").strip()


def embedded_addresses(postgres: Postgres) -> dict[str, str]:
    """One address for each role on our own server."""
    return {
        "DATABASE_URL": postgres.url("portal_app", MAIN),
        "DATABASE_OWNER_URL": postgres.url("portal_owner", MAIN),
        "VAULT_URL": postgres.url("portal_vault_app", VAULT),
        "VAULT_OWNER_URL": postgres.url("portal_vault_owner", VAULT),
    }


def external_addresses(secrets: Path) -> dict[str, str]:
    """The addresses on servers of yours: all four as given, or made through a superuser's."""
    found = {name: given(name) for name in ADDRESSES}
    missing = [name for name, value in found.items() if not value]
    for name in set(ADDRESSES) - set(missing):
        see_scheme(name, found[name])
    if not missing:
        for url in found.values():
            provision.connect(url).close()
        return found
    if found["DATABASE_OWNER_URL"] or not is_superuser(found["DATABASE_URL"]):
        raise Trouble(
            f"DATABASE_URL leads to a server of yours, but {', '.join(missing)} is missing.\n"
            "Give all four addresses, or a superuser's DATABASE_URL alone: then the roles are made."
        )
    return make_external(found["DATABASE_URL"], found["VAULT_URL"], secrets)


def make_external(main: str, vault: str, secrets: Path) -> dict[str, str]:
    """Roles with random passwords, and both databases, through a superuser's address."""
    name = database_name(main, MAIN)
    vault_name = database_name(vault, f"{name}_vault") if vault else f"{name}_vault"
    vault = vault or main
    try:
        provision.provision(
            provision.at(main, database="postgres"),
            vault=provision.at(vault, database="postgres"),
            databases=(name, vault_name),
            passwords=partial(keys.keep_password, secrets),
        )
    except psycopg.Error as error:
        raise Trouble(f"The roles could not be made: {str(error).splitlines()[0]}") from None
    places = {
        "DATABASE_URL": (main, name, "portal_app"),
        "DATABASE_OWNER_URL": (main, name, "portal_owner"),
        "VAULT_URL": (vault, vault_name, "portal_vault_app"),
        "VAULT_OWNER_URL": (vault, vault_name, "portal_vault_owner"),
    }
    return {setting: address(secrets, *place) for setting, place in places.items()}


def address(secrets: Path, server: str, database: str, role: str) -> str:
    """A server's address for one role, with the password made for it."""
    password = keys.keep_password(secrets, role)
    return provision.at(server, database=database, role=role, password=password)


def database_name(url: str, otherwise: str) -> str:
    """The database an address names; never the server's own."""
    name = urlsplit(url).path.lstrip("/")
    return otherwise if name in {"", "postgres", "template1"} else name


def see_scheme(name: str, url: str) -> None:
    """Refuse an address that is none, before a library does it in twenty lines."""
    if urlsplit(url).scheme not in {"postgres", "postgresql"}:
        raise Trouble(f"{name} is not an address like postgresql://role:password@host/database.")


def is_superuser(url: str) -> bool:
    with provision.connect(provision.at(url, database="postgres")) as connection:
        row = connection.execute(
            "SELECT rolsuper::text FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
    return row is not None and row[0] == "true"
