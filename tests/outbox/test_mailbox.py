import pytest
from django.core.mail import mailers
from django.test import Client

from outbox import actions, sending
from outbox.channels.mailbox import newest_letters
from tests.outbox.conftest import BULLETIN

MAILBOX = "/demo/mailbox/"


@pytest.fixture
def kept(settings, tmp_path):
    """No mail server: what would have been sent is kept."""
    settings.MAILBOX_DIR = tmp_path / "data" / "mailbox"
    settings.MAILERS = {"default": {"BACKEND": "outbox.channels.mailbox.MailboxBackend"}}


@pytest.fixture
def demo(settings, kept):
    settings.PORTAL_DEMO = True


def test_what_would_have_been_sent_is_kept(kept, mapleton, tell, principal_rivera):
    tell(principal_rivera)
    sending.carry(mapleton)
    (letter,) = newest_letters("mapleton", most=5)
    assert (letter.to, letter.subject) == (
        "rivera@mapleton.example",
        "You have something to review",
    )


def test_each_partnership_has_a_mailbox_of_its_own(
    kept, mapleton, oakridge, tell, principal_rivera
):
    tell(principal_rivera)
    sending.carry(mapleton)
    assert newest_letters("oakridge", most=5) == []


def test_the_newest_letter_comes_first(kept, mapleton, tell, principal_rivera, officer_chen):
    for member in (principal_rivera, officer_chen):
        tell(member)
        sending.carry(mapleton)
    (newest,) = newest_letters("mapleton", most=1)
    assert newest.to == "chen@mapleton.example"


def test_only_links_into_the_portal_can_be_pressed(demo, mapleton, maple_high):
    link = "/@evil.example/http://testserver.evil.example/"
    actions.send_to_address(BULLETIN, address="new@x.example", about=maple_high, link=link)
    sending.carry(mapleton)
    (letter,) = newest_letters("mapleton", most=1)
    assert [part.url for part in letter.parts if part.url] == [f"http://testserver{link}"]


def test_the_mailbox_shows_one_partnerships_letters(demo, mapleton, tell, principal_rivera):
    tell(principal_rivera)
    sending.carry(mapleton)
    page = Client().get(MAILBOX, {"partnership": "mapleton"})
    assert "rivera@mapleton.example" in page.text
    assert '<a href="http://testserver/mapleton/board/">' in page.text


@pytest.mark.parametrize("asked", ["", "nobody", "../../etc", "mapleton\x00"])
def test_an_unknown_partnership_shows_the_first(demo, mapleton, asked):
    assert Client().get(MAILBOX, {"partnership": asked}).status_code == 200


def test_outside_a_demo_there_is_no_mailbox(kept, mapleton):
    assert Client().get(MAILBOX).status_code == 404


def test_a_demo_shows_its_mailbox_to_this_machine_alone(demo, mapleton):
    assert Client(REMOTE_ADDR="192.0.2.7").get(MAILBOX).status_code == 404


def test_the_mailbox_is_a_mailer_like_any_other(kept):
    with mailers.default as mailer:
        assert mailer.send_messages([]) == 0
