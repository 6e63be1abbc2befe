"""What reaches the log: what happened and where in the code, never the words it happened with.

As a line for people, or as JSON for a program that gathers logs (LOG_FORMAT).
"""

import logging
import os
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

from pythonjsonlogger.json import JsonFormatter

type Raised = (
    tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
)


# The signed part of a link: text, time and signature (django.core.signing).
SECRET = re.compile(r"[\w=.-]{16,}:\w+:[\w-]{20,}")
LEFT_OUT = "(left out)"
MOST_FRAMES = 6
# Celery puts what a task was given, returned and raised into its lines under these names.
OF_A_TASK = ("exc", "traceback", "args", "kwargs", "return_value", "reason")


class HardenedFormatter(logging.Formatter):
    """An exception shows its kind and its place in the code, not its message: a database error
    quotes the row it refused, and that row may be a child's words."""

    def format(self, record: logging.LogRecord) -> str:
        record.exc_text = None  # what another formatter has made of the exception is not ours
        return super().format(record)

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:
        return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")

    def formatException(self, ei: Raised) -> str:
        return place_of(ei)


class PlainFormatter(HardenedFormatter):
    """One line a record, and one for the place of an exception."""

    def __init__(self) -> None:
        super().__init__("%(levelname)s %(name)s: %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:
        record.message = words_of(record)
        return super().formatMessage(record)

    def formatException(self, ei: Raised) -> str:
        return f"  {super().formatException(ei)}"


class JsonLines(HardenedFormatter, JsonFormatter):
    """One JSON object a record. Nothing beside these five: whatever else a record holds (`extra`)
    was put there by somebody who did not know of our rules."""

    def __init__(self) -> None:
        JsonFormatter.__init__(self)

    def add_fields(
        self, log_data: dict[str, Any], record: logging.LogRecord, message_dict: dict[str, Any]
    ) -> None:
        raised = record.exc_info
        log_data |= {
            "time": self.formatTime(record),
            "level": record.levelname,
            "logger": record.name,
            "message": words_of(record),
            "where": place_of(raised) if raised else f"{record.module}:{record.lineno}",
        }


def formatter() -> logging.Formatter:
    """The one that LOG_FORMAT names, for who writes before Django's settings are there."""
    return JsonLines() if os.environ.get("LOG_FORMAT") == "json" else PlainFormatter()


def words_of(record: logging.LogRecord) -> str:
    """The message, without the words of any exception and without the secret part of a link."""
    text = str(record.msg)
    if record.args:
        text %= without_words(record.args)
    for problem in chain_of(record.exc_info):
        for words in (repr(problem), str(problem)):
            if len(words.strip()) > 1:
                text = text.replace(words, type(problem).__name__)
    return SECRET.sub("(secret)", text)


def without_words(given: Any) -> Any:
    """What a line is filled with; of an exception its kind."""
    if isinstance(given, Mapping):
        return {
            name: LEFT_OUT if name in OF_A_TASK else kind_of(value) for name, value in given.items()
        }
    return tuple(kind_of(value) for value in given)


def kind_of(value: Any) -> Any:
    return type(value).__name__ if isinstance(value, BaseException) else value


def chain_of(raised: Any) -> Iterator[BaseException]:
    """An exception, and those that led to it."""
    problem = raised[1] if isinstance(raised, tuple) else None
    while problem is not None:
        yield problem
        problem = problem.__cause__ or problem.__context__


def place_of(raised: Raised) -> str:
    """Which kind of exception, and through which functions it came, the innermost first."""
    kind, _, place = raised
    where = " < ".join(list(frames_of(place))[: -MOST_FRAMES - 1 : -1])
    return f"{kind.__name__ if kind else 'Unknown'} at {where}"


def frames_of(place: Any) -> Iterator[str]:
    """By hand: Celery's tracebacks are likenesses, at which the standard library stumbles; and a
    formatter that stumbles makes `logging` print the raw record."""
    while place is not None:
        yield f"{place.tb_frame.f_code.co_name}:{place.tb_lineno}"
        place = place.tb_next
