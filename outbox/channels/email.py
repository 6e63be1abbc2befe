"""Sends a delivery as e-mail: one recipient each, no way to answer, nothing of what it is about."""

import asyncio
import contextlib
import smtplib
import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from email.policy import SMTP
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, mailers

from outbox.channels.base import Carrier, Parcel, Receipt, SendError, link_for, words_for

# Mail servers like few connections and quick letters.
THREADS = 4
# A connection that rested longer may have been closed at the other end without a word.
RESTED_SECONDS = 20
# Every letter is filled up to a multiple of this, subject and all (see padded()).
BLOCK = 2048
FILLER = f"{'.':>62}\n"


class Letter(EmailMessage):
    """An e-mail that knows, beside what is sent, whose partnership it is from."""

    partnership: str = ""


class Email:
    """One mailer of settings.MAILERS in a few threads; its connections are kept open from one
    letter to the next."""

    def __init__(self, name: str) -> None:
        self._name = name if name in mailers else "default"
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix=name)
        self._kept: deque[tuple[Any, float]] = deque()

    async def send(self, parcel: Parcel) -> Receipt:
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._threads, self._send, parcel)
        return Receipt(message_id_of(parcel))

    async def close(self) -> None:
        """Say goodbye. What the server answers changes nothing: it had said yes before."""
        await asyncio.get_running_loop().run_in_executor(self._threads, self._say_goodbye)
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _send(self, parcel: Parcel) -> None:
        try:
            letter = letter_for(parcel)
            mailer = self._mailer()
            mailer.send_messages([letter])
        except (OSError, ValueError) as problem:
            # The problem itself quotes the address.
            raise failure_of(problem) from None
        # Kept only after a yes: on any other end the connection is dropped without a goodbye,
        # which could hang as well.
        self._kept.append((mailer, time.monotonic()))

    def _mailer(self) -> Any:
        """A connection that nobody else has in hand."""
        while self._kept:
            with contextlib.suppress(IndexError):  # another thread was faster
                mailer, since = self._kept.pop()
                if time.monotonic() - since < RESTED_SECONDS:
                    return mailer
        mailer = mailers[self._name]
        mailer.open()
        return mailer

    def _say_goodbye(self) -> None:
        while self._kept:
            mailer, _ = self._kept.pop()
            with contextlib.suppress(OSError):
                mailer.close()


def open_carrier(url: str, *, name: str) -> Carrier:
    return Email(name)


def message_id_of(parcel: Parcel) -> str:
    """The delivery's own id, so that a second copy can be told as one."""
    return f"<{parcel.id}@{urlsplit(settings.PUBLIC_URL).hostname}>"


def letter_for(parcel: Parcel) -> Letter:
    words = words_for(
        parcel.kind,
        urgency=parcel.urgency,
        partnership=parcel.partnership,
        language=parcel.language,
        link=link_for(parcel),
    )
    headers = {"Message-ID": message_id_of(parcel), "Auto-Submitted": "auto-generated"}
    letter = Letter(
        subject=words.subject,
        body=padded(words.subject, f"{words.body}\n"),
        to=[parcel.address],
        headers=headers,
    )
    letter.partnership = parcel.slug
    return letter


@lru_cache(maxsize=512)
def padded(subject: str, body: str) -> str:
    """The body, so long that all letters to one person are of one size: the size is all that
    somebody on the way can read, and it must not tell one kind of notice from another."""
    size = weight(subject, body)
    target = -(-(size + len(FILLER) + 1) // BLOCK) * BLOCK
    filler = FILLER * ((target - size) // weight_of_filler() - 1)
    rest = target - weight(subject, body + filler)
    return f"{body}{filler}{'.':>{rest // 2 - 2}}\n{'.':>{rest - rest // 2 - 2}}\n"


def weight_of_filler() -> int:
    return len(FILLER) + 1  # on the way a line ends in two letters


def weight(subject: str, body: str) -> int:
    """Bytes on the way, beside what is the same for every letter."""
    headers = {"Message-ID": "<x@x.example>"}  # Django's own is now longer, now shorter
    letter = EmailMessage(subject=subject, body=body, to=["x@x.example"], headers=headers)
    return len(letter.message(policy=SMTP).as_bytes())


def failure_of(problem: OSError | ValueError) -> SendError:
    """What a mail server's no means. Only what it says of this recipient or this letter is for
    good; a refused sign-in or sender is our own fault, and somebody may be mending it."""
    if isinstance(problem, smtplib.SMTPRecipientsRefused):
        codes = [code for code, _ in problem.recipients.values()]
        return SendError(f"smtp-{codes[0]}", permanent=codes[0] >= 500)
    if isinstance(problem, smtplib.SMTPDataError):
        return SendError(f"smtp-{problem.smtp_code}", permanent=problem.smtp_code >= 500)
    if isinstance(problem, smtplib.SMTPResponseException):
        return SendError(f"smtp-{problem.smtp_code}")
    if isinstance(problem, ValueError):
        return SendError("malformed", permanent=True)
    return SendError("timeout" if isinstance(problem, TimeoutError) else "unreachable")
