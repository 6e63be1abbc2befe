"""What a provider reports about a message after its yes: whether it is really theirs, and what it
says. Nothing here touches a row."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.http import QueryDict
from standardwebhooks import Webhook, WebhookVerificationError
from standardwebhooks.webhooks import EmptyWebhookSecretError
from twilio.request_validator import RequestValidator

from outbox.channels.account import DEAD, TWILIO_DEAD, Account, accounts_of
from outbox.channels.http_gateway import code_in, facts_in

CODE = re.compile(r"[a-z0-9-]{1,20}")
DELIVERED = frozenset({"delivered", "read", "completed"})
REFUSED = frozenset({"failed", "undelivered", "busy", "no-answer", "canceled"})


@dataclass(frozen=True)
class Letterhead:
    """A request as it arrived; only its signature says who wrote it.

    url: as the provider knew it, from PUBLIC_URL on
    """

    url: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Report:
    """What one provider says of one message.

    provider: "sms-1"; message_id: their name for the message
    status: theirs, in lower case; code: why not, in a short code of ours
    digits: the keys that were pressed in a call
    """

    provider: str
    message_id: str
    status: str
    code: str = ""
    digits: str = ""

    @property
    def is_delivered(self) -> bool:
        return self.status in DELIVERED

    @property
    def is_refused(self) -> bool:
        return self.status in REFUSED

    @property
    def address_is_dead(self) -> bool:
        return self.code in DEAD


def report_in(channel: str, letter: Letterhead) -> Report | None:
    """What it says, if one of the channel's providers has signed it."""
    if signature := letter.headers.get("X-Twilio-Signature"):
        return _from_twilio(channel, letter, signature)
    for account in accounts_of(channel):
        if not account.is_twilio and has_signed(account, letter):
            return _from_gateway(account, letter)
    return None


def has_signed(account: Account, letter: Letterhead) -> bool:
    """Whether a Standard Webhooks signature of the last five minutes is this account's."""
    if not account.secret:
        return False
    try:
        Webhook(account.secret).verify(letter.body, dict(letter.headers), json_parse=False)
    except (WebhookVerificationError, EmptyWebhookSecretError, ValueError):
        return False  # ValueError: not even put together as a signature is
    return True


def _from_gateway(account: Account, letter: Letterhead) -> Report:
    facts = facts_in(letter.body)
    status = str(facts.get("status", "")).lower()
    code = code_in(facts)
    return Report(
        provider=account.name,
        message_id=str(facts.get("id", ""))[:100],
        status=status,
        code=code if CODE.fullmatch(code) else short_code(status),
        digits=str(facts.get("digits", "")),
    )


def _from_twilio(channel: str, letter: Letterhead, signature: str) -> Report | None:
    form = QueryDict(letter.body)
    for account in accounts_of(channel):
        is_theirs = account.is_twilio and account.secret
        if is_theirs and RequestValidator(account.secret).validate(letter.url, form, signature):
            return _in_twilios_words(account, form)
    return None


def _in_twilios_words(account: Account, form: QueryDict) -> Report:
    status = form.get("MessageStatus") or form.get("CallStatus") or ""
    error = form.get("ErrorCode") or ""
    number = int(error) if error.isascii() and error.isdecimal() else 0
    return Report(
        provider=account.name,
        message_id=form.get("MessageSid") or form.get("CallSid") or "",
        status=status.lower(),
        code=TWILIO_DEAD.get(number) or (f"twilio-{number}" if number else short_code(status)),
        digits=form.get("Digits") or "",
    )


def short_code(status: str) -> str:
    """Where nothing is said of why: what it became."""
    return status if status in REFUSED else "refused"
