import asyncio
import smtplib

import pytest
from django.core import mail, signing

from outbox import actions, sending
from outbox.channels.email import failure_of, open_carrier
from tests.outbox.conftest import BULLETIN
from tests.outbox.mail_server import free_port
from tests.outbox.parcels import failure, parcel, send


def opened():
    return open_carrier("smtp://x.example", name="email-1")


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


@pytest.mark.parametrize("address", ["nobody at all", "a@b.example\nBcc: c@d.example", "@", "ñ@b"])
def test_a_malformed_address_is_refused_for_good(mail_server, address):
    problem = failure(opened, parcel(channel="email", address=address))
    assert (problem.code, problem.permanent) == ("malformed", True)
    assert not mail_server.letters


def letters_to(*addresses):
    return [parcel(channel="email", address=address) for address in addresses]


def test_a_connection_is_kept_from_one_letter_to_the_next(mail_server):
    server = mail_server.handle_DATA
    peers = set()

    async def noting(smtp, session, envelope):
        peers.add(session.peer)
        return await server(smtp, session, envelope)

    mail_server.handle_DATA = noting
    send(opened, *letters_to("a@b.example", "c@b.example", "d@b.example"))
    assert len(mail_server.letters) == 3
    assert len(peers) == 1


def test_a_connection_that_broke_is_not_used_again(mail_server):
    mail_server.answers.append("451 later")
    assert failure(opened, *letters_to("a@b.example")).code == "smtp-451"
    send(opened, *letters_to("a@b.example"))
    assert len(mail_server.letters) == 1


def test_a_letter_to_nowhere_can_be_sent_later(settings):
    smtp = "django.core.mail.backends.smtp.EmailBackend"
    options = {"host": "127.0.0.1", "port": free_port(), "timeout": 2}
    settings.MAILERS = {"default": {"BACKEND": smtp, "OPTIONS": options}}
    problem = failure(opened, *letters_to("a@b.example"))
    assert (problem.code, problem.permanent) == ("unreachable", False)


def test_many_letters_go_side_by_side(mail_server):
    many = letters_to(*[f"p{number}@b.example" for number in range(40)])

    async def all_at_once():
        carrier = opened()
        receipts = await asyncio.gather(*[carrier.send(one) for one in many])
        await carrier.close()
        return receipts

    receipts = asyncio.run(all_at_once())
    assert {letter["X-Recipients"] for letter in mail_server.letters} == {
        one.address for one in many
    }
    assert {receipt.message_id for receipt in receipts} == set(mail_server.ids)


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
