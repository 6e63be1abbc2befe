"""Hears the database's bell (LISTEN/NOTIFY): a deed with notices has just been committed.

It has a connection of its own. A bell that can not be heard costs no more than the wait for the
next round; a ring that comes twice does no harm.
"""

import logging
import time

import psycopg
from django.db import connection

from outbox.planning import BELL

log = logging.getLogger(__name__)
RETRY_SECONDS = 5.0


class Doorbell:
    """Waits for rings; opens and reopens its connection by itself."""

    def __init__(self) -> None:
        self._connection: psycopg.Connection | None = None
        self._again_at = 0.0

    def wait(self, seconds: float) -> set[int]:
        """Wait for at most so long; return the partnerships that were rung for."""
        line = self._open()
        if line is None:
            time.sleep(seconds)
            return set()
        try:
            first = [ring.payload for ring in line.notifies(timeout=seconds, stop_after=1)]
            return {int(key) for key in first if key.isdecimal()}
        except psycopg.Error:
            log.warning("The bell of the database broke; sweeping goes on without it.")
            self.close()
            return set()

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None
        self._again_at = time.monotonic() + RETRY_SECONDS

    def _open(self) -> psycopg.Connection | None:
        if self._connection is not None or time.monotonic() < self._again_at:
            return self._connection
        try:
            facts = connection.get_connection_params()
            kept = ("dbname", "user", "password", "host", "port", "sslmode", "sslrootcert")
            told = {name: facts[name] for name in kept if facts.get(name)}
            line = psycopg.connect(**told, autocommit=True, connect_timeout=3)
            line.execute(f"LISTEN {BELL}")
            self._connection = line
        except psycopg.Error:
            self._again_at = time.monotonic() + RETRY_SECONDS
        return self._connection
