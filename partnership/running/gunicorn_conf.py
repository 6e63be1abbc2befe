"""The web server's rules: threads for pages, and not one word about who asked for what.

gunicorn by itself writes the address of whoever sends a malformed request, and the path of
every request that fails; a sender's address must never be written, so both are left out here.
"""

import logging
import os
import sys
from io import StringIO
from pathlib import Path
from typing import Any

from gunicorn import glogging
from gunicorn.http import wsgi

from partnership.logs import formatter

bind = f"{os.environ.get('PORTAL_BIND', '127.0.0.1')}:{os.environ.get('PORTAL_PORT', '8000')}"
worker_class = "gthread"
workers = int(os.environ.get("WEB_PROCESSES", "2"))
threads = int(os.environ.get("WEB_THREADS", "8"))
preload_app = True
accesslog = None
errorlog = "-"
loglevel = "warning"
control_socket_disable = True
limit_request_line = 4094
limit_request_fields = 60
limit_request_field_size = 8190
keepalive = 5
timeout = 60
graceful_timeout = 4
MEMORY = Path("/dev/shm")  # noqa: S108 - for a heartbeat, which a slow disk would delay
worker_tmp_dir = str(MEMORY) if MEMORY.is_dir() else None


class QuietLogger(glogging.Logger):  # type: ignore[misc]  # gunicorn is untyped
    """In a process that serves requests: that one failed, of which kind and where in the code."""

    serves_requests = False

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(formatter())

    def warning(self, msg: object, *args: object, **options: Any) -> None:
        if self.serves_requests:
            self.error_log.warning("A request was refused or broke off.")
        else:
            super().warning(msg, *args, **options)

    def error(self, msg: object, *args: object, **options: Any) -> None:
        if self.serves_requests:
            self.error_log.error("The web server had trouble with a request.")
        else:
            super().error(msg, *args, **options)

    def exception(self, msg: object, *args: object, **options: Any) -> None:
        if self.serves_requests:
            self.error_log.error("A request failed in the web server.", exc_info=True)
        else:
            super().exception(msg, *args, **options)


logger_class = QuietLogger
# It warns of every HEAD request to a page, which is no trouble.
logging.getLogger("gunicorn.http").setLevel(logging.ERROR)
_headers_of = wsgi.Response.default_headers


def headers_without_our_name(response: wsgi.Response) -> list[str]:
    """Which server answers, and in which version, is nobody's business."""
    return [line for line in _headers_of(response) if not line.startswith("Server:")]


wsgi.Response.default_headers = headers_without_our_name


def post_fork(server: Any, worker: Any) -> None:
    """From here on this process sees requests."""
    worker.log.serves_requests = True


def on_starting(server: Any) -> None:
    """The system checks, before the first request: a weak secret stops the server here."""
    from django.core.management import CommandError, call_command  # noqa: PLC0415 - settings first
    from django.db import DatabaseError, connections  # noqa: PLC0415

    try:
        call_command("check", databases=["default", "vault"], stdout=StringIO())
    except CommandError as fault:
        sys.exit(str(fault))
    except DatabaseError as fault:
        sys.exit(f"The database can not be reached: {type(fault).__name__}. Look at DATABASE_URL.")
    finally:
        connections.close_all()
