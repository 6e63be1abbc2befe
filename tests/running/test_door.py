"""`portal` itself: it starts anywhere, makes .venv whole or not at all, and says why it failed."""

import ast
import base64
import hashlib
import runpy
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from partnership.running.children import REPOSITORY
from tests.running.portal_process import plain_environment

HELLO = "import sys; print('handed over', *sys.argv[1:])"


def make_wheel(folder: Path, name: str, code: str) -> str:
    """A package of one module, and its line for a hashed lock."""
    path = folder / f"{name}-1.0-py3-none-any.whl"
    info = f"{name}-1.0.dist-info"
    files = {
        f"{name}/__init__.py": "",
        f"{name}/__main__.py": code,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{file},sha256={digest(text)},{len(text)}\n" for file, text in files.items())
    with zipfile.ZipFile(path, "w") as wheel:
        for file, text in {**files, f"{info}/RECORD": record}.items():
            wheel.writestr(file, text)
    return f"{name}==1.0 --hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}\n"


def digest(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()


def make_clone(folder: Path) -> Path:
    """A clone with a lock of one package, an uv that always fails, and a house that only greets."""
    for name in ("requirements", "wheels", "partnership"):
        (folder / name).mkdir()
    uv = make_wheel(folder / "wheels", "uv", "import sys; sys.exit('error: no index here')")
    (folder / "requirements/uv.txt").write_text(uv)
    (folder / "requirements/dev.txt").write_text(make_wheel(folder / "wheels", "tinything", ""))
    (folder / "partnership/__init__.py").touch()
    (folder / "partnership/running.py").write_text(HELLO)
    shutil.copy(REPOSITORY / "portal", folder)
    return folder


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    return make_clone(tmp_path)


def open_door(clone: Path, *arguments: str, **more: str) -> "subprocess.CompletedProcess[str]":
    only_here = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(clone / "wheels"), **more}
    return subprocess.run(
        [sys.executable, clone / "portal", *arguments],
        env=plain_environment(**only_here),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_an_old_python_can_read_it():
    source = (REPOSITORY / "portal").read_text()

    ast.parse(source, feature_version=(3, 6))
    assert not any(isinstance(node, ast.JoinedStr) for node in ast.walk(ast.parse(source)))


def test_where_uv_fails_pip_makes_the_environment_once(clone):
    done = open_door(clone, "up", "--port", "9")

    assert "trying pip" in done.stderr
    assert done.stdout == "handed over up --port 9\n"
    python = clone / ".venv/bin/python"
    assert subprocess.run([python, "-c", "import tinything"], check=False).returncode == 0
    shutil.rmtree(clone / "wheels")
    assert open_door(clone, "check").stdout == "handed over check\n"


def test_without_a_network_it_says_so_and_the_half_made_environment_is_made_anew(clone):
    (clone / "wheels").rename(clone / "elsewhere")
    done = open_door(clone, "up")

    assert done.returncode == 1
    assert "could not be fetched" in done.stderr
    assert "Traceback" not in done.stderr
    (clone / ".venv/bin/python").unlink()
    (clone / "elsewhere").rename(clone / "wheels")
    assert open_door(clone, "up").returncode == 0


def test_without_a_new_enough_python_one_sentence_says_what_is_needed(clone):
    script = clone / "portal"
    script.write_text(script.read_text().replace("OLDEST = (3, 12)", "OLDEST = (9, 9)"))
    done = open_door(clone, "up")

    assert done.returncode == 1
    assert done.stderr.startswith("This project needs Python 3.12 or newer")
    assert len(done.stderr.splitlines()) == 2
    assert not (clone / ".venv").exists()


def test_a_shim_that_fails_is_passed_over_for_a_python_that_works(tmp_path, monkeypatch):
    shim = tmp_path / "python3.14"
    shim.write_text("#!/bin/sh\necho command not found >&2\nexit 127\n")
    shim.chmod(0o755)
    monkeypatch.setenv("PORTAL_PYTHON", str(shim))
    door = runpy.run_path(str(REPOSITORY / "portal"), run_name="portal")

    assert door["version_of"](str(shim)) is None
    assert door["find_python"]() == sys.executable


def test_without_room_on_the_disk_nothing_is_started(clone):
    script = clone / "portal"
    text = script.read_text().replace("NEEDED_MEGABYTES = 1500", "NEEDED_MEGABYTES = 10 ** 12")
    script.write_text(text)
    done = open_door(clone, "up")

    assert done.returncode == 1
    assert "free disk" in done.stderr
    assert not (clone / ".venv").exists()


@pytest.mark.parametrize("arguments", [[], ["fly"], ["--port", "8000"]])
def test_wrong_use_is_code_2_and_shows_the_usage(clone, arguments):
    done = open_door(clone, *arguments)

    assert done.returncode == 2
    assert "usage: ./portal COMMAND" in done.stderr
