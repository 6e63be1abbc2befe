"""Who may hold a stream open: whoever the pages would show themselves to, right now.

The same rules as the pages', on the same facts; only read for many sessions at once. Nothing here
counts as somebody being at the screen.
"""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.models import Session
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from partnership.accounts import is_asleep, sign_in_is_over
from partnership.models import Membership, Partnership, User
from partnership.permissions import lacks_second_factor, may
from partnership.tenancy import within

type Verdict = Membership | HTTPStatus


@dataclass
class Visitor:
    """As much of a request as those rules look at."""

    session: Mapping[str, Any]
    user: User | None
    has_key: bool = False
    membership: Membership | None = None


def admit(askers: Sequence[tuple[str, str]]) -> list[Verdict]:
    """For each slug and session: the membership whose rings it may hear, or why it hears none."""
    verdicts = {
        partnership.slug: judge(
            partnership, {key for slug, key in askers if slug == partnership.slug}
        )
        for partnership in Partnership.objects.filter(slug__in={slug for slug, _ in askers})
    }
    return [verdicts.get(slug, {}).get(key, HTTPStatus.NOT_FOUND) for slug, key in askers]


def judge(partnership: Partnership, session_keys: Iterable[str]) -> dict[str, Verdict]:
    """For each session its current membership here, or why it hears nothing."""
    visitors = visitors_of(session_keys)
    people = [visitor.user for visitor in visitors.values() if visitor.user is not None]
    with within(partnership):
        members = Membership.objects.current().filter(user__in=people).select_related("user")
        found = {member.user_id: member for member in members}
        for member in members:
            member.partnership = partnership
        for visitor in visitors.values():
            visitor.membership = found.get(visitor.user.pk) if visitor.user else None
        return {key: verdict(visitor) for key, visitor in visitors.items()}


def verdict(visitor: Visitor) -> Verdict:
    """In the order in which the pages refuse."""
    if visitor.user is None or sign_in_is_over(visitor) or is_asleep(visitor):
        return HTTPStatus.UNAUTHORIZED
    if visitor.membership is None:
        return HTTPStatus.NOT_FOUND
    if not visitor.has_key and lacks_second_factor(visitor):
        return HTTPStatus.FORBIDDEN
    if not may(visitor.membership, "notices.see"):
        return HTTPStatus.FORBIDDEN
    return visitor.membership


def visitors_of(session_keys: Iterable[str]) -> dict[str, Visitor]:
    keys = set(session_keys)
    rows = Session.objects.filter(session_key__in=keys, expire_date__gt=timezone.now())
    sessions = {row.session_key: row.get_decoded() for row in rows}
    named = [session[SESSION_KEY] for session in sessions.values() if SESSION_KEY in session]
    people = User.objects.in_bulk(named)
    # Asked for all at once, as one by one it would be a query for each open page.
    with_key = set(Authenticator.objects.filter(user__in=named).values_list("user_id", flat=True))
    return {key: visitor_of(sessions.get(key, {}), people, with_key) for key in keys}


def visitor_of(
    session: Mapping[str, Any], people: Mapping[int, User], with_key: Set[int]
) -> Visitor:
    """Whose session this is, if their passphrase and round of sessions are still the same."""
    user = people.get(int(session.get(SESSION_KEY, 0)))
    if user is None or not user.is_active:
        return Visitor(session, None)
    if session.get(BACKEND_SESSION_KEY) not in settings.AUTHENTICATION_BACKENDS:
        return Visitor(session, None)
    stamp = session.get(HASH_SESSION_KEY, "")
    if not constant_time_compare(stamp, user.get_session_auth_hash()):
        return Visitor(session, None)
    return Visitor(session, user, has_key=user.pk in with_key)
