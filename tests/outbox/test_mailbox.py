import json
import smtplib
from concurrent.futures import ThreadPoolExecutor
from email.message import EmailMessage

import pytest
from django.core.mail import mailers
from django.test import Client

from outbox import actions, sending
from outbox.channels.email import Letter
from outbox.channels.mailbox import MailboxBackend, newest, newest_letters
from outbox.views.mailbox import PHONES
from partnership.demo import DEMO_PARTNERSHIPS
from tests.outbox.conftest import BULLETIN
from tests.outbox.gateway import push

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


@pytest.fixture
def stand_in(demo, settings, gateway):
    """The demo with its stand-in: what left the house stands there."""
    settings.GATEWAY_URL = gateway.url
    return gateway


def shown(partnership="mapleton"):
    page = Client().get(MAILBOX, {"partnership": partnership})
    assert page.status_code == 200
    return page.text


def mail_to(address, gateway, text="Sign in."):
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = "no-reply@x.example", address, "A notice"
    letter.set_content(f"{text}\n{'.':>62}\n{'.':>62}\n")
    with smtplib.SMTP("127.0.0.1", gateway.smtp_port) as line:
        line.send_message(letter)


def test_a_letter_stands_in_the_mailbox_of_its_partnership_alone(stand_in, mapleton, oakridge):
    mail_to("rivera@mapleton.example", stand_in)
    assert "rivera@mapleton.example" in shown()
    assert "rivera@mapleton.example" not in shown("oakridge")


def test_a_letter_to_somebody_who_is_invited_stands_there_by_its_link(stand_in, mapleton, oakridge):
    mail_to("new@elsewhere.example", stand_in, "http://testserver/mapleton/join/x/")
    assert '<a href="http://testserver/mapleton/join/x/">' in shown()
    assert "new@elsewhere.example" not in shown("oakridge")


def test_what_fills_a_letter_up_is_not_shown(stand_in, mapleton):
    mail_to("rivera@mapleton.example", stand_in)
    assert [part.text for part in newest("mapleton", phones="", most=5)[0].parts] == ["Sign in."]


def test_a_text_message_stands_there_by_its_number(stand_in, mapleton, oakridge, monkeypatch):
    monkeypatch.setitem(PHONES, "mapleton", "+15555559")
    stand_in.send("sms", "k1", to="+15555559001", text="Something waits for you.")
    stand_in.send("sms", "k2", to="+15555558001", text="It is not for you.")
    page = shown()
    assert "Something waits for you." in page
    assert "It is not for you." not in page


def test_a_push_shows_the_words_the_device_would_show(stand_in, mapleton):
    text = json.dumps({"title": "Mapleton", "body": "Something waits for you."})
    push(stand_in.device(id="mapleton-phone"), text)
    (kept,) = newest("mapleton", phones="", most=5)
    assert (kept.to, kept.subject) == ("mapleton-phone", "Mapleton")
    assert [part.text for part in kept.parts] == ["Something waits for you."]


def test_the_newest_of_all_ways_comes_first(stand_in, mapleton):
    mail_to("rivera@mapleton.example", stand_in)
    stand_in.send("voice", to="+15555550001", text="http://testserver/mapleton/ Press 1.")
    kept = newest("mapleton", phones="", most=5)
    assert [mail.channel for mail in kept] == ["voice", "email"]


def test_without_its_stand_in_the_mailbox_says_so(stand_in, settings, mapleton):
    settings.GATEWAY_URL = "http://127.0.0.1:9"
    assert "does not answer" in shown()


@pytest.mark.parametrize("facts", DEMO_PARTNERSHIPS, ids=lambda facts: facts.slug)
def test_no_two_partnerships_of_the_demo_share_their_numbers(facts):
    assert facts.phones
    assert [other for other in DEMO_PARTNERSHIPS if other.phones == facts.phones] == [facts]


def letters_to(partnership, count):
    for number in range(count):
        letter = Letter(f"Letter {number}", "Words", to=["rivera@mapleton.example"])
        letter.partnership = partnership
        yield letter


def test_the_first_letters_of_several_threads_are_all_kept(settings, tmp_path):
    """They make the folder together."""
    with ThreadPoolExecutor(4) as threads:
        for number in range(60):
            settings.MAILBOX_DIR = tmp_path / str(number)
            post = MailboxBackend().send_messages
            list(threads.map(lambda one, post=post: post([one]), letters_to("mapleton", 4)))
            assert len(newest_letters("mapleton", most=9)) == 4
