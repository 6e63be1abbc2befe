"""The stand-in for mail server, telephone company, push service and webhook receiver, in the
foreground. Its first line says, as JSON, on which ports it stands; there it is told how to behave
(outbox/gateway/switchboard.py). Only this machine reaches it."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from outbox.gateway.running import Plan, is_loopback, run


class Command(BaseCommand):
    help = "Stand in for every provider of the outbox, on this machine alone."
    # It reads no setting and touches no database.
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--smtp-port", type=int, default=0, help="0, the default: any")
        parser.add_argument("--http-port", type=int, default=0, help="0, the default: any")
        parser.add_argument("--bind", default="127.0.0.1", help="a loopback address")
        parser.add_argument("--data", type=Path, metavar="DIR", help="keep on disk too")
        parser.add_argument("--latency", type=float, default=0.0, metavar="MS", help="per answer")
        parser.add_argument("--quiet", action="store_true", help="say nothing of what comes")

    def handle(self, *, bind: str, quiet: bool, **options: Any) -> None:
        if not is_loopback(bind):
            raise CommandError("The stand-in answers anyone, so it binds to loopback only.")
        plan = Plan(
            smtp_port=options["smtp_port"],
            http_port=options["http_port"],
            bind=bind,
            folder=options["data"],
            latency_ms=options["latency"],
        )
        try:
            run(plan, tell=self.say, note=self.be_silent if quiet else self.say)
        except OSError as error:
            raise CommandError(f"The port can not be used: {error.strerror}.") from None

    def say(self, words: str) -> None:
        self.stdout.write(words)
        self.stdout.flush()

    def be_silent(self, words: str) -> None:
        """Nothing is said of what comes."""
