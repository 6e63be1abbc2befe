"""A kind of notice that belongs to no room, with words of its own, and a mail server to send to."""

from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from types import ModuleType

import pytest

from outbox import actions, tasks
from outbox.channels import memory
from outbox.models import ContactPoint, Delivery
from partnership.models import Membership, Partnership, School
from tests.outbox.gateway import gateway as gateway
from tests.outbox.gateway import gateway_process as gateway_process
from tests.outbox.gateway import receiver as receiver
from tests.outbox.mail_server import MailServer

BULLETIN = "school.bulletin"
type Tell = Callable[..., None]


@pytest.fixture(autouse=True)
def words(settings) -> None:
    templates = deepcopy(settings.TEMPLATES)
    templates[0]["DIRS"].append(Path(__file__).parent / "templates")
    settings.TEMPLATES = templates


@pytest.fixture(autouse=True)
def rested_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test inherits the silence that another one's broken broker was given."""
    monkeypatch.setattr(tasks, "_rests_until", 0.0)


@pytest.fixture
def tell(mapleton: Partnership, maple_high: School) -> Tell:
    """Tell members of Maple High."""

    def tell(*members: Membership, urgency: str = "routine") -> None:
        link = f"/{mapleton.slug}/schools/{maple_high.pk}/"
        actions.send(BULLETIN, to=members, about=maple_high, link=link, urgency=urgency)

    return tell


@pytest.fixture
def email_to() -> Callable[[Membership], Delivery]:
    return lambda member: Delivery.objects.get(membership=member, channel="email")


@pytest.fixture
def notice_to() -> Callable[[Membership], Delivery]:
    return lambda member: Delivery.objects.get(membership=member, channel="in_app")


@pytest.fixture
def mail_server(settings) -> Iterator[MailServer]:
    """A real SMTP server, and the portal told to use it."""
    with MailServer() as server:
        smtp = {
            "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "OPTIONS": {"host": server.host, "port": server.port, "timeout": 2},
        }
        settings.MAILERS = {"default": smtp, "email-1": smtp}
        yield server


@pytest.fixture
def every_way(settings) -> Iterator[ModuleType]:
    """All channels lead somewhere: to the in-memory twins, two of each."""
    twins = ["memory:", "memory:"]
    settings.OUTBOX_PROVIDERS = dict.fromkeys(["email", "sms", "voice", "push"], twins)
    memory.sent.clear()
    memory.failures.clear()
    yield memory
    memory.sent.clear()
    memory.failures.clear()


@pytest.fixture
def reach() -> Callable[..., ContactPoint]:
    """Give somebody a verified telephone or device."""

    def reach(membership: Membership, kind: str = "phone", **facts: str) -> ContactPoint:
        contact = ContactPoint(
            partnership=membership.partnership,
            membership=membership,
            kind=kind,
            status=facts.get("status", "verified"),
        )
        contact.address = facts.get("address", "+15555550123")
        contact.save()
        return contact

    return reach
