"""The one readable log: every line carries the time and the name of who speaks."""

import sys
import threading
from datetime import datetime

_turn = threading.Lock()


def say(line: str, *, by: str = "portal") -> None:
    """Write one line to standard output; several threads may speak, one at a time."""
    stamp = datetime.now().astimezone().strftime("%H:%M:%S")
    tell(f"{stamp} {by:<8} {line}")


def tell(text: str) -> None:
    """Write bare text, for what a person copies: addresses, lists, results."""
    with _turn:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()


def complain(text: str) -> None:
    """Write to standard error."""
    with _turn:
        sys.stderr.write(text.rstrip() + "\n")
        sys.stderr.flush()
