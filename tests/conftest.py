"""The cast. Everyone in the tests has a name, a place and a role."""

import time
from collections.abc import Callable, Iterator, Sequence

import pytest
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.test import Client

from partnership.models import (
    Agency,
    District,
    Membership,
    MembershipSchool,
    Partnership,
    Role,
    School,
    User,
)
from partnership.tenancy import within

BASIS = Membership.Basis
# A fixed seed for time-based codes; nobody signs in with it outside these tests.
TOTP_SECRET = "JBSWY3DPEHPK3PXP"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whoever touches a database gets both: a sealed text needs the vault."""
    for item in items:
        marker = item.get_closest_marker("django_db")
        names = set(getattr(item, "fixturenames", ()))
        if marker or names & {"db", "transactional_db"}:
            facts = marker.kwargs if marker else {}
            both = pytest.mark.django_db(**{**facts, "databases": ["default", "vault"]})
            item.add_marker(both, append=False)


def member(
    name: str,
    partnership: Partnership,
    role: Role,
    *,
    schools: Sequence[School] = (),
    agency: Agency | None = None,
) -> Membership:
    """A person with an account and a place in the partnership. No passphrase: hashing is slow."""
    user = User.objects.create_user(f"{name}@{partnership.slug}.example", name=name.title())
    basis = BASIS.LAW_ENFORCEMENT_UNIT if agency else BASIS.EMPLOYEE
    place = Membership.objects.create(
        partnership=partnership, user=user, role=role, agency=agency, basis=basis
    )
    for school in schools:
        MembershipSchool.objects.create(partnership=partnership, membership=place, school=school)
    return place


def district(name: str) -> Partnership:
    partnership = Partnership.objects.create(name=name, slug=name.lower())
    with within(partnership):
        District.objects.create(partnership=partnership, name=f"{name} Public Schools")
    return partnership


@pytest.fixture
def mapleton(db: None) -> Iterator[Partnership]:
    """The partnership under test, held open as a request would hold it."""
    partnership = district("Mapleton")
    with within(partnership):
        yield partnership


@pytest.fixture
def oakridge(db: None) -> Partnership:
    """The neighbors, who must never see Mapleton's rows. Not open: use within(oakridge)."""
    return district("Oakridge")


@pytest.fixture
def maple_high(mapleton: Partnership) -> School:
    return School.objects.create(
        partnership=mapleton, name="Maple High", level=School.Level.HIGH, city="Mapleton"
    )


@pytest.fixture
def maple_middle(mapleton: Partnership) -> School:
    return School.objects.create(
        partnership=mapleton, name="Maple Middle", level=School.Level.MIDDLE, city="Mapleton"
    )


@pytest.fixture
def oakridge_high(oakridge: Partnership) -> School:
    with within(oakridge):
        return School.objects.create(
            partnership=oakridge, name="Oakridge High", level=School.Level.HIGH
        )


@pytest.fixture
def mapleton_police(mapleton: Partnership) -> Agency:
    return Agency.objects.create(
        partnership=mapleton, name="Mapleton Police Department", short_name="Mapleton PD"
    )


@pytest.fixture
def superintendent_park(mapleton: Partnership) -> Membership:
    return member("park", mapleton, Role.SUPERINTENDENT)


@pytest.fixture
def coordinator_okafor(mapleton: Partnership) -> Membership:
    return member("okafor", mapleton, Role.COORDINATOR)


@pytest.fixture
def principal_rivera(mapleton: Partnership, maple_high: School) -> Membership:
    return member("rivera", mapleton, Role.PRINCIPAL, schools=[maple_high])


@pytest.fixture
def counselor_reyes(mapleton: Partnership, maple_high: School) -> Membership:
    return member("reyes", mapleton, Role.COUNSELOR, schools=[maple_high])


@pytest.fixture
def teacher_brown(mapleton: Partnership, maple_high: School) -> Membership:
    return member("brown", mapleton, Role.TEACHER, schools=[maple_high])


@pytest.fixture
def officer_chen(mapleton: Partnership, maple_high: School, mapleton_police: Agency) -> Membership:
    return member("chen", mapleton, Role.SRO, schools=[maple_high], agency=mapleton_police)


@pytest.fixture
def sergeant_ortiz(mapleton: Partnership, mapleton_police: Agency) -> Membership:
    return member("ortiz", mapleton, Role.SERGEANT, agency=mapleton_police)


@pytest.fixture
def chief_daniels(mapleton: Partnership, mapleton_police: Agency) -> Membership:
    return member("daniels", mapleton, Role.CHIEF, agency=mapleton_police)


@pytest.fixture
def records_webb(mapleton: Partnership, mapleton_police: Agency) -> Membership:
    return member("webb", mapleton, Role.RECORDS, agency=mapleton_police)


@pytest.fixture
def dispatcher_lund(mapleton: Partnership) -> Membership:
    return member("lund", mapleton, Role.DISPATCHER)


@pytest.fixture
def analyst_ito(mapleton: Partnership) -> Membership:
    return member("ito", mapleton, Role.ANALYST)


@pytest.fixture
def auditor_silva(mapleton: Partnership) -> Membership:
    return member("silva", mapleton, Role.AUDITOR)


@pytest.fixture
def stranger(db: None) -> User:
    """A person with an account and no place anywhere."""
    return User.objects.create_user("stranger@example.org", name="Stranger")


@pytest.fixture
def oakridge_principal(oakridge: Partnership, oakridge_high: School) -> Membership:
    with within(oakridge):
        return member("hale", oakridge, Role.PRINCIPAL, schools=[oakridge_high])


def give_second_factor(user: User) -> None:
    """As if the person had scanned the code and typed the six digits."""
    Authenticator.objects.get_or_create(
        user=user,
        type=Authenticator.Type.TOTP,
        defaults={"data": {"secret": get_adapter().encrypt(TOTP_SECRET)}},
    )


def browser_of(someone: Membership | User) -> Client:
    """A browser of its own for a member or a user, signed in with both factors just now."""
    user = someone.user if isinstance(someone, Membership) else someone
    give_second_factor(user)
    client = Client()
    client.force_login(user)
    session = client.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [
        {"method": "password", "at": time.time(), "email": user.email},
        {"method": "mfa", "at": time.time(), "type": "totp"},
    ]
    session.save()
    return client


@pytest.fixture
def sign_in(db: None) -> Callable[[Membership | User], Client]:
    return browser_of


@pytest.fixture
def committed(django_capture_on_commit_callbacks):
    """Run what waits for the commit, as if the request had ended."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


@pytest.fixture
def count_queries(django_assert_num_queries):
    return django_assert_num_queries
