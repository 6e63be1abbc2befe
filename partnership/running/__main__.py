"""Where `./portal` arrives once .venv stands: one function for each command."""

import os
import sys
from collections.abc import Callable

from partnership.running.benching import bench
from partnership.running.checking import check
from partnership.running.managing import manage
from partnership.running.testing import test
from partnership.running.trouble import Trouble
from partnership.running.up import up
from partnership.running.voice import complain

COMMANDS: dict[str, Callable[[list[str]], int]] = {
    "up": up,
    "test": test,
    "check": check,
    "bench": bench,
    "manage": manage,
}


def main(arguments: list[str]) -> int:
    """Run one command; every failure is a sentence."""
    if not arguments or arguments[0] not in COMMANDS:
        complain(f"usage: ./portal {{{','.join(COMMANDS)}}} …")
        return 2
    try:
        return COMMANDS[arguments[0]](arguments[1:])
    except Trouble as trouble:
        complain(str(trouble))
        return trouble.code
    except KeyboardInterrupt:
        complain("Stopped before it was done.")
        return 1
    except BrokenPipeError:
        # Whoever read our output is gone; Python would complain once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        complain(f"{error.strerror or error}: {error.filename or 'no file named'}")
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
