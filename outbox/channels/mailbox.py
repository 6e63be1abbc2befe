"""What has left the house, for the demo to show: letters that were kept in a folder because there
is no mail server, or everything that the stand-in gateway got."""

import json
import mailbox
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.core.mail.backends.base import BaseEmailBackend

from outbox.channels.email import Letter
from outbox.models import Channel

LINK = re.compile(r"(https?://\S+)")
TIMEOUT_SECONDS = 3

# Several threads send, and Python's Maildir makes its folders and names without a lock.
ONE_AT_A_TIME = Lock()


class StandInAway(Exception):
    """The stand-in gateway does not answer."""


class MailboxBackend(BaseEmailBackend):
    """A mailer that writes into settings.MAILBOX_DIR (a Maildir) and sends nothing anywhere."""

    def send_messages(self, email_messages: Iterable[Any]) -> int:
        letters: list[Letter] = list(email_messages)
        for letter in letters:
            with ONE_AT_A_TIME:
                folder_of(letter.partnership).add(letter.message().as_bytes())
        return len(letters)


@dataclass(frozen=True)
class Part:
    """A piece of a message's text; with a url where it is a link into this portal."""

    text: str
    url: str = ""


@dataclass(frozen=True)
class Kept:
    """One message as the demo shows it; the subject is empty where the channel has none."""

    channel: Channel
    to: str
    subject: str
    at: datetime
    parts: list[Part]


def newest(slug: str, *, phones: str, most: int) -> list[Kept]:
    """What one partnership sent last, newest first; `phones` is how its numbers begin. Raises
    StandInAway."""
    if not settings.GATEWAY_URL:
        return newest_letters(slug, most=most)
    people = [f"@{slug}.example", f"{slug}-", phones]
    asked = {
        "to": ",".join(filter(None, people)),
        "holds": f"{settings.PUBLIC_URL}/{slug}/",
        "limit": str(most),
    }
    return [kept_of(facts) for facts in reversed(ask_stand_in(asked))]


def ask_stand_in(asked: dict[str, str]) -> list[dict[str, Any]]:
    """What it got, oldest first."""
    line = HTTPConnection(urlsplit(settings.GATEWAY_URL).netloc, timeout=TIMEOUT_SECONDS)
    try:
        line.request("GET", f"/received?{urlencode(asked)}")
        found: list[dict[str, Any]] = json.loads(line.getresponse().read())
    except (OSError, HTTPException, ValueError):
        raise StandInAway from None
    finally:
        line.close()
    return found


def kept_of(facts: dict[str, Any]) -> Kept:
    channel = Channel(facts["channel"])
    subject, text = facts["subject"], facts["text"]
    if channel == Channel.PUSH:
        subject, text = shown_of(text)
    at = datetime.fromtimestamp(facts["at"] / 1000, tz=UTC)
    return Kept(channel, facts["to"], subject, at, list(parts_of(text)))


def shown_of(text: str) -> tuple[str, str]:
    """What a device shows of a push."""
    try:
        shown = json.loads(text)
        return shown["title"], shown["body"]
    except (ValueError, KeyError, TypeError):
        return "", text


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
    parts = list(parts_of(letter.get_content()))
    return Kept(Channel.EMAIL, letter["To"], letter["Subject"], at, parts)


def parts_of(body: str) -> Iterator[Part]:
    """The text in pieces, so that only our own links can be pressed."""
    for piece in LINK.split(unpadded(body)):
        is_ours = piece.startswith(f"{settings.PUBLIC_URL}/")
        yield Part(piece, url=piece if is_ours else "")


def unpadded(body: str) -> str:
    """Without the dots with which letters are filled up to one size."""
    lines = body.splitlines()
    while lines and lines[-1].strip() in {"", "."}:
        lines.pop()
    return "\n".join(lines)
