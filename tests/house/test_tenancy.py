"""Code that looks beyond one partnership, or past the first wall: named one by one."""

import ast
from pathlib import Path

from tests.house.tree import check_exceptions, room_files, text, tree

# Where EVERY_PARTNERSHIP may stand, besides the file that defines it.
ACROSS = {
    "partnership/tenancy.py": "Defines it; own_rows_of() shows a person their own memberships.",
}
# Where SQL is written by hand: it passes the first wall, so only the second one stands there.
RAW_SQL = {
    "outbox/auditing.py": "Bounds how long a look may take, reads no row.",
    "outbox/breakers.py": "Counts a provider's failures in one statement; no tenant's row.",
    "outbox/claiming.py": "One statement with the partnership in its WHERE (ADR 12); a lock.",
    "outbox/planning.py": "One INSERT … SELECT with the partnership in every WHERE (ADR 11).",
    "outbox/settling.py": "Notes a batch at once, with the partnership in its WHERE (ADR 12).",
    "partnership/audit.py": "Reads the chain as the trigger wrote it, with the partnership named.",
    "partnership/accounts/passphrase.py": "Takes an advisory lock, reads no row.",
    "partnership/checks.py": "Asks the server about the portal's own role, no row.",
    "partnership/tenancy.py": "Tells the database which partnership is open, reads no row.",
    "partnership/views/health.py": "SELECT 1: whether the database answers.",
}
PAST_THE_ORM = {"cursor", "chunked_cursor", "raw", "extra", "RawSQL", "_raw_delete"}
NO_DATABASE = ("partnership/running/",)
# Where Django's manager without a scope is asked for.
BASE_MANAGERS: dict[str, str] = {}


def names(file: Path) -> set[str]:
    """Every attribute and every imported name that the code mentions."""
    nodes = list(ast.walk(tree(file)))
    imported = {
        alias.name for node in nodes if isinstance(node, ast.ImportFrom) for alias in node.names
    }
    return imported | {node.attr for node in nodes if isinstance(node, ast.Attribute)}


def code() -> list[Path]:
    return [file for file in room_files() if not str(file).startswith(NO_DATABASE)]


def test_every_partnership_is_asked_for_only_where_there_is_a_reason():
    found = {str(file) for file in code() if "EVERY_PARTNERSHIP" in text(file)}
    check_exceptions(ACROSS, found)


def test_sql_is_written_by_hand_only_where_there_is_a_reason():
    found = {str(file) for file in code() if PAST_THE_ORM & names(file)}
    check_exceptions(RAW_SQL, found)


def test_nobody_asks_for_a_manager_without_a_scope():
    found = {str(file) for file in code() if {"_base_manager", "in_hand"} & names(file)}
    check_exceptions(BASE_MANAGERS, found - {"partnership/tenancy.py"})


def test_nobody_switches_the_session_setting_but_the_scope():
    found = {str(file) for file in room_files() if "set_config(" in text(file)}
    assert found == {"partnership/tenancy.py", "partnership/benches/tenancy.py"}
    assert "set_config(%s, %s, true)" in text(Path("partnership/tenancy.py"))
