"""The first district of an empty portal, founded from the command line."""

from io import StringIO

import pytest
import time_machine
from django.core import mail, signing
from django.core.management import CommandError, call_command

from outbox import sending
from partnership import actions
from partnership.models import AuditEntry, District, Invitation, Membership, Partnership, Role
from partnership.tenancy import within

JANE = "jane@lincoln.example"
LINCOLN = {"slug": "lincoln", "name": "Lincoln Public Schools", "coordinator": JANE}


def found(**options):
    said = StringIO()
    call_command("found_partnership", **LINCOLN | options, stdout=said)
    return said.getvalue()


def refusal(**options):
    with pytest.raises(CommandError) as refused:
        found(**options)
    assert refused.value.returncode == 1
    return str(refused.value)


@pytest.fixture
def lincoln(db):
    found()
    return Partnership.objects.get(slug="lincoln")


def test_a_district_stands_with_its_facts_and_one_invitation(lincoln):
    with within(lincoln):
        assert District.objects.get().name == "Lincoln Public Schools"
        invitation = Invitation.objects.get()
        assert (invitation.email, invitation.role) == (JANE, Role.COORDINATOR)
        assert invitation.invited_by is None
        assert AuditEntry.objects.get().actor is None


def test_the_first_coordinator_gets_the_link_by_mail(lincoln):
    sending.carry(lincoln)
    assert [message.to for message in mail.outbox] == [[JANE]]
    assert "/lincoln/members/join/" in mail.outbox[0].body


def test_the_command_says_what_happens_next(db):
    said = found(time_zone="America/Boise")
    assert "Lincoln Public Schools stands at /lincoln/." in said
    assert f"{JANE} gets a link by e-mail" in said
    assert Partnership.objects.get().time_zone == "America/Boise"


def test_the_first_coordinator_joins_and_adds_the_first_school(lincoln, client, sign_in):
    with within(lincoln):
        token = signing.dumps(str(Invitation.objects.get().pk), salt="partnership.invitation")
    words = "quiet copper lantern meadow"
    typed = {"name": "Jane", "passphrase": words, "again": words}
    client.post(f"/lincoln/members/join/{token}/", typed)
    with within(lincoln):
        jane = Membership.objects.select_related("user").get()
    school = {"name": "Lincoln High", "level": "high", "time_zone": "America/Chicago"}
    assert sign_in(jane).post("/lincoln/schools/open/", school).status_code == 302


def test_a_taken_slug_is_refused_in_one_sentence(lincoln):
    assert refusal(name="Another") == "The slug 'lincoln' is taken. Choose another one."
    with within(lincoln):
        assert Invitation.objects.count() == 1


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"slug": "demo"}, "--slug: This word starts a path of the portal itself."),
        ({"slug": "Lin coln"}, "--slug: "),
        ({"slug": "l" * 41}, "--slug: "),
        ({"name": ""}, "--name: "),
        ({"time_zone": "Mars/Olympus"}, "--time-zone: There is no such time zone."),
        ({"coordinator": "jane"}, "--coordinator: "),
    ],
)
def test_what_can_not_be_is_refused_and_leaves_nothing(db, options, words):
    said = refusal(**options)
    assert said.startswith(words)
    assert said.endswith("Nothing was changed.")
    assert not Partnership.objects.exists()


def test_a_link_that_grew_old_is_sent_again(lincoln):
    with time_machine.travel("2036-01-01T12:00Z"):
        found(again=True)
    with within(lincoln):
        assert Invitation.objects.count() == 2


def test_a_newer_link_ends_the_older_one(lincoln):
    found(again=True)
    with within(lincoln):
        assert Invitation.objects.open().count() == 1


def test_once_somebody_has_joined_the_portal_invites_nobody(lincoln):
    with within(lincoln):
        actions.join_partnership(Invitation.objects.get(), name="Jane", words="x" * 20)
    assert "People have joined already." in refusal(again=True)


def test_a_link_is_not_sent_again_for_a_district_that_is_not_there(db):
    assert refusal(again=True, slug="nowhere") == "There is no partnership 'nowhere'."
