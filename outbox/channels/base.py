"""What every channel does, how it says that it could not, and the words it carries."""

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.safestring import mark_safe

from outbox.models import Delivery, Notification, Urgency

SIGNED = "{signed}"


class SendError(Exception):
    """The message did not go out.

    code: what the row keeps of it, a few letters and never a provider's words
    permanent: whether trying again makes no sense
    """

    def __init__(self, code: str, *, permanent: bool = False) -> None:
        super().__init__(code)
        self.code, self.permanent = code, permanent


@dataclass(frozen=True)
class Recipient:
    """Who is to be told, as they were when the deed was done. No member: an address alone."""

    membership_id: UUID | None
    address: str
    language: str


class Carrier(Protocol):
    """One channel at work. It keeps its connection from one message to the next."""

    def plan(self, notification: Notification, recipient: Recipient) -> Delivery:
        """The row, not yet saved, that brings this notification to this person."""

    def send(self, delivery: Delivery) -> None:
        """Bring it out of the house, or raise SendError. Touches no database."""

    def close(self) -> None:
        """Let go of the connection."""


@dataclass(frozen=True)
class Words:
    """What is said: one line, and what follows it."""

    subject: str
    body: str


def words_for(notification: Notification, *, language: str, link: str = "") -> Words:
    """The kind's template in one language: subject, an empty line, body.

    The template knows the link, the partnership's name and whether it is urgent; it can not
    tell more, so that a notice says nothing of what it is about.
    """
    room, name = notification.kind.split(".")
    facts = {
        "link": mark_safe(link),  # noqa: S308 - plain text: an escaped & would break the link
        "partnership": mark_safe(notification.partnership.name),  # noqa: S308 - plain text
        "is_urgent": notification.urgency == Urgency.URGENT,
    }
    with translation.override(language):
        text = render_to_string(f"{room}/notifications/{name}.txt", facts)
    subject, _, body = text.strip().partition("\n")
    return Words(subject.strip(), body.strip())


def link_for(delivery: Delivery) -> str:
    """The address in the message. A member gets the way to the board and learns the rest there;
    somebody without an account gets a link that is signed now and stored nowhere."""
    notification = delivery.notification
    if delivery.membership_id:
        path = reverse("board", kwargs={"partnership": notification.partnership.slug})
    else:
        token = signing.dumps(str(notification.subject_id), salt=notification.kind)
        path = notification.link.replace(SIGNED, token)
    return f"{settings.PUBLIC_URL}{path}"
