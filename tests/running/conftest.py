"""A data folder that the servers' account can reach, and a PostgreSQL to break."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from partnership.running.embedded import Postgres
from partnership.running.place import OUTSIDE, Place


@pytest.fixture
def data() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="portal-try-", dir=OUTSIDE))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgres(data: Path) -> Iterator[Postgres]:
    """A running server with nothing in it."""
    server = Postgres(Place(data), durable=False)
    server.prepare()
    server.launch()
    server.wait()
    yield server
    server.stop()
