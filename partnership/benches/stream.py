"""From a ring's commit to the last of many open pages, through the real live process; what a page
costs in memory; and whether a cut of all lines loses anything."""

import json
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from django.core.management.base import CommandError

from partnership import live
from partnership.benches import Report, result
from partnership.benches.people import People, forget_people, make_people
from partnership.running import children
from partnership.running.children import PYTHON, REPOSITORY
from partnership.running.supervisor import LIVE
from partnership.tenancy import within

WARM_UP = 3
MISSED = 20
PAUSE_SECONDS = 0.1
PATIENCE_SECONDS = 120


@dataclass
class Bench:
    """The live process, the crowd that listens to it, and what was measured."""

    people: People
    server: "subprocess.Popen[str]"
    crowd: "subprocess.Popen[str]"
    empty_kb: int = 0

    def tell(self, words: str) -> None:
        pipe(self.crowd.stdin).write(words + "\n")
        pipe(self.crowd.stdin).flush()

    def wait_for(self, topic: str) -> dict[str, Any]:
        """The crowd's line about this topic: that every page has heard it, and when."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            line = pipe(self.crowd.stdout).readline()
            if not line:
                break
            if (said := json.loads(line))["topic"] == topic:
                return dict(said)
        raise CommandError("The listening pages broke off.")

    def ring(self, topic: str) -> None:
        with within(self.people.partnership):
            live.ring(topic, to=None)

    def connect(self) -> float:
        began = time.monotonic()
        self.tell("connect")
        return float(self.wait_for("live")["at"] - began)

    def publish(self, number: int) -> float:
        """Milliseconds from the beginning of the deed to the last page that hears of it."""
        topic = f"bench-{number}"
        began = time.monotonic()
        self.ring(topic)
        took = float(self.wait_for(topic)["at"] - began) * 1000
        time.sleep(PAUSE_SECONDS)
        return took

    def cut(self) -> None:
        """All lines at once, as a fallen proxy would."""
        self.tell("cut")
        self.wait_for("cut")

    def memory_kb(self) -> int:
        """What the live process holds beyond what it held before the first page came."""
        return resident_kb(self.server) - self.empty_kb


def run(*, clients: int, publishes: int) -> Report:
    """Connect `clients` pages, ring `publishes` times, cut all, ring 20 times, connect again."""
    people = make_people(clients)
    try:
        with standing(people) as bench:
            return measure(bench, clients, publishes)
    finally:
        forget_people(people)


def measure(bench: Bench, clients: int, publishes: int) -> Report:
    connects = [bench.connect()]
    times = [bench.publish(number) for number in range(WARM_UP + publishes)]
    weights = [bench.memory_kb() / clients]
    bench.cut()
    for number in range(MISSED):
        bench.ring(f"missed-{number}")
    connects.append(bench.connect())
    bench.tell(f"missed missed {MISSED}")
    missed = bench.wait_for("missed")["missed"]
    weights.append(bench.memory_kb() / clients)
    results = [
        result("publish_to_last_client_ms", "ms", times[WARM_UP:]),
        result("memory_per_client_kb", "KB", weights),
        result("connect_all_s", "s", connects),
        result("missed_after_cut", "events", missed),
    ]
    return Report("stream", {"clients": clients, "publishes": publishes}, results)


@contextmanager
def standing(people: People) -> Iterator[Bench]:
    """The live process as `./portal up` starts it, only on a port; and the crowd."""
    port = free_port()
    command = [PYTHON, *LIVE, "--host", "127.0.0.1", "--port", str(port)]
    server = children.start(command, output=subprocess.DEVNULL)
    crowd = start_crowd()
    try:
        bench = Bench(people, server, crowd)
        wait_until_up(server, port)
        path = f"/live/{people.partnership.slug}/"
        bench.tell(json.dumps({"port": port, "path": path, "cookies": people.cookies}))
        bench.empty_kb = resident_kb(server)
        yield bench
    finally:
        children.end_group(server)
        crowd.kill()
        crowd.wait()


def start_crowd() -> "subprocess.Popen[str]":
    program = [PYTHON, "-m", "partnership.benches.listeners"]
    lines = subprocess.PIPE
    return subprocess.Popen(  # noqa: S603 - our own program
        program, cwd=REPOSITORY, stdin=lines, stdout=lines, text=True
    )


def free_port() -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return int(door.getsockname()[1])


def resident_kb(server: "subprocess.Popen[str]") -> int:
    status = Path(f"/proc/{server.pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0])


def wait_until_up(server: "subprocess.Popen[str]", port: int) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while server.poll() is None and time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise CommandError("The live process did not start.")


def pipe(end: IO[str] | None) -> IO[str]:
    if end is None:
        raise CommandError("The listening pages have no line to us.")
    return end
