"""How long things may be. A test that prints offenders; an exception needs its reason."""

import ast
import re
from collections.abc import Iterable
from pathlib import Path

from tests.house.tree import check_exceptions, files, functions, lines, python_files, text

FILE, FUNCTION, VIEW, TASK, TEST, PARAMETERS, TEMPLATE = 300, 25, 20, 5, 15, 5, 100
LINE, LINE_OF_TEMPLATE = 100, 150  # a template's tag can not be broken
LONG_FILES: dict[str, str] = {
    "partnership/settings.py": "All that depends on the machine is one file (HOUSE §3).",
}
LONG_FUNCTIONS: dict[str, str] = {}
LONG_TESTS: dict[str, str] = {}
MANY_PARAMETERS: dict[str, str] = {
    "outbox/actions/telling.py:send takes 6": "What every room says to it.",
}
LONG_TEMPLATES: dict[str, str] = {}
LONG_LINES: dict[str, str] = {}

type Function = ast.FunctionDef | ast.AsyncFunctionDef


def own_code() -> list[Path]:
    """Without locks, generated migrations and tables of plain data."""
    return [*python_files(), Path("portal")]


def length(function: Function) -> int:
    assert function.end_lineno is not None
    return function.end_lineno - function.lineno + 1


def is_a(kind: str, file: Path) -> bool:
    """Whether a file belongs to `views.py`, `views/`, `tasks.py` …"""
    return file.parts[0] != "tests" and (file.name == f"{kind}.py" or kind in file.parts)


def is_view(file: Path, function: Function) -> bool:
    return is_a("views", file) and [one.arg for one in function.args.args][:1] == ["request"]


def cap(file: Path, function: Function) -> int:
    if is_a("tasks", file) and function.decorator_list:
        return TASK
    return VIEW if is_view(file, function) else FUNCTION


def is_test(function: Function) -> bool:
    return function.name.startswith("test_")


def test_no_file_is_longer_than_300_lines():
    kinds = (".py", ".js", ".html", ".scss")
    found = {str(file) for file in [*files(*kinds), Path("portal")] if lines(file) > FILE}
    check_exceptions(LONG_FILES, {name for name in found if "migrations" not in name})


def test_no_function_is_longer_than_25_lines_no_view_than_20_no_task_than_5():
    found = {
        f"{file}:{function.name} has {length(function)}"
        for file in own_code()
        for function in functions(file)
        if not is_test(function) and length(function) > cap(file, function)
    }
    check_exceptions(LONG_FUNCTIONS, found)


def test_no_test_is_longer_than_15_lines():
    found = {
        f"{file}:{function.name} has {length(function)}"
        for file in python_files()
        for function in functions(file)
        if file.parts[0] == "tests" and is_test(function) and length(function) > TEST
    }
    check_exceptions(LONG_TESTS, found)


def test_no_function_takes_more_than_five_things():
    found = {
        f"{file}:{function.name} takes {taken(function)}"
        for file in own_code()
        for function in functions(file)
        if not is_test(function) and not is_fixture(function) and taken(function) > PARAMETERS
    }
    check_exceptions(MANY_PARAMETERS, found)


def taken(function: Function) -> int:
    named = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    return len([one for one in named if one.arg not in {"self", "cls"}])


def is_fixture(function: Function) -> bool:
    """A test and a fixture name the people they need, however many."""
    return any("fixture" in ast.unparse(sign) for sign in function.decorator_list)


def test_no_template_is_longer_than_100_lines():
    found = {str(file) for file in files(".html") if lines(file) > TEMPLATE}
    check_exceptions(LONG_TEMPLATES, found)


def test_no_line_is_longer_than_100_characters():
    found = long_lines(own_code(), LINE) | long_lines(files(".html"), LINE_OF_TEMPLATE)
    check_exceptions(LONG_LINES, found)


def long_lines(where: Iterable[Path], longest: int) -> set[str]:
    """Lines that are too long, not counting the reason of an exception at their end."""
    return {
        f"{file}:{number}"
        for file in where
        for number, line in enumerate(text(file).splitlines(), 1)
        if len(re.sub(r"\s+# (noqa|type): .*", "", line)) > longest
    }
