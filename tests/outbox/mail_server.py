"""A real SMTP server for tests, which answers as it is told and keeps what it took."""

import asyncio
import socket
import threading
from collections import deque
from email import message_from_bytes
from email.message import Message
from typing import Any, Self

from aiosmtpd.controller import Controller

TAKEN = "250 taken"


class MailServer:
    """`answers`: what it says to the next letters, one by one; then it takes them all.
    `holding`: while set, it has the letter and does not say so yet."""

    host = "127.0.0.1"

    def __init__(self) -> None:
        self.answers: deque[str] = deque()
        self.letters: list[Message] = []
        self.holding = threading.Event()
        self.port = free_port()
        self._controller = Controller(self, hostname=self.host, port=self.port)

    @property
    def url(self) -> str:
        return f"smtp://{self.host}:{self.port}"

    @property
    def ids(self) -> list[str]:
        return [letter["Message-ID"] for letter in self.letters]

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        answer = self.answers.popleft() if self.answers else TAKEN
        if answer.startswith("250"):
            letter = message_from_bytes(envelope.content)
            letter["X-Recipients"] = ",".join(envelope.rcpt_tos)
            self.letters.append(letter)
        while self.holding.is_set():
            await asyncio.sleep(0.01)
        return answer

    def __enter__(self) -> Self:
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.holding.clear()
        self._controller.stop()


def free_port() -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return int(door.getsockname()[1])
