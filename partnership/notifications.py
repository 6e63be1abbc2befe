"""What people without an account are told: that a link waits for them. Never why or for what."""

from importlib import import_module
from typing import Any

from django.conf import settings
from django.urls import reverse

from partnership.models import Invitation


def tell_invited_person_of_place(invitation: Invitation) -> None:
    send_link("partnership.invitation", "invitation_accept", invitation)


def tell_member_of_way_back(invitation: Invitation) -> None:
    assert invitation.membership is not None  # noqa: S101 - the action has just set it
    language = invitation.membership.user.language
    send_link("partnership.way_back", "way_back", invitation, language=language)


def send_link(kind: str, door: str, invitation: Invitation, *, language: str = "") -> None:
    """Plan one e-mail. The outbox signs the row's id into the link only while it sends."""
    slug = invitation.partnership.slug
    path = reverse(door, kwargs={"partnership": slug, "token": "SIGNED"})
    outbox().send_to_address(
        kind,
        address=invitation.email,
        about=invitation,
        link=path.replace("SIGNED", "{signed}"),
        language=language,
    )


def outbox() -> Any:
    """The room above, asked by name: the ground imports no other room."""
    return import_module(settings.OUTBOX)
