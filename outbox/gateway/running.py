"""Runs the stand-in: opens its two servers on this machine, and closes them when told to end."""

import asyncio
import contextlib
import json
import signal
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from functools import partial
from ipaddress import ip_address
from pathlib import Path

from aiosmtpd.smtp import SMTP

from outbox.gateway.desk import FrontDesk
from outbox.gateway.http import HttpLine
from outbox.gateway.ledger import Ledger
from outbox.gateway.mail import PostOffice
from outbox.gateway.mood import Moods
from outbox.gateway.switchboard import Switchboard

FLUSH_SECONDS = 0.5
BACKLOG = 1024
LARGEST_LETTER = 4 * 1024 * 1024


@dataclass(frozen=True)
class Plan:
    """How a stand-in is to run; port 0 is any that is free."""

    smtp_port: int = 0
    http_port: int = 0
    bind: str = "127.0.0.1"
    folder: Path | None = None
    latency_ms: float = 0.0


@dataclass(frozen=True)
class Standing:
    """One that runs."""

    smtp_port: int
    http_port: int
    url: str
    desk: FrontDesk

    def line(self) -> str:
        """What a program that started it reads."""
        facts = {"smtp_port": self.smtp_port, "http_port": self.http_port, "url": self.url}
        return json.dumps(facts)


def is_loopback(place: str) -> bool:
    try:
        return ip_address(place).is_loopback
    except ValueError:
        return False


def run(plan: Plan, *, tell: Callable[[str], None], note: Callable[[str], None]) -> None:
    """Until SIGTERM or SIGINT. `tell` gets the line that says where it is, `note` the log."""
    with asyncio.Runner(loop_factory=fast_loop()) as runner:
        runner.run(hold(plan, tell, note))


def fast_loop() -> Callable[[], asyncio.AbstractEventLoop]:
    """uvloop where there is one."""
    if sys.platform == "win32":
        return asyncio.new_event_loop
    import uvloop  # noqa: PLC0415 - there is none for Windows

    return uvloop.new_event_loop


async def hold(plan: Plan, tell: Callable[[str], None], note: Callable[[str], None]) -> None:
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    async with standing(plan) as stand_in:
        tell(stand_in.line())
        while not ended.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(ended.wait(), FLUSH_SECONDS)
            write_down(stand_in.desk.ledger, note)


def write_down(ledger: Ledger, note: Callable[[str], None]) -> None:
    """What came goes to disk; how much it was, never what, into the log."""
    if count := ledger.flush():
        note(f"took {count} messages")


@contextlib.asynccontextmanager
async def standing(plan: Plan) -> AsyncIterator[Standing]:
    """The two servers for the length of a block."""
    loop = asyncio.get_running_loop()
    desk = FrontDesk(Ledger(plan.folder), Moods(plan.latency_ms))
    board = Switchboard(desk, plan.folder)
    mail = partial(
        SMTP, PostOffice(desk), hostname="stand-in", data_size_limit=LARGEST_LETTER, loop=loop
    )
    line = partial(HttpLine, board.serve)
    http = await loop.create_server(line, plan.bind, plan.http_port, backlog=BACKLOG)
    smtp = await loop.create_server(mail, plan.bind, plan.smtp_port, backlog=BACKLOG)
    board.listen_on(plan.bind, port_of(http))
    try:
        yield Standing(port_of(smtp), port_of(http), board.push.origin, desk)
    finally:
        # Without waiting for those who still hold a line.
        http.close()
        smtp.close()
        await board.messenger.close()
        desk.ledger.flush()


def port_of(server: asyncio.Server) -> int:
    return int(server.sockets[0].getsockname()[1])
