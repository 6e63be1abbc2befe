"""Everything that can happen to a tip. What a sender does later leaves no entry in the audit: its
time would tell when somebody was online (shared/domain/tips.md §4.12)."""

import secrets
from contextlib import suppress

from django.db import IntegrityError, transaction
from django.utils import timezone

from outbox import actions as outbox
from partnership import audit
from partnership.models import Membership, School
from partnership.states import WrongStatus, advance
from partnership.tenancy import open_partnership
from tips import codes, notifications
from tips.codes import TipCode
from tips.models import Details, Kind, Tip, TipMessage, TipRecipient, TipSecret
from tips.models.secret import nobodys_session, session_of

# Six random symbols meet a number that is taken once in a billion; then all are drawn again.
DRAWS = 5


@transaction.atomic
def submit_tip(
    *,
    school: School | None,
    text: str,
    kind: Kind = Kind.OTHER,
    details: Details | None = None,
    code: TipCode | None = None,
) -> Tip:
    """Take in an anonymous tip, decide for good who may read it, and tell them.

    `code` is what the sender keeps; nothing of it is stored that could be turned back.
    """
    tip = Tip.objects.create(
        partnership=open_partnership(),
        school=school,
        kind=kind,
        urgency=kind.urgency,
        text=text,
        sealed_details=(details or Details()).as_json(),
    )
    _keep_secret(tip, code or TipCode.new())
    audit.record("tip.submitted", tip, at=tip.received_hour, urgency=tip.urgency)
    recipients = _frozen(tip)
    notifications.tell_team_of_tip(tip, recipients)
    return tip


def _keep_secret(tip: Tip, code: TipCode) -> None:
    lookup = codes.fingerprint(code, tip.partnership)
    TipSecret.objects.create(partnership=tip.partnership, tip=tip, lookup=lookup)


def _frozen(tip: Tip) -> list[Membership]:
    """Write down who may read the tip, each with a number of their own."""
    recipients = notifications.recipients_of(tip)
    if not recipients:
        audit.record("tip.nobody_to_tell", tip, at=tip.received_hour)
    for draw in range(DRAWS):
        rows = [
            TipRecipient(partnership=tip.partnership, tip=tip, membership=member)
            for member in recipients
        ]
        try:
            with transaction.atomic():
                TipRecipient.objects.bulk_create(rows)
        except IntegrityError:
            if draw == DRAWS - 1:
                raise
        else:
            break
    return recipients


@transaction.atomic
def read_tip(tip: Tip, *, by: Membership) -> None:
    """Note that a person opened a tip; the first one moves it on."""
    mine = TipRecipient.objects.filter(tip=tip, membership=by, first_read_at=None)
    mine.update(first_read_at=timezone.now())
    if tip.status == Tip.Status.RECEIVED:
        with suppress(WrongStatus):  # another member opened it in the same moment
            advance(tip, to=Tip.Status.READ)
    audit.record("tip.opened", tip, by=by.user)
    outbox.see_notices_about(tip, by=by)


@transaction.atomic
def acknowledge_tip(tip: Tip, *, by: Membership) -> None:
    """Say that somebody has it. Raises WrongStatus when somebody else already has."""
    advance(tip, to=Tip.Status.ACKNOWLEDGED, holder=by)
    TipRecipient.objects.filter(tip=tip, membership=by).update(acknowledged_at=timezone.now())
    audit.record("tip.acknowledged", tip, by=by.user)
    outbox.acknowledge_about(tip, by=by)


@transaction.atomic
def answer_tip(tip: Tip, text: str, *, by: Membership) -> TipMessage:
    """Write to the sender as the School safety team. Raises WrongStatus on a closed tip."""
    _hold(tip)
    if tip.is_closed:
        raise WrongStatus(f"{tip} is closed.")
    message = _add(tip, text, author=TipMessage.Author.TEAM)
    audit.record("tip.answered", tip, by=by.user, message=message.pk)
    return message


@transaction.atomic
def reply_to_tip(tip: Tip, text: str) -> TipMessage:
    """The sender writes back. A closed tip opens again, for somebody new to take."""
    _hold(tip)
    message = _add(tip, text, author=TipMessage.Author.SENDER)
    if tip.is_closed:
        advance(tip, to=Tip.Status.READ, holder=None)
    notifications.tell_team_of_reply(tip)
    return message


def _hold(tip: Tip) -> None:
    """Keep others from writing in the same thread until this is done."""
    row = Tip.objects.select_for_update().only("status", "holder").get(pk=tip.pk)
    tip.status, tip.holder_id = row.status, row.holder_id


def _add(tip: Tip, text: str, *, author: TipMessage.Author) -> TipMessage:
    message = TipMessage.objects.create(
        partnership=tip.partnership, tip=tip, author=author, text=text
    )
    tip.sender_waits = author == TipMessage.Author.SENDER
    tip.save(update_fields=["sender_waits"])
    return message


@transaction.atomic
def close_tip(tip: Tip, *, by: Membership) -> None:
    """Say that it is done. The sender can still read the answers."""
    advance(tip, to=Tip.Status.CLOSED)
    audit.record("tip.closed", tip, by=by.user)
    outbox.call_off(tip)


@transaction.atomic
def note_broken_seal(tip: Tip, *, by: Membership | None) -> None:
    """Write down that a sealed text was not where or what it should be: somebody moved it."""
    audit.record("tip.seal_broken", tip, by=by.user if by else None)


@transaction.atomic
def open_thread(code: TipCode) -> str | None:
    """Let the sender in, and whoever held the thread before out.

    Gives the token of the new session, or None where no tip has this code. Both take the same
    steps: one Argon2, one UPDATE. Raises NoTurn when too many codes are being tried.
    """
    with codes.turn():
        lookup = codes.fingerprint(code, open_partnership())
    token = secrets.token_urlsafe(32)
    found = TipSecret.objects.filter(lookup=lookup).update(session=session_of(token))
    return token if found else None


@transaction.atomic
def leave_thread(token: str) -> None:
    """End the sender's session; the code still opens a new one."""
    mine = TipSecret.objects.filter(session=session_of(token))
    mine.update(session=nobodys_session())
