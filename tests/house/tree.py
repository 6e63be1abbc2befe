"""The house's files, for the rules about them."""

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Floors from the ground up. Rooms that are not built yet have their place already.
FLOORS = (
    ("partnership",),
    ("outbox",),
    ("sro",),
    ("tips", "handlewithcare", "panic", "readiness", "threats"),
    ("dispatch", "reports"),
)
ROOMS = tuple(room for floor in FLOORS for room in floor)
NOT_OURS = {".venv", ".git", ".portal", "node_modules", "build", "__pycache__"}
NOT_OURS |= {".ruff_cache", ".mypy_cache", ".pytest_cache"}


@cache
def files(*suffixes: str) -> tuple[Path, ...]:
    """Every file of the project with one of these suffixes, relative to its root."""
    found = []
    for folder, names, here in ROOT.walk():
        names[:] = sorted(name for name in names if name not in NOT_OURS)
        found += [folder / name for name in sorted(here) if name.endswith(suffixes)]
    return tuple(file.relative_to(ROOT) for file in found)


def python_files(*, migrations: bool = False) -> list[Path]:
    """Python code, without migrations unless they are asked for."""
    return [file for file in files(".py") if migrations or "migrations" not in file.parts]


def room_files(*, migrations: bool = False) -> list[Path]:
    return [file for file in python_files(migrations=migrations) if file.parts[0] in ROOMS]


@cache
def text(file: Path) -> str:
    return (ROOT / file).read_text(encoding="utf-8")


@cache
def tree(file: Path) -> ast.Module:
    return ast.parse(text(file), str(file))


def lines(file: Path) -> int:
    return text(file).count("\n")


def functions(file: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    nodes = ast.walk(tree(file))
    return [node for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def check_exceptions(allowed: dict[str, str], needed: set[str]) -> None:
    """Every exception is needed, has a reason, and nothing beyond them stands."""
    assert all(len(reason) > 10 for reason in allowed.values()), "An exception needs its reason."
    assert needed <= allowed.keys(), f"Against the rule: {sorted(needed - allowed.keys())}"
    assert allowed.keys() <= needed, f"No longer needed: {sorted(allowed.keys() - needed)}"
