"""The process that trusts nobody: every few seconds it looks for what was forgotten, and calls
outside once a minute only while it finds nothing. Silence there is the alarm.

A plain loop without Celery and without Redis; several may run at once.
"""

import logging
import signal
import threading
import time
import urllib.request
from argparse import ArgumentParser
from http.client import HTTPException
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import InterfaceError, OperationalError, connections

from outbox import auditing
from partnership.pulse import beat

LOOK_SECONDS = 5.0
CALL_SECONDS = 60.0
# So long those who carry may take to give their first sign of life.
WAKING_SECONDS = 45.0
PATIENCE_SECONDS = 5.0
log = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Look every few seconds for what was forgotten; call outside while there is nothing."

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.stopped = threading.Event()
        self.wrong: set[str] = set()
        self.began = time.monotonic()
        self.call_at = self.began + CALL_SECONDS

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="look once, say it, and end")

    def handle(self, *, once: bool, **options: Any) -> None:
        if once:
            found = auditing.audit()
            for (what, partnership_pk), count in found.items():
                self.stdout.write(f"{what}: {count} (partnership {partnership_pk})")
            self.stdout.write("Something is wrong." if found else "Nothing is wrong.")
            return
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.stopped.set())
        # Those who carry begin with us; at the first look they have had a moment.
        while not self.stopped.wait(LOOK_SECONDS):
            self.look()
            self.call_if_due()

    def look(self) -> None:
        """One round. What can not be looked at is wrong, too."""
        is_settled = time.monotonic() - self.began > WAKING_SECONDS
        try:
            self.wrong |= {what for what, _ in auditing.audit(processes=is_settled)}
            beat("auditor")
        except (OperationalError, InterfaceError) as problem:
            connections.close_all()
            self.wrong.add("database")
            log.warning("The database is away (%s); looking again.", type(problem).__name__)

    def call_if_due(self) -> None:
        """Once a minute: all was well in that minute, or no word at all."""
        if time.monotonic() < self.call_at:
            return
        self.call_at = time.monotonic() + CALL_SECONDS
        wrong, self.wrong = self.wrong, set()
        if wrong:
            log.warning("The call outside is withheld: %s.", ", ".join(sorted(wrong)))
        elif settings.HEARTBEAT_URL:
            call_outside(settings.HEARTBEAT_URL)


def call_outside(url: str) -> bool:
    """Whether the monitor outside has heard us. The log does not say the address."""
    if urlsplit(url).scheme not in {"http", "https"}:
        log.error("HEARTBEAT_URL is not an address of the web; nobody outside hears the auditor.")
        return False
    try:
        with urllib.request.urlopen(url, timeout=PATIENCE_SECONDS):  # noqa: S310 - checked above
            return True
    except (OSError, HTTPException, ValueError) as problem:
        log.warning("The monitor outside did not hear us (%s).", type(problem).__name__)
        return False
