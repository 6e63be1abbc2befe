"""`./portal test`: every test; the browser's in a process of their own, as their event loop
would stand in the way of the others."""

import os
import secrets
import shutil
import subprocess
import time
from pathlib import Path

from partnership.running import furnishing
from partnership.running.children import PYTHON, REPOSITORY
from partnership.running.front import prepare_front
from partnership.running.keys import KEYS
from partnership.running.surroundings import UNWANTED
from partnership.running.trouble import Trouble
from partnership.running.voice import tell

BROWSER_TESTS = REPOSITORY / "tests" / "browser"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
TAKES_A_VALUE = {"-k", "-m", "-n", "-p", "-o", "-c", "-r", "-W", "--maxfail", "--ignore"}
# Neighbors stay together, as they share what is costly to set up; the idle one takes over.
WHOLE = ["-n", "2", "--dist", "worksteal", "--ignore=tests/browser"]
NOTHING_COLLECTED, WRONG_USE = 5, 4


def test(arguments: list[str]) -> int:
    """All of them, or what the paths among the arguments name."""
    began = float(os.environ.get("PORTAL_BEGAN") or time.time())
    wants_browser = "--no-browser" not in arguments
    options, paths = split([part for part in arguments if part != "--no-browser"])
    runs = [*plain_runs(options, paths), *browser_runs(options, paths, wanted=wants_browser)]
    env = environment(needs_browser=any("tests/browser" in " ".join(run) for run in runs))
    prepare_front()
    furnishing.collect_static({**env, **{name: secrets.token_hex(32) for name in KEYS}})
    codes = [call(run, env) for run in runs]
    tell(f"./portal test took {time.time() - began:.0f} s")
    return verdict(codes)


def split(arguments: list[str]) -> tuple[list[str], list[str]]:
    """Pytest's options apart from the paths of tests."""
    options: list[str] = []
    paths: list[str] = []
    for number, part in enumerate(arguments):
        follows_option = number > 0 and arguments[number - 1] in TAKES_A_VALUE
        is_path = not part.startswith("-") and not follows_option
        (paths if is_path else options).append(part)
    for path in paths:
        if not (REPOSITORY / path.split("::")[0]).exists():
            raise Trouble(f"There is no test file or folder {path}.", code=2)
    return options, paths


def plain_runs(options: list[str], paths: list[str]) -> list[list[str]]:
    """Everything but the browser; side by side when it is the whole."""
    if not paths:
        return [[*WHOLE, *options]]
    plain = [path for path in paths if not is_browser(path)]
    return [[*options, *plain]] if plain else []


def browser_runs(options: list[str], paths: list[str], *, wanted: bool) -> list[list[str]]:
    chosen = [path for path in paths if is_browser(path)] if paths else ["tests/browser"]
    return [[*options, *chosen]] if wanted and chosen else []


def is_browser(path: str) -> bool:
    return Path(REPOSITORY, path.split("::")[0]).resolve().is_relative_to(BROWSER_TESTS)


def environment(*, needs_browser: bool) -> dict[str, str]:
    env = {name: value for name, value in os.environ.items() if name not in UNWANTED}
    if needs_browser:
        # The browser's driver runs an event loop in the thread that also prepares the rows.
        env |= {"CHROMIUM": find_browser(), "DJANGO_ALLOW_ASYNC_UNSAFE": "1"}
    return env


def find_browser() -> str:
    """The machine's Chromium; without it the browser tests fail, they are never skipped."""
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
    if not found or not shutil.which(found):
        raise Trouble(
            "The browser tests need Chromium: apt-get install chromium (or brew install chromium), "
            "or set CHROMIUM to its path.\n./portal test --no-browser leaves them out."
        )
    return found


def call(arguments: list[str], env: dict[str, str]) -> int:
    tell("pytest " + " ".join(arguments))
    command = [PYTHON, "-m", "pytest", *arguments]
    return subprocess.run(command, cwd=REPOSITORY, env=env, check=False).returncode


def verdict(codes: list[int]) -> int:
    """One failure fails the whole; a filter that matches only in the other run does not."""
    if all(code == NOTHING_COLLECTED for code in codes):
        return 1
    if WRONG_USE in codes:
        return 2
    return int(any(code not in {0, NOTHING_COLLECTED} for code in codes))
