"""Sends a delivery as e-mail: one recipient each, no way to answer, nothing of what it is about."""

import contextlib
import smtplib
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, mailers

from outbox.channels.base import Recipient, SendError, link_for, words_for
from outbox.models import Channel, Delivery, Notification, Urgency


class Letter(EmailMessage):
    """An e-mail that knows, beside what is sent, whose partnership it is from."""

    partnership: str = ""


class Email:
    """The mailer of settings.MAILERS, kept open from one letter to the next."""

    def __init__(self) -> None:
        self._mailer: Any = None

    def plan(self, notification: Notification, recipient: Recipient) -> Delivery:
        return Delivery(
            partnership_id=notification.partnership_id,
            notification=notification,
            membership_id=recipient.membership_id,
            channel=Channel.EMAIL,
            address=recipient.address,
            language=recipient.language,
            rank=Urgency(notification.urgency).rank,
            due_at=notification.planned_at,
        )

    def send(self, delivery: Delivery) -> None:
        letter = letter_for(delivery)
        # Kept again only after a yes: on any other end the connection is dropped without a
        # goodbye, which could hang as well.
        mailer, self._mailer = self._mailer, None
        try:
            if mailer is None:
                mailer = mailers.default
                mailer.open()
            mailer.send_messages([letter])
        except (OSError, ValueError) as problem:
            # The problem itself quotes the address.
            raise failure_of(problem) from None
        self._mailer = mailer

    def close(self) -> None:
        """Say goodbye. What the server answers changes nothing: it had said yes before."""
        mailer, self._mailer = self._mailer, None
        if mailer is not None:
            with contextlib.suppress(OSError):
                mailer.close()


def letter_for(delivery: Delivery) -> Letter:
    """The letter. Its id is the delivery's, so that a second copy can be told as one."""
    notification = delivery.notification
    link = link_for(delivery)
    words = words_for(notification, language=delivery.language, link=link)
    letter = Letter(
        subject=words.subject,
        body=f"{words.body}\n",
        to=[delivery.address],
        headers={
            "Message-ID": f"<{delivery.pk}@{urlsplit(settings.PUBLIC_URL).hostname}>",
            "Auto-Submitted": "auto-generated",
        },
    )
    letter.partnership = notification.partnership.slug
    return letter


def failure_of(problem: OSError | ValueError) -> SendError:
    """What a mail server's no means. Only what it says of this recipient or this letter is for
    good; a refused sign-in or sender is our own fault, and somebody may be mending it."""
    if isinstance(problem, smtplib.SMTPRecipientsRefused):
        codes = [code for code, _ in problem.recipients.values()]
        return SendError(f"smtp-{codes[0]}", permanent=codes[0] >= 500)
    if isinstance(problem, smtplib.SMTPDataError):
        return SendError(f"smtp-{problem.smtp_code}", permanent=problem.smtp_code >= 500)
    if isinstance(problem, smtplib.SMTPResponseException):
        return SendError(f"smtp-{problem.smtp_code}")
    if isinstance(problem, ValueError):
        return SendError("malformed", permanent=True)
    return SendError("timeout" if isinstance(problem, TimeoutError) else "unreachable")
