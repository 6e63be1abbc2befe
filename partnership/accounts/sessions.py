"""Ending sessions: one, all others, or every one of a person."""

from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib.auth import update_session_auth_hash
from django.db.models import F

from partnership.models import User


def end_all(user: User) -> None:
    """End every session of this person, whichever way it was begun."""
    User.objects.filter(pk=user.pk).update(session_round=F("session_round") + 1)
    user.refresh_from_db(fields=["session_round"])
    for session in UserSession.objects.filter(user=user):
        session.end()


def end_others(request: Any) -> None:
    """End every session of the signed-in person but this one, which gets a new key."""
    end_all(request.user)
    update_session_auth_hash(request, request.user)
    UserSession.objects.create_from_request(request)
