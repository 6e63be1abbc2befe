"""Database roles and databases, as in production: who migrates, who runs, who only reads a backup.

Everything here may run again and again; it needs a superuser of the server.
"""

from collections.abc import Callable, Iterator
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg
from psycopg import sql

from partnership.running.trouble import Trouble

OLDEST_POSTGRESQL = 160000
# portal_audit owns the audit trigger's function: nobody signs in as it, migrations may become it.
ROLES = {
    "portal_owner": "LOGIN",
    "portal_audit": "NOLOGIN",
    "portal_app": "LOGIN",
    "portal_backup": "LOGIN BYPASSRLS",
    "portal_vault_owner": "LOGIN",
    "portal_vault_app": "LOGIN",
}
TEST_RIGHTS = ("portal_owner", "portal_vault_owner")

Passwords = Callable[[str], str]


def provision(
    main: str, *, vault: str = "", databases: tuple[str, str], passwords: Passwords | None = None
) -> None:
    """Make roles and databases through superuser addresses of the main and the vault's server."""
    main_name, vault_name = databases
    make_roles(main, passwords)
    make_database(main, main_name, owner="portal_owner")
    open_database(main, main_name, owner="portal_owner", app="portal_app")
    on(main, main_name, main_rights(main_name))
    vault = vault or main
    if urlsplit(vault).netloc != urlsplit(main).netloc:
        make_roles(vault, passwords)
    make_database(vault, vault_name, owner="portal_vault_owner")
    open_database(vault, vault_name, owner="portal_vault_owner", app="portal_vault_app")


def make_roles(server: str, passwords: Passwords | None) -> None:
    """The six roles with exactly their rights, also where an older hand made them wider."""
    with connect(server) as connection:
        if connection.info.server_version < OLDEST_POSTGRESQL:
            raise Trouble(
                "The portal needs PostgreSQL 16 or newer (18 is tested); DATABASE_URL leads to "
                f"{connection.info.server_version // 10000}."
            )
        known = {name for (name,) in connection.execute("SELECT rolname FROM pg_roles")}
        for role, rights in ROLES.items():
            for statement in role_statements(role, rights, is_new=role not in known):
                connection.execute(statement)
            if passwords is not None and role != "portal_audit" and (secret := passwords(role)):
                connection.execute(
                    sql.SQL("ALTER ROLE {} PASSWORD {}").format(
                        sql.Identifier(role), sql.Literal(secret)
                    )
                )
        connection.execute("GRANT portal_audit TO portal_owner WITH INHERIT FALSE, SET TRUE")
        connection.execute("GRANT pg_read_all_data TO portal_backup")


def role_statements(role: str, rights: str, *, is_new: bool) -> Iterator[sql.Composed]:
    name = sql.Identifier(role)
    if is_new:
        yield sql.SQL("CREATE ROLE {}").format(name)
    walls = "NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION"
    walls += "" if "BYPASSRLS" in rights else " NOBYPASSRLS"
    yield sql.SQL("ALTER ROLE {} {} {}").format(name, sql.SQL(rights), sql.SQL(walls))


def make_database(server: str, name: str, *, owner: str) -> None:
    """The database, if it is not there, owned by the role that migrates it."""
    with connect(server) as connection:
        if not connection.execute(
            "SELECT 1 FROM pg_database WHERE datname = %s", [name]
        ).fetchone():
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        connection.execute(
            sql.SQL("ALTER DATABASE {} OWNER TO {}").format(
                sql.Identifier(name), sql.Identifier(owner)
            )
        )


def open_database(server: str, name: str, *, owner: str, app: str) -> None:
    """Only these two roles come in; what the owner makes, the application may use, not change."""
    names = {
        "database": sql.Identifier(name),
        "owner": sql.Identifier(owner),
        "app": sql.Identifier(app),
    }
    statements = (
        "REVOKE ALL ON DATABASE {database} FROM PUBLIC",
        "GRANT CONNECT ON DATABASE {database} TO {app}",
        *schema_statements(),
    )
    on(server, name, (sql.SQL(statement).format(**names) for statement in statements))


def schema_statements() -> tuple[str, ...]:
    """What holds inside a database, in `{owner}` and `{app}`; template1 of the tests has it too."""
    default = "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public"
    return (
        "REVOKE ALL ON SCHEMA public FROM PUBLIC",
        "GRANT USAGE ON SCHEMA public TO {app}",
        f"{default} GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {{app}}",
        f"{default} GRANT USAGE, SELECT ON SEQUENCES TO {{app}}",
    )


def main_rights(name: str) -> Iterator[sql.Composed]:
    """What only the main database knows: the audit's owner, and the role that makes backups."""
    yield sql.SQL("GRANT USAGE, CREATE ON SCHEMA public TO portal_audit").format()
    yield sql.SQL("GRANT CONNECT ON DATABASE {} TO portal_backup").format(sql.Identifier(name))


def prepare_tests(server: str) -> None:
    """Let the owners make test databases, with the same rights in each from its template."""
    with connect(server) as connection:
        for role in TEST_RIGHTS:
            connection.execute(sql.SQL("ALTER ROLE {} CREATEDB").format(sql.Identifier(role)))
    for owner, app in (("portal_owner", "portal_app"), ("portal_vault_owner", "portal_vault_app")):
        names = {"owner": sql.Identifier(owner), "app": sql.Identifier(app)}
        on(server, "template1", (sql.SQL(line).format(**names) for line in schema_statements()))
    on(server, "template1", [sql.SQL("GRANT USAGE, CREATE ON SCHEMA public TO portal_audit")])


def count_rows(server: str, name: str) -> None:
    """Tell the planner how much there is, before it has had time to look for itself."""
    on(server, name, [sql.SQL("ANALYZE")])


def on(server: str, database: str, statements: Iterator[sql.Composed] | list[sql.SQL]) -> None:
    """Run statements in one database of a server."""
    with connect(at(server, database=database)) as connection:
        for statement in statements:
            connection.execute(statement)


def connect(url: str) -> psycopg.Connection[tuple[str]]:
    """A superuser's connection; Trouble in one sentence, without the address' password."""
    try:
        return psycopg.connect(url, autocommit=True, connect_timeout=5)
    except psycopg.Error as error:
        cause = str(error).strip().splitlines()[-1]
        raise Trouble(f"The database server can not be reached: {cause}") from None


def at(url: str, *, database: str = "", role: str = "", password: str = "") -> str:
    """The same server's address, for another database or role."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    user = quote(role, safe="") + (f":{quote(password, safe='')}" if password else "")
    netloc = f"{user}@{host}" if role else parts.netloc
    path = f"/{database}" if database else parts.path
    return urlunsplit((parts.scheme, netloc, path, parts.query, ""))
