"""A partnership with very many people, each with a verified telephone, for the benches."""

import time

from django.db.models import Q

from outbox.models import ContactPoint, Delivery, Notification
from partnership.models import Membership, Partnership, Role, School, User
from partnership.tenancy import within

PATIENCE_SECONDS = 60


class Town:
    """One district whose every member can be called."""

    def __init__(self, people: int) -> None:
        self.partnership = Partnership.objects.create(name="Bench", slug="bench")
        with within(self.partnership):
            self.school = School.objects.create(
                partnership=self.partnership, name="Bench High", level="high"
            )
            self.people = self._members(people)
            self._telephones()

    def number_of(self, place: int) -> str:
        """A number that nobody has."""
        return f"+1555{place + 1_000_000:07}"

    def _members(self, count: int) -> list[Membership]:
        users = User.objects.bulk_create(
            User(email=f"person{place}@bench.example", name=f"Person {place}")
            for place in range(count)
        )
        return Membership.objects.bulk_create(
            Membership(partnership=self.partnership, user=user, role=Role.TEACHER, basis="employee")
            for user in users
        )

    def _telephones(self) -> None:
        contacts = []
        for place, member in enumerate(self.people):
            contact = ContactPoint(
                partnership=self.partnership, membership=member, kind="phone", status="verified"
            )
            contact.address = self.number_of(place)
            contacts.append(contact)
        ContactPoint.objects.bulk_create(contacts, batch_size=2000)


def settle_down(town: Town) -> None:
    """Wait until nothing is under way, and clear the table for the next run."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    restless = Q(status__in=["planned", "leased", "failed_for_now"])
    while time.monotonic() < deadline:
        with within(town.partnership):
            if not Delivery.objects.filter(restless).exists():
                Notification.objects.all().delete()
                return
        time.sleep(0.05)
    raise RuntimeError("Deliveries were still under way after a minute.")
