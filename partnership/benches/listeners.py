"""The load of the stream bench, in a process of its own so that its memory is not counted: many
pages that listen. Told what to do by lines on standard input, it answers by lines of JSON."""

import asyncio
import json
import re
import sys
import time
from collections import Counter
from typing import Any

from partnership.running.many_files import allow_many_files

RING = re.compile(
    rb'^id: (\S+)\n(?:event: ring\ndata: \{"topic": "([a-z0-9-]+)"\}|event: (live|here))', re.M
)


class Page(asyncio.Protocol):
    """One open page: what it has heard, and the id of the last of it."""

    def __init__(self, crowd: "Crowd", cookie: str) -> None:
        self.crowd, self.cookie = crowd, cookie
        self.heard: set[str] = set()
        self.last_id, self.rest = "", b""
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: Any) -> None:
        self.transport, self.rest = transport, b""
        again = f"Last-Event-ID: {self.last_id}\r\n" if self.last_id else ""
        head = f"GET {self.crowd.path} HTTP/1.1\r\nHost: localhost\r\nCookie: {self.cookie}\r\n"
        transport.write(f"{head}{again}\r\n".encode())

    def data_received(self, data: bytes) -> None:
        whole, _, self.rest = (self.rest + data).rpartition(b"\n\n")
        for found in RING.finditer(whole):
            self.last_id = found[1].decode()
            if (topic := found[2] or found[3]) != b"here":
                self.hear(topic.decode())

    def hear(self, topic: str) -> None:
        if topic != "live":
            if topic in self.heard:
                return
            self.heard.add(topic)
        self.crowd.heard(topic)


class Crowd:
    """All pages, and how many have heard what."""

    def __init__(self, port: int, path: str, cookies: list[str]) -> None:
        self.port, self.path = port, path
        self.pages = [Page(self, cookie) for cookie in cookies]
        self.count: Counter[str] = Counter()

    def heard(self, topic: str) -> None:
        self.count[topic] += 1
        if self.count[topic] == len(self.pages):
            answer(topic=topic, at=time.monotonic())

    async def connect(self) -> None:
        """All of them, as fast as they get in; the answer comes when each has its stream."""
        self.count["live"] = 0
        loop, turns = asyncio.get_running_loop(), asyncio.Semaphore(200)

        async def one(page: Page) -> None:
            async with turns:
                await loop.create_connection(lambda: page, "127.0.0.1", self.port)

        await asyncio.gather(*(one(page) for page in self.pages))

    def cut(self) -> None:
        for page in self.pages:
            if page.transport is not None:
                page.transport.abort()
        answer(topic="cut", at=time.monotonic())

    def missed(self, prefix: str, number: int) -> None:
        wanted = {f"{prefix}-{one}" for one in range(number)}
        answer(topic="missed", at=0, missed=[len(wanted - page.heard) for page in self.pages])


def answer(**facts: Any) -> None:
    sys.stdout.write(json.dumps(facts) + "\n")
    sys.stdout.flush()


async def main() -> None:
    """Lines in: the set-up first, then connect, cut, missed."""
    loop = asyncio.get_running_loop()
    crowd = Crowd(**json.loads(await loop.run_in_executor(None, sys.stdin.readline)))
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        word, *facts = line.split()
        if word == "connect":
            await crowd.connect()
        elif word == "cut":
            crowd.cut()
        else:
            crowd.missed(facts[0], int(facts[1]))


if __name__ == "__main__":
    allow_many_files()
    asyncio.run(main())
