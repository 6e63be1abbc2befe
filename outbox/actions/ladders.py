"""What a coordinator decides about ladders: whom a notice reaches next when nobody answers."""

from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from outbox.models import Channel, Ladder, Rung
from partnership import audit
from partnership.actions import Refused
from partnership.models import User

MOST_RUNGS = 10
LATEST_SECONDS = 24 * 60 * 60
USUAL_CHANNELS = (Channel.EMAIL, Channel.PUSH, Channel.SMS)


@transaction.atomic
def add_ladder(ladder: Ladder, *, by: User) -> None:
    """Begin a ladder with its first step: at once, everybody, by the usual channels."""
    try:
        with transaction.atomic():
            ladder.save(force_insert=True)
    except IntegrityError:
        raise Refused(_("There is a ladder for this already. Change that one.")) from None
    Rung.objects.create(
        partnership=ladder.partnership, ladder=ladder, channels=list(USUAL_CHANNELS)
    )
    note(ladder, by=by, deed="added")


@transaction.atomic
def change_ladder(ladder: Ladder, *, by: User) -> None:
    """Keep what an answer stops, and how often the last step is done again."""
    ladder.save(update_fields=["stops", "repeats", "repeat_seconds"])
    note(ladder, by=by, deed="answer", stops=ladder.stops, repeats=ladder.repeats)


@transaction.atomic
def remove_ladder(ladder: Ladder, *, by: User) -> None:
    """Tell everybody at once again, and nobody a second time. What is being climbed goes on."""
    note(ladder, by=by, deed="removed")
    ladder.delete()


@transaction.atomic
def put_rung(rung: Rung, *, by: User) -> None:
    """Add a step, or keep what was changed of one."""
    others = steps_of(rung.ladder, but=rung)
    if len(others) >= MOST_RUNGS:
        raise Refused(_("A ladder has ten steps at the most."))
    if any(other.after_seconds == rung.after_seconds for other in others):
        raise Refused(_("Another step comes at this time already."))
    rung.save()
    begin_at_once(rung.ladder)
    note(rung.ladder, by=by, deed="step_set", after_seconds=rung.after_seconds)


@transaction.atomic
def remove_rung(rung: Rung, *, by: User) -> None:
    """Take a step away; the first that is left comes at once."""
    if not steps_of(rung.ladder, but=rung):
        raise Refused(_("A ladder needs one step. Remove the whole ladder instead."))
    after = rung.after_seconds
    rung.delete()
    begin_at_once(rung.ladder)
    note(rung.ladder, by=by, deed="step_removed", after_seconds=after)


@transaction.atomic
def move_rung(rung: Rung, *, earlier: bool, by: User) -> None:
    """Let two neighbors change places: each takes the other's time."""
    others = steps_of(rung.ladder, but=rung)
    before = [other for other in others if other.after_seconds < rung.after_seconds]
    behind = [other for other in others if other.after_seconds > rung.after_seconds]
    other = next(iter(before[-1:] if earlier else behind), None)
    if other is None:
        return
    rung.after_seconds, other.after_seconds = other.after_seconds, rung.after_seconds
    Rung.objects.bulk_update([rung, other], ["after_seconds"])
    note(rung.ladder, by=by, deed="step_moved", after_seconds=rung.after_seconds)


def steps_of(ladder: Ladder, *, but: Rung) -> list[Rung]:
    """The other steps in order. Two who change one ladder wait in line here."""
    Ladder.objects.select_for_update(no_key=True).get(pk=ladder.pk)
    return list(Rung.objects.filter(ladder=ladder).exclude(pk=but.pk))


def begin_at_once(ladder: Ladder) -> None:
    """The first step is done with the deed itself."""
    first = Rung.objects.filter(ladder=ladder).first()
    if first is not None and first.after_seconds:
        first.after_seconds = 0
        first.save(update_fields=["after_seconds"])


def note(ladder: Ladder, *, by: User, **facts: Any) -> None:
    told = {"kind": ladder.kind, "urgency": ladder.urgency, **facts}
    audit.record("ladder.changed", ladder, by=by, **told)
