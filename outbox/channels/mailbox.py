"""Keeps what would have been sent, for the demo: one folder of letters per partnership."""

import mailbox
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.mail.backends.base import BaseEmailBackend

from outbox.channels.email import Letter

LINK = re.compile(r"(https?://\S+)")


class MailboxBackend(BaseEmailBackend):
    """A mailer that writes into settings.MAILBOX_DIR (a Maildir) and sends nothing anywhere."""

    def send_messages(self, email_messages: Iterable[Any]) -> int:
        letters: list[Letter] = list(email_messages)
        for letter in letters:
            folder_of(letter.partnership).add(letter.message().as_bytes())
        return len(letters)


@dataclass(frozen=True)
class Part:
    """A piece of a letter's text; with a url where it is a link into this portal."""

    text: str
    url: str = ""


@dataclass(frozen=True)
class Kept:
    """One letter as the demo shows it."""

    to: str
    subject: str
    at: datetime
    parts: list[Part]


def folder_of(partnership: str) -> mailbox.Maildir:
    """The letters of one partnership, by its slug."""
    root = Path(settings.MAILBOX_DIR)
    root.parent.mkdir(parents=True, exist_ok=True)
    return mailbox.Maildir(root, create=True).add_folder(partnership)


def newest_letters(partnership: str, *, most: int) -> list[Kept]:
    """What one partnership would have sent last, newest first."""
    arrived = Path(settings.MAILBOX_DIR, f".{partnership}", "new")
    files = sorted(arrived.glob("*"), key=lambda file: file.stat().st_mtime_ns, reverse=True)
    return [read(file.read_bytes()) for file in files[:most]]


def read(raw: bytes) -> Kept:
    letter = BytesParser(EmailMessage, policy=policy.default).parsebytes(raw)
    at = parsedate_to_datetime(letter["Date"])
    return Kept(letter["To"], letter["Subject"], at, list(parts_of(letter.get_content())))


def parts_of(body: str) -> Iterator[Part]:
    """The text in pieces, so that only our own links can be pressed."""
    for piece in LINK.split(body):
        is_ours = piece.startswith(f"{settings.PUBLIC_URL}/")
        yield Part(piece, url=piece if is_ours else "")
