"""docker-compose.yml and the Dockerfile: they can not be run here, but what they name exists."""

import importlib.util
import re
from pathlib import Path

import pytest
import yaml

from partnership.celery import QUEUES
from partnership.running import keys, supervisor
from partnership.running.children import REPOSITORY
from partnership.running.embedded import SILENT

COMPOSE = yaml.safe_load((REPOSITORY / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
OURS = ("web", "live", "worker", "panic", "beat", "sweeper", "auditor", "setup")
CADDY = COMPOSE["configs"]["caddyfile"]["content"]


def our_source() -> str:
    files = [*(REPOSITORY / "partnership").rglob("*.py")]
    return "\n".join(file.read_text() for file in files)


def test_every_setting_is_one_that_the_code_reads():
    source = our_source()
    names = {name for service in OURS for name in SERVICES[service]["environment"]}

    assert {name for name in names if f'"{name.removesuffix("_FILE")}"' not in source} == set()


def test_every_secret_is_made_by_the_keys_program(tmp_path):
    keys.make_secret_files(tmp_path / "secrets")
    made = {f"./secrets/{file.name}" for file in (tmp_path / "secrets").iterdir()}

    assert {secret["file"] for secret in COMPOSE["secrets"].values()} == made
    mounted = {name for service in SERVICES.values() for name in service.get("secrets", [])}
    assert mounted == set(COMPOSE["secrets"])


@pytest.mark.parametrize(
    "service", ["web", "live", "worker", "panic", "beat", "sweeper", "auditor"]
)
def test_the_processes_that_meet_the_public_have_no_owners_password(service):
    assert not any(re.search("OWNER|ADMIN|password", name) for name in SERVICES[service]["secrets"])


def test_every_module_that_is_started_exists():
    for service in OURS:
        command = SERVICES[service]["command"]
        for option in ("-m", "-A", "-c"):
            value = command[command.index(option) + 1] if option in command else "partnership"
            is_file = (REPOSITORY / value).is_file()
            assert is_file or value.isdecimal() or importlib.util.find_spec(value), value


def queues(command):
    return command[command.index("-Q") + 1].split(",")


def test_every_queue_is_heard_and_alarms_have_workers_of_their_own():
    composed = [queues(SERVICES[name]["command"]) for name in ("panic", "worker")]
    started = [queues(command) for command in (supervisor.PANIC, supervisor.WORKER)]

    assert composed == started
    assert composed == [["panic"], [queue for queue in QUEUES if queue != "panic"]]


def test_streams_go_to_the_live_process_as_it_is_started_here():
    program, options = supervisor.LIVE[:3], supervisor.LIVE[3:]
    command = SERVICES["live"]["command"]

    assert (command[1:4], command[8:]) == ([*program], [*options])
    assert re.search(r"@live path /live/\*\s+reverse_proxy @live live:8001", CADDY)


def test_the_database_and_the_vault_are_two_servers_that_log_no_words():
    for service in ("database", "vault"):
        told = dict(part[2:].split("=") for part in SERVICES[service]["command"][1:])
        assert told.items() <= SILENT.items()
        assert told["log_min_messages"] == "log"
    assert SERVICES["database"]["networks"] != SERVICES["vault"]["networks"]


def test_the_proxy_keeps_no_log_of_requests_and_passes_no_address_on():
    assert "exclude http" in CADDY
    assert "header_up -X-Forwarded-For" in CADDY
    assert SERVICES["sweeper"]["deploy"]["replicas"] == 2


def test_what_the_image_copies_and_starts_exists():
    dockerfile = (REPOSITORY / "Dockerfile").read_text()

    for lock in re.findall(r"-r (\S+)", dockerfile):
        assert (REPOSITORY / lock).is_file()
    for module in re.findall(r"-m (partnership\S+)", dockerfile):
        assert importlib.util.find_spec(module)
    assert "gunicorn_conf.py" in dockerfile
    assert Path(REPOSITORY / ".dockerignore").read_text().count("secrets") == 1
