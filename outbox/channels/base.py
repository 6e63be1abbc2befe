"""What every channel gets, what it does, and how it says that it could not."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Protocol
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.safestring import mark_safe

from outbox.models import Urgency

SIGNED = "{signed}"


class SendError(Exception):
    """The message did not go out.

    code: what the row keeps of it, at most 20 letters and never a provider's words
    permanent: whether trying again makes no sense
    address_is_dead: whether nothing will ever arrive there (a revoked subscription, a number
        that does not exist); its contact point is then marked as broken
    """

    def __init__(
        self, code: str, *, permanent: bool = False, address_is_dead: bool = False
    ) -> None:
        super().__init__(code)
        self.code, self.address_is_dead = code[:20], address_is_dead
        self.permanent = permanent or address_is_dead


@dataclass(frozen=True)
class Parcel:
    """One delivery as a carrier gets it: all it needs, and no database behind it.

    address: an e-mail address, a number (E.164), a push subscription (JSON) or a webhook's URL
    secret: what a webhook is signed with; empty otherwise
    attempt: the how manieth try this is, from 1
    """

    id: UUID
    channel: str
    kind: str
    urgency: Urgency
    language: str
    slug: str
    partnership: str
    address: str
    is_member: bool
    subject_id: UUID | None
    link: str
    planned_at: datetime
    attempt: int
    secret: str = ""


@dataclass(frozen=True)
class Receipt:
    """A provider's yes: their name for the message, empty where they give none."""

    message_id: str = ""


class Carrier(Protocol):
    """One provider of one channel at work, inside an event loop. It keeps its connections from
    one message to the next and never touches the database."""

    async def send(self, parcel: Parcel) -> Receipt:
        """Bring it out of the house, or raise SendError."""

    async def close(self) -> None:
        """Let go of the connections."""


@dataclass(frozen=True)
class Words:
    """What is said: one line, and what follows it."""

    subject: str
    body: str


@lru_cache(maxsize=512)
def words_for(
    kind: str, *, urgency: Urgency, partnership: str, language: str, link: str = ""
) -> Words:
    """The kind's template in one language: subject, an empty line, body.

    The template knows the link, the partnership's name and whether it is urgent; it can not
    tell more, so that a notice says nothing of what it is about.
    """
    room, name = kind.split(".")
    facts = {
        "link": mark_safe(link),  # noqa: S308 - plain text: an escaped & would break the link
        "partnership": mark_safe(partnership),  # noqa: S308 - plain text
        "is_urgent": urgency in {Urgency.URGENT, Urgency.PANIC},
    }
    with translation.override(language):
        text = render_to_string(f"{room}/notifications/{name}.txt", facts)
    subject, _, body = text.strip().partition("\n")
    return Words(subject.strip(), body.strip())


def link_for(parcel: Parcel) -> str:
    """The address in the message. A member gets the way to the board and learns the rest there;
    somebody without an account gets a link that is signed now and stored nowhere."""
    if parcel.is_member:
        path = reverse("board", kwargs={"partnership": parcel.slug})
    else:
        token = signing.dumps(str(parcel.subject_id), salt=parcel.kind)
        path = parcel.link.replace(SIGNED, token)
    return f"{settings.PUBLIC_URL}{path}"
