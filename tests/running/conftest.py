"""A data folder that the servers' account can reach, and a PostgreSQL to break."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from partnership.running import provision
from partnership.running.embedded import Postgres
from partnership.running.place import Place
from tests.running.portal_process import OURS, reachable_folder


@pytest.fixture(autouse=True)
def nothing_given(monkeypatch: pytest.MonkeyPatch) -> None:
    """The test run's own servers are not named: here each portal stands for itself."""
    for name in OURS:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(f"{name}_FILE", raising=False)
    for name in list(os.environ):
        if name.startswith("PORTAL_"):
            monkeypatch.delenv(name)


@pytest.fixture
def data() -> Iterator[Path]:
    with reachable_folder() as folder:
        yield folder


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    """A running server of this file's own, with roles and databases, made twice as at a restart."""
    with reachable_folder() as folder:
        server = Postgres(Place(folder), durable=False)
        server.prepare()
        server.launch()
        try:
            server.wait()
            for _ in range(2):
                provision.provision(server.url(), databases=("main", "keys"))
            yield server
        finally:
            server.stop()
