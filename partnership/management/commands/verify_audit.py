"""Recomputes the audit's chain of each partnership and says whether it is whole.

For the operator and for a nightly job: it ends with 1 as soon as one chain has a fault.
"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from partnership import audit
from partnership.models import Partnership
from partnership.tenancy import within


class Command(BaseCommand):
    help = "Check that no audit entry was changed, dropped or reordered."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--partnership", metavar="SLUG", help="only this one")

    def handle(self, *, partnership: str | None, **options: Any) -> None:
        chosen = Partnership.objects.all()
        if partnership is not None:
            chosen = chosen.filter(slug=partnership)
            if not chosen:
                raise CommandError(f"There is no partnership {partnership!r}.", returncode=2)
        broken = [each.slug for each in chosen if not self.is_whole(each)]
        if broken:
            raise CommandError(
                f"The chain is broken in: {', '.join(broken)}. Change nothing; keep a copy of the "
                "database and compare it with an older backup."
            )

    def is_whole(self, partnership: Partnership) -> bool:
        with within(partnership):
            verdict = audit.verify()
        said = verdict.fault or "whole"
        self.stdout.write(f"{partnership.slug}: {verdict.entries} entries, {said}")
        return not verdict.fault
