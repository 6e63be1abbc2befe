"""Founds a district on an empty portal: the partnership, and a link for its first coordinator."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from partnership import actions
from partnership.models import Partnership
from partnership.tenancy import within

NEXT = """\
{address} gets a link by e-mail. It works one time and for 7 days; with it they
choose a passphrase and a second key. Then they add the schools, bells and calendar
under /{slug}/schools/ and invite everybody else under /{slug}/members/.
No e-mail came, or the link is too old? Run this again with --again."""


class Command(BaseCommand):
    help = "Found a partnership and invite its first coordinator by e-mail."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--slug", required=True, help="its path: small letters, digits, -")
        parser.add_argument("--name", default="", help="what the district is called")
        parser.add_argument("--coordinator", required=True, metavar="ADDRESS")
        parser.add_argument("--time-zone", default="America/Chicago")
        parser.add_argument(
            "--again",
            action="store_true",
            help="it stands and nobody has joined: only send a new link",
        )

    def handle(self, *, slug: str, coordinator: str, again: bool, **options: Any) -> None:
        try:
            if again:
                self.invite_again(slug, coordinator)
            else:
                self.found(slug, coordinator, options)
        except ValidationError as why:
            raise CommandError(sentence(why)) from None
        except actions.Refused as why:
            raise CommandError(str(why)) from None
        self.stdout.write(NEXT.format(address=coordinator, slug=slug))

    def found(self, slug: str, coordinator: str, options: dict[str, Any]) -> None:
        if Partnership.objects.filter(slug=slug).exists():
            raise CommandError(f"The slug {slug!r} is taken. Choose another one.")
        district = Partnership(slug=slug, name=options["name"], time_zone=options["time_zone"])
        actions.found_partnership(district, coordinator=coordinator)
        self.stdout.write(f"{district.name} stands at /{slug}/.")

    def invite_again(self, slug: str, coordinator: str) -> None:
        partnership = Partnership.objects.filter(slug=slug).first()
        if partnership is None:
            raise CommandError(f"There is no partnership {slug!r}.")
        with within(partnership):
            actions.invite_first_coordinator(coordinator)


def sentence(why: ValidationError) -> str:
    """What is wrong with which option, on one line."""
    options = why.message_dict.items()
    said = [f"--{name.replace('_', '-')}: {' '.join(words)}" for name, words in options]
    return f"{'; '.join(said)} Nothing was changed."
