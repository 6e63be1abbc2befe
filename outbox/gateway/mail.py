"""The mail server: takes letters, or says no as it was told to."""

import asyncio
import email
import logging
import re
import uuid
from email import policy
from functools import partial
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from outbox.gateway.desk import FrontDesk
from outbox.gateway.ledger import Arrival

# It writes every address it hears into the log.
logging.getLogger("mail.log").setLevel(logging.CRITICAL)
MESSAGE_ID = re.compile(rb"^message-id:\s*<?([^>\s]+)", re.I | re.M)
TAKEN = "250 OK: taken"


class PostOffice:
    """What aiosmtpd calls with each letter."""

    def __init__(self, desk: FrontDesk) -> None:
        self.desk = desk

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        tally = self.desk.ledger.tallies["email"]
        tally.requests += 1
        code, wait = self.desk.moods.turn("email")
        if code:
            tally.refused += 1
        else:
            self.take(envelope)
        if wait:
            await asyncio.sleep(wait)
        return f"{code} told to fail" if code else TAKEN

    def take(self, envelope: Envelope) -> None:
        raw = envelope.content or b""
        raw = raw.encode() if isinstance(raw, str) else raw
        head, _, _ = raw.partition(b"\r\n\r\n")
        found = MESSAGE_ID.search(head)
        name = found[1].decode(errors="replace") if found else uuid.uuid4().hex
        to = ", ".join(envelope.rcpt_tos)
        # Most letters of a benchmark are never looked into.
        self.desk.ledger.take(Arrival("email", name, to, opened=partial(opened, raw)))


def opened(raw: bytes) -> tuple[str, str]:
    """Subject and plain text of a letter."""
    letter = email.message_from_bytes(raw, policy=policy.default)
    part = letter.get_body(("plain", "html"))
    text: Any = part.get_content() if part else ""
    return str(letter["Subject"] or ""), str(text).strip()
