"""A student tells, the principal and the officer hear of it, and the student reads the answer."""

import pytest
from django.test import Client

from outbox import sending
from outbox.channels.mailbox import newest_letters
from partnership import audit
from partnership.models import AuditEntry
from tips.models import Kind, Tip

TELL, TIPS = "/mapleton/tell", "/mapleton/tips/"
WORDS = "Two boys bring a knife to the gym on Friday."


@pytest.fixture
def letters(mapleton, settings, tmp_path):
    """Carry what waits, and give every letter that went out."""
    settings.MAILBOX_DIR = tmp_path / "mailbox"
    settings.MAILERS = {"default": {"BACKEND": "outbox.channels.mailbox.MailboxBackend"}}

    def letters():
        sending.carry(mapleton)
        return newest_letters(mapleton.slug, most=100)

    return letters


@pytest.fixture
def sent(maple_high, principal_rivera, officer_chen):
    """A student without account or script has sent the form; the code page."""
    student = Client()
    assert student.get(f"{TELL}/").status_code == 200
    assert student.get(f"{TELL}/form/?kind=life").context["form"]["kind"].value() == Kind.LIFE
    said = {"kind": "life", "school": maple_high.pk, "text": WORDS, "when": "soon"}
    return student.post(f"{TELL}/form/", said)


def test_the_principal_and_the_officer_hear_that_there_is_something(sent, letters):
    posted = letters()
    assert sorted(letter.to for letter in posted) == [
        "chen@mapleton.example",
        "rivera@mapleton.example",
    ]
    assert {letter.subject for letter in posted} == {"URGENT: You have something to review"}


def test_no_letter_says_what_or_where_or_which(sent, letters):
    tip, posted = Tip.objects.get(), letters()
    assert len(posted) == 2
    for letter in posted:
        text = letter.subject + "".join(part.text for part in letter.parts)
        for secret in ("knife", "gym", "Maple High", str(tip.pk), "tips/", str(tip.kind_label)):
            assert secret not in text


def test_the_notice_in_the_portal_leads_to_the_tip(sent, sign_in, principal_rivera):
    client = sign_in(principal_rivera)
    notice = client.get("/mapleton/notices/").context["notices"][0]
    assert notice.words == "URGENT: You have something to review"
    opened = client.post(f"/mapleton/notices/{notice.pk}/open/", follow=True)
    assert WORDS in opened.text


def test_the_officer_takes_it_and_answers_and_the_student_reads_it(sent, sign_in, officer_chen):
    officer, tip = sign_in(officer_chen), Tip.objects.get()
    officer.post(f"{TIPS}{tip.pk}/acknowledge/")
    officer.post(f"{TIPS}{tip.pk}/answer/", {"text": "Thank you. Do you know their grade?"})
    student = Client()
    page = student.post(f"{TELL}/return/", {"code": sent.context["code"]}, follow=True)
    assert "Do you know their grade?" in page.text
    student.post(f"{TELL}/reply/", {"text": "tenth, I think"})
    assert "tenth, I think" in officer.get(f"{TIPS}{tip.pk}/").text


def test_a_student_may_stay_and_talk_without_typing_the_code(sent):
    student = Client()
    page = student.post(
        f"{TELL}/return/", {"code": sent.context["form"]["code"].value()}, follow=True
    )
    assert WORDS in page.text


def test_to_the_end_and_the_audit_is_whole(sent, sign_in, principal_rivera):
    principal, tip = sign_in(principal_rivera), Tip.objects.get()
    principal.get(f"{TIPS}{tip.pk}/")
    for step in ("acknowledge", "close"):
        principal.post(f"{TIPS}{tip.pk}/{step}/")
    done = AuditEntry.objects.filter(subject=f"tips.tip:{tip.pk}").order_by("id")
    assert [entry.action for entry in done] == [
        "tip.submitted",
        "tip.opened",
        "tip.acknowledged",
        "tip.closed",
    ]
    assert audit.verify().fault == ""
