"""`./portal up`: from nothing to the first page, then the foreground until Ctrl-C."""

import argparse
import contextlib
import os
import signal
import socket
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from ipaddress import ip_address
from pathlib import Path
from types import FrameType

from partnership.running import children, furnishing
from partnership.running.children import PYTHON, REPOSITORY
from partnership.running.front import prepare_front
from partnership.running.place import Place
from partnership.running.supervisor import Supervisor
from partnership.running.surroundings import Surroundings
from partnership.running.trouble import Trouble
from partnership.running.voice import say, tell

NEEDED_MEGABYTES = 100
HIGHEST_PORT = 65535


def up(arguments: list[str]) -> int:
    """Set up what is missing, run everything, stop everything."""
    options = read_options(arguments)
    began = float(os.environ.get("PORTAL_BEGAN") or time.time())
    place = Place(data_folder(options.data))
    if not place.hold():
        raise Trouble(
            f"A {place.holder()} is already running on {place.root}.\n"
            "Stop it with Ctrl-C in its terminal, or choose another folder with --data DIR."
        )
    bind = os.environ.get("PORTAL_BIND", "127.0.0.1")
    demo = wants_demo(bind, refused=options.no_demo)
    need_free_port(bind, options.port)
    place.need_disk(NEEDED_MEGABYTES)
    around = Surroundings(place)
    with signals_as_interrupts():
        try:
            env = set_up(around, port=options.port, demo=demo)
            return run(around, env, port=options.port, demo=demo, began=began)
        finally:
            children.end_steps()
            around.stop()
            place.release()


def set_up(around: Surroundings, *, port: int, demo: bool) -> dict[str, str]:
    """The front end beside the servers and the databases: two cores, two paths."""
    address = os.environ.get("PUBLIC_URL") or f"http://localhost:{port}"
    more = {"PORTAL_DEMO": str(int(demo)), "PUBLIC_URL": address, "PORTAL_PORT": str(port)}
    with ThreadPoolExecutor(2) as pool:
        try:
            front = pool.submit(prepare_front)
            say("starting PostgreSQL and Valkey")
            around.launch()
            around.furnish()
            if demo:
                around.call_stand_in()
            env = around.env(more)
            static = pool.submit(collect_after, front, env)
            say("preparing the databases")
            furnishing.migrate(around)
            if demo:
                furnishing.load_demo(around)
            static.result()
        finally:
            children.end_steps()
    return env


def collect_after(front: "Future[None]", env: dict[str, str]) -> None:
    front.result()
    furnishing.collect_static(env)


def run(around: Surroundings, env: dict[str, str], *, port: int, demo: bool, began: float) -> int:
    """Hold the house up; the end is in order even when its beginning was not."""
    supervisor = Supervisor(around, env)
    supervisor.catch_signals()
    say("starting web, live, worker, beat and sweeper")
    try:
        with ThreadPoolExecutor(1) as pool:
            people = pool.submit(demo_people, env) if demo else None
            supervisor.start()
            if not supervisor.signals:
                greet(env, people.result() if people else "", time.time() - began)
        supervisor.watch()
    finally:
        say("stopping")
        supervisor.stop()
        children.end_steps()
    return 0


def greet(env: dict[str, str], people: str, took: float) -> None:
    """The block a newcomer reads: where to go, and as whom."""
    address = env["PUBLIC_URL"].rstrip("/")
    tell(f"\nThe portal is ready after {took:.1f} s:  {address}/")
    if people:
        tell(f"Sign in with one press as anyone of the demo:  {address}/demo/\n")
        tell(people.rstrip())
        tell(f"\nWhat it sends stays on this machine:  {address}/demo/mailbox/")
    tell("\nCtrl-C stops everything.\n")


def demo_people(env: dict[str, str]) -> str:
    command = [PYTHON, "manage.py", "demo", "--list"]
    return children.run_step(command, doing="Listing the demo's people", env=env)


def read_options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./portal up", allow_abbrev=False)
    parser.add_argument("--port", type=port_number, default=8000, help="default 8000")
    parser.add_argument("--no-demo", action="store_true", help="no demonstration partnerships")
    parser.add_argument("--data", default="", metavar="DIR", help="default .portal/")
    return parser.parse_args(arguments)


def port_number(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) <= HIGHEST_PORT:
        raise argparse.ArgumentTypeError(f"a port is a number from 1 to {HIGHEST_PORT}")
    return int(text)


def data_folder(named: str = "") -> Path:
    """The data folder as named from where the caller stands; `.portal` in the repository else."""
    named = named or os.environ.get("PORTAL_DATA", "")
    caller = os.environ.get("PORTAL_CALLED_FROM", str(REPOSITORY))
    return Path(caller, named) if named else REPOSITORY / ".portal"


def wants_demo(bind: str, *, refused: bool) -> bool:
    """The demo signs anyone in with one press, so it never leaves this machine."""
    wanted = not refused and os.environ.get("PORTAL_DEMO", "1").lower() not in {"0", "false", "no"}
    try:
        at_home = bind == "localhost" or ip_address(bind.strip("[]")).is_loopback
    except ValueError:
        at_home = False
    if wanted and not at_home:
        raise Trouble(
            f"PORTAL_BIND is {bind}, and the demo signs anyone in with one press.\n"
            "Leave PORTAL_BIND unset, or add --no-demo."
        )
    return wanted


def need_free_port(bind: str, port: int) -> None:
    """Refuse before anything is started."""
    bare = bind.strip("[]")
    try:
        where = socket.getaddrinfo(bare, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(where[0], socket.SOCK_STREAM) as door:
            door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            door.bind(where[4])
    except PermissionError:
        raise Trouble(
            f"Port {port} needs more rights; choose one above 1023 with --port N."
        ) from None
    except OSError as error:
        raise Trouble(
            f"Port {port} on {bind} can not be used ({error.strerror}).\n"
            f"Stop what uses it, or choose another: ./portal up --port {port % HIGHEST_PORT + 1}"
        ) from None


@contextlib.contextmanager
def signals_as_interrupts() -> Iterator[None]:
    """During the set-up SIGTERM and SIGHUP do what Ctrl-C does; then everything is cleaned up."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.getsignal(number) for number in numbers}
    for number in numbers:
        signal.signal(number, interrupt)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
