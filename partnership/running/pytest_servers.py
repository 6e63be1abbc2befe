"""`-p partnership.running.pytest_servers`: real servers, before Django reads its settings.

It must be a `-p` plugin: pytest-django reads settings.DATABASES before any conftest.py. Workers of
xdist inherit the environment, so only the controller starts servers. Addresses given from outside
are not used: tests empty the tables they find.
"""

import fcntl
import os
import shutil
import tempfile
from pathlib import Path

import pytest

from partnership.running import keys
from partnership.running.place import OUTSIDE, Place
from partnership.running.provision import prepare_tests
from partnership.running.surroundings import ADDRESSES, Surroundings
from partnership.running.trouble import Trouble

PREFIX = "portal-test-"
FIXTURES = "partnership.running.pytest_databases"
SETTINGS = {
    "PORTAL_DEMO": "0",
    "PORTAL_BIND": "127.0.0.1",
    "PUBLIC_URL": "http://testserver",
    "ALLOWED_HOSTS": "testserver,localhost,127.0.0.1",
    "DJANGO_SETTINGS_MODULE": "partnership.settings",
}

_standing: list[Surroundings] = []


def start() -> None:
    """Servers in a folder of their own, and the environment that leads to them."""
    for name in (*ADDRESSES, "REDIS_URL", "EMAIL_URL", *keys.KEYS):
        os.environ.pop(name, None)
        os.environ.pop(f"{name}_FILE", None)
    remove_abandoned()
    root = Path(tempfile.mkdtemp(prefix=PREFIX, dir=OUTSIDE))
    root.chmod(0o711)
    place = Place(root)
    place.hold()
    around = Surroundings(place, durable=False)
    _standing.append(around)
    around.launch()
    around.furnish()
    if around.postgres is not None:
        prepare_tests(around.postgres.url())
    os.environ.update({**around.names, **SETTINGS})


def remove_abandoned() -> None:
    """Folders of test runs that were killed: nobody holds their lock any more."""
    for root in OUTSIDE.glob(f"{PREFIX}*"):
        try:
            with (root / "up.lock").open("r+") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(root, ignore_errors=True)
        except OSError:
            continue


def stop() -> None:
    """Stop the servers and remove every trace."""
    while _standing:
        around = _standing.pop()
        around.stop()
        around.place.release()
        shutil.rmtree(around.place.root, ignore_errors=True)


def pytest_configure(config: pytest.Config) -> None:
    """The fixtures come after pytest-django's own, which they replace."""
    config.pluginmanager.import_plugin(FIXTURES)


def pytest_unconfigure(config: pytest.Config) -> None:
    """After the last test, also when the run was broken off."""
    stop()


if "PYTEST_XDIST_WORKER" not in os.environ:
    try:
        start()
    except Trouble as trouble:
        stop()
        raise pytest.UsageError(str(trouble)) from None
