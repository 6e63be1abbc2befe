"""Bad input of `./portal up`: one or two sentences with the mend, code 1, and nothing harmed."""

import socket
import stat
from pathlib import Path

import pytest

from partnership.running.embedded import Postgres
from partnership.running.keys import keep_keys
from partnership.running.place import Place
from partnership.running.surroundings import Surroundings
from partnership.running.trouble import Trouble
from partnership.running.up import up
from tests.running.portal_process import free_port, portal

NOWHERE = "postgresql://someone@127.0.0.1:1/portal"


def refusal(data: Path) -> str:
    """What `up` says when it refuses: one or two sentences, and code 1."""
    with pytest.raises(Trouble) as caught:
        up(["--port", str(free_port()), "--data", str(data)])
    assert caught.value.code == 1
    assert 1 <= len(str(caught.value).splitlines()) <= 2
    return str(caught.value)


def test_a_taken_port_names_the_option_and_starts_nothing(data):
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        door.listen()
        taken = door.getsockname()[1]
        done = portal("up", "--port", str(taken), "--data", str(data))

    assert done.returncode == 1
    assert f"Port {taken}" in done.stderr
    assert "--port" in done.stderr
    assert not (data / "pg").exists()


def test_a_data_folder_in_use_is_refused(data):
    holder = Place(data)
    assert holder.hold()

    assert "already running" in refusal(data)
    assert not (data / "pg").exists()


def test_a_folder_that_is_no_database_is_left_as_it_is(data):
    (data / "pg").mkdir()
    (data / "pg" / "somebody's notes").write_text("keep me")

    assert "PG_VERSION is missing" in refusal(data)
    assert (data / "pg" / "somebody's notes").read_text() == "keep me"


def test_a_database_of_another_version_is_refused_by_name(data):
    keep_keys(data / "secrets")
    (data / "pg").mkdir()
    (data / "pg" / "PG_VERSION").write_text("12\n")

    assert "made by PostgreSQL 12" in refusal(data)


def test_a_broken_database_is_named_with_its_cause(data):
    Postgres(Place(data), durable=False).prepare()
    keep_keys(data / "secrets")
    (data / "pg" / "global" / "pg_control").unlink()

    said = refusal(data)
    assert "PostgreSQL did not start" in said
    assert "--data DIR" in said


def test_a_database_without_its_keys_is_not_opened_with_new_ones(data):
    place = Place(data)
    Postgres(place, durable=False).prepare()
    keep_keys(data / "secrets")
    (data / "secrets" / "MASTER_KEY").unlink()

    assert "lost MASTER_KEY" in refusal(data)
    assert not (data / "secrets" / "MASTER_KEY").exists()


def test_a_broken_off_initdb_leaves_nothing_that_counts(data):
    place = Place(data)
    place.give(data / "pg.unborn")
    (data / "pg.unborn" / "half").touch()
    around = Surroundings(place, durable=False)

    around.launch()
    around.furnish()
    around.stop()
    assert not (data / "pg.unborn").exists()
    assert (data / "pg" / "PG_VERSION").exists()


def test_a_data_folder_that_can_not_be_made_is_named(tmp_path):
    (tmp_path / "file").touch()

    assert "can not be written" in refusal(tmp_path / "file" / "below")


def test_too_little_disk_is_said_before_anything_is_written(data):
    with pytest.raises(Trouble, match="free disk"):
        Place(data).need_disk(10**12)
    assert list(data.iterdir()) == []


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"DATABASE_URL": NOWHERE}, "can not be reached"),
        ({"DATABASE_URL": "my database"}, "DATABASE_URL is not an address"),
        ({"VAULT_URL": NOWHERE}, "without DATABASE_URL"),
        ({"DATABASE_URL": NOWHERE, "DATABASE_OWNER_URL": NOWHERE}, "VAULT_URL"),
        ({"DATABASE_URL_FILE": "/nowhere/url"}, "DATABASE_URL_FILE names /nowhere/url"),
        ({"PORTAL_BIND": "203.0.113.1"}, "--no-demo"),
        ({"PORTAL_BIND": "203.0.113.1", "PORTAL_DEMO": "0"}, "can not be used"),
    ],
)
def test_a_wrong_setting_is_named(data, monkeypatch, environment, expected):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    assert expected in refusal(data)


@pytest.mark.parametrize("port", ["0", "65536", "eighty", "-1"])
def test_a_port_that_is_none_is_wrong_use(port):
    with pytest.raises(SystemExit) as caught:
        up([f"--port={port}"])
    assert caught.value.code == 2


def test_the_data_folder_keeps_its_secrets_to_itself(data):
    secrets = data / "secrets"
    keys = keep_keys(secrets)

    assert keep_keys(secrets) == keys
    assert len(set(keys.values())) == len(keys) == 3
    assert stat.S_IMODE(secrets.stat().st_mode) == 0o700
    modes = {stat.S_IMODE(Path(file).stat().st_mode) for file in secrets.iterdir()}
    assert modes == {0o600}
