import smtplib

import pytest
from django.core import mail, signing

from outbox import actions, sending
from outbox.channels.email import Email, failure_of
from tests.outbox.conftest import BULLETIN


@pytest.fixture
def letters(mapleton, tell, principal_rivera, officer_chen):
    principal_rivera.user.language = "es"
    principal_rivera.user.save()
    tell(officer_chen, urgency="urgent")
    tell(principal_rivera)
    sending.carry(mapleton)
    return mail.outbox


def test_a_letter_goes_to_one_person_and_can_not_be_answered(letters):
    for letter in letters:
        message = letter.message()
        assert len(letter.recipients()) == 1
        assert "Reply-To" not in message
        assert message["Auto-Submitted"] == "auto-generated"


def test_a_letter_leads_to_the_board_and_no_further(letters, maple_high):
    for letter in letters:
        assert "http://testserver/mapleton/board/" in letter.body
        assert str(maple_high.pk) not in letter.message().as_string()
        assert maple_high.name not in letter.message().as_string()


def test_a_letter_is_in_the_language_of_its_reader(letters):
    urgent, routine = letters
    assert "(en)" in urgent.body
    assert "(es)" in routine.body


def test_the_letters_id_is_the_deliverys(letters, email_to, principal_rivera):
    assert letters[1].message()["Message-ID"] == f"<{email_to(principal_rivera).pk}@testserver>"


def test_letters_of_one_class_are_of_one_length(mapleton, tell, principal_rivera, officer_chen):
    tell(principal_rivera, officer_chen)
    sending.carry(mapleton)
    one, other = mail.outbox
    assert (one.subject, one.body) == (other.subject, other.body)


def test_an_invitations_link_is_signed_while_sending(mapleton, maple_high):
    link = "/accounts/join/{signed}/"
    actions.send_to_address(BULLETIN, address="new@x.example", about=maple_high, link=link)
    sending.carry(mapleton)
    token = mail.outbox[0].body.split("/accounts/join/")[1].split("/")[0]
    assert signing.loads(token, salt=BULLETIN) == str(maple_high.pk)


def test_a_malformed_address_is_refused_for_good(mapleton, maple_high, mail_server):
    actions.send_to_address(BULLETIN, address="nobody at all", about=maple_high, link="/")
    (row,) = sending.claim(mapleton)
    problem = sending.attempt(row, {"email": Email()})
    assert (problem.code, problem.permanent) == ("malformed", True)


NOES = [
    (smtplib.SMTPRecipientsRefused({"a@b.example": (550, b"no")}), "smtp-550", True),
    (smtplib.SMTPRecipientsRefused({"a@b.example": (450, b"busy")}), "smtp-450", False),
    (smtplib.SMTPDataError(554, b"no"), "smtp-554", True),
    (smtplib.SMTPAuthenticationError(535, b"who?"), "smtp-535", False),
    (smtplib.SMTPSenderRefused(550, b"who?", "a@b.example"), "smtp-550", False),
    (smtplib.SMTPServerDisconnected("gone"), "unreachable", False),
    (ConnectionRefusedError(), "unreachable", False),
    (TimeoutError(), "timeout", False),
    (ValueError("bad"), "malformed", True),
]


@pytest.mark.parametrize(("problem", "code", "permanent"), NOES)
def test_each_no_gets_its_short_code(problem, code, permanent):
    failure = failure_of(problem)
    assert (failure.code, failure.permanent) == (code, permanent)
