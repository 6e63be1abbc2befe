"""Loads the demonstration partnerships, each once and whole, or says who is in them.

A partnership that stands is left alone, whatever has been done in it since; one transaction holds
everything of a new one, so a run that is killed leaves no half of it.
"""

from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import datetime
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from partnership.demo import DEMO_PARTNERSHIPS, load_partnership
from partnership.demo.facts import PartnershipFacts
from partnership.models import Membership, Partnership, Role
from partnership.tenancy import within

GROUND = "partnership"


class Command(BaseCommand):
    help = "Load the demonstration partnerships (once); --list says who is in them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--list", action="store_true", dest="only_list", help="only say who is in them"
        )

    def handle(self, *, only_list: bool, **options: Any) -> None:
        if not settings.PORTAL_DEMO:
            raise CommandError(
                "The demo is off: set PORTAL_DEMO=1 on a portal that only this machine can reach."
            )
        if only_list:
            self.stdout.write("\n".join(lines()))
            return
        now = timezone.now()
        for facts in DEMO_PARTNERSHIPS:
            is_new = not Partnership.objects.filter(slug=facts.slug).exists()
            if is_new:
                load(facts, now=now)
            self.stdout.write(f"{facts.slug}: {'loaded' if is_new else 'stands already'}")


@transaction.atomic
def load(facts: PartnershipFacts, *, now: datetime) -> None:
    """One partnership with its people, and then what each room has to tell about it."""
    partnership = Partnership.objects.create(
        name=facts.name, slug=facts.slug, time_zone=facts.time_zone
    )
    with within(partnership):
        load_partnership(facts, partnership, now=now)
        for demo in demos_of_rooms():
            demo.load(partnership, now=now)


def demos_of_rooms() -> Iterator[ModuleType]:
    """The demo.py of each room above the ground that has one, from the lowest floor up."""
    for room in settings.ROOMS:
        if room != GROUND and find_spec(f"{room}.demo"):
            yield import_module(f"{room}.demo")


def lines() -> Iterator[str]:
    """Address and role of those whose address CONTRACT.md promises, by partnership."""
    for facts in DEMO_PARTNERSHIPS:
        partnership = Partnership.objects.filter(slug=facts.slug).first()
        if partnership is None:
            continue
        yield f"{partnership.name} (/{partnership.slug}/)"
        with within(partnership):
            yield from lines_within(partnership)


def lines_within(partnership: Partnership) -> list[str]:
    promised = {f"{role}@{partnership.slug}.example": role for role in Role}
    members = Membership.objects.current().filter(user__email__in=promised)
    present = set(members.values_list("user__email", flat=True))
    width = max(map(len, promised))
    return [
        f"  {address:<{width}}  {role.label}"
        for address, role in promised.items()
        if address in present
    ]
