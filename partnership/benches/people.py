"""Many members who are signed in, for benches that need a crowd."""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.utils import timezone
from django.utils.crypto import get_random_string

from partnership.models import LiveEvent, Membership, Partnership, Role, User
from partnership.tenancy import within

SLUG = "bench-stream"


@dataclass(frozen=True)
class People:
    """A partnership of its own, its members, and the cookie of each."""

    partnership: Partnership
    members: list[Membership]
    cookies: list[str]


def make_people(number: int) -> People:
    """So many teachers, each signed in once."""
    partnership = Partnership.objects.create(name="Bench", slug=SLUG)
    users = User.objects.bulk_create(
        User(email=f"{one}@{SLUG}.example", name=f"Teacher {one}") for one in range(number)
    )
    basis = Membership.Basis.EMPLOYEE
    with within(partnership):
        members = Membership.objects.bulk_create(
            Membership(partnership=partnership, user=user, role=Role.TEACHER, basis=basis)
            for user in users
        )
    sessions = Session.objects.bulk_create(session_of(user) for user in users)
    name = settings.SESSION_COOKIE_NAME
    return People(partnership, members, [f"{name}={row.session_key}" for row in sessions])


def session_of(user: User) -> Session:
    facts = {
        SESSION_KEY: str(user.pk),
        BACKEND_SESSION_KEY: settings.AUTHENTICATION_BACKENDS[0],
        HASH_SESSION_KEY: user.get_session_auth_hash(),
        "awake_at": timezone.now().isoformat(),
        "signed_in_at": timezone.now().isoformat(),
    }
    return Session(
        session_key=get_random_string(32, "abcdefghijklmnopqrstuvwxyz0123456789"),
        session_data=SessionStore().encode(facts),
        expire_date=timezone.now() + timedelta(hours=1),
    )


def forget_people(people: People) -> None:
    keys = [cookie.partition("=")[2] for cookie in people.cookies]
    Session.objects.filter(session_key__in=keys).delete()
    with within(people.partnership):  # also for what Django looks through before it deletes
        LiveEvent.objects.all().delete()
        Membership.objects.all().delete()
        User.objects.filter(email__endswith=f"@{SLUG}.example").delete()
        people.partnership.delete()
