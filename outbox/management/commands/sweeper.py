"""The process that loses nothing: it climbs ladders and carries what is due in every partnership,
when the database rings (LISTEN) and once a second anyway.

A plain loop without Celery and without Redis; several may run at once. It waits out a database
that is away, and ends within two seconds of SIGTERM.
"""

import logging
import os
import signal
import threading
import time
from argparse import ArgumentParser
from contextlib import suppress
from typing import Any, NoReturn

from django.core.management.base import BaseCommand
from django.db import InterfaceError, OperationalError, connections

from outbox import sending
from outbox.listening import Doorbell
from partnership.models import Partnership
from partnership.pulse import beat

ROUND_SECONDS = 1.0
BEAT_SECONDS = 10.0
LONGEST_WAIT_SECONDS = 8.0
# A message under way may still be noted as sent; a mail server that hangs is not waited for.
GRACE_SECONDS = 0.8
log = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Carry what is due in every partnership, each second, without Celery or Redis."

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.stopped = threading.Event()
        self.beat_at = 0.0
        self.bell = Doorbell()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="sweep once and end")

    def handle(self, *, once: bool, **options: Any) -> None:
        if once:
            self.sweep()
            return
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.stop)
        signal.signal(signal.SIGALRM, leave)
        with suppress(SystemExit):
            self.run()
        logging.shutdown()
        os._exit(os.EX_OK)  # Python would wait for threads that hang in a mail server

    def stop(self, *_: object) -> None:
        """Finish the message under way, and leave."""
        self.stopped.set()
        signal.setitimer(signal.ITIMER_REAL, GRACE_SECONDS)

    def run(self) -> None:
        """Sweep until stopped; wait longer and longer for a database that is away."""
        pause = ROUND_SECONDS
        while not self.stopped.is_set():
            try:
                self.sweep()
                pause = ROUND_SECONDS
                self.wait_for_bell()
            except (OperationalError, InterfaceError) as problem:
                connections.close_all()
                log.warning("The database is away (%s); trying again.", type(problem).__name__)
                pause = min(pause * 2, LONGEST_WAIT_SECONDS)
                self.stopped.wait(pause)
        self.bell.close()

    def wait_for_bell(self) -> None:
        """Until the next round, carry at once where the database rings."""
        until = time.monotonic() + ROUND_SECONDS
        while not self.stopped.is_set() and (left := until - time.monotonic()) > 0:
            for partnership in Partnership.objects.filter(pk__in=self.bell.wait(left)):
                self.tend(partnership)

    def sweep(self) -> None:
        """One round through all partnerships."""
        for partnership in Partnership.objects.all():
            if self.stopped.is_set():
                return
            self.beat_if_due()
            self.tend(partnership)
        self.beat_if_due()

    def tend(self, partnership: Partnership) -> None:
        """What breaks in one partnership must not keep the next one waiting."""
        try:
            sending.tend(partnership, stopping=self.stopped.is_set)
        except (OperationalError, InterfaceError):
            raise
        except Exception:  # any fault of ours; the rows are still there
            log.exception("Carrying broke in one partnership; going on with the next.")

    def beat_if_due(self) -> None:
        if time.monotonic() >= self.beat_at:
            beat("sweeper")
            self.beat_at = time.monotonic() + BEAT_SECONDS


def leave(*_: object) -> NoReturn:
    raise SystemExit(0)
