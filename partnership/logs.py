"""What reaches the log: what happened and where in the code, never the words it happened with."""

import logging
import re
import traceback
from datetime import UTC, datetime
from types import TracebackType

type Raised = (
    tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
)


# The signed part of a link: text, time and signature (django.core.signing).
SECRET = re.compile(r"[\w=.-]{16,}:\w+:[\w-]{20,}")


class PlainFormatter(logging.Formatter):
    """One line a record. An exception shows its kind and its place in the code, not its message:
    a database error quotes the row it refused, and that row may be a child's words."""

    def __init__(self) -> None:
        super().__init__("%(levelname)s %(name)s: %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:
        return SECRET.sub("(secret)", super().formatMessage(record))

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:
        return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")

    def formatException(self, ei: Raised) -> str:
        kind, _, place = ei
        frames = traceback.extract_tb(place)
        where = " < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(frames[-6:]))
        return f"  {kind.__name__ if kind else 'Unknown'} at {where}"
