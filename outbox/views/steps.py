"""A ladder's steps as sentences: “After 5 minutes: the principal, by push and text message.”"""

from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from outbox.models import Channel, Ladder, Rung
from outbox.views.sentences import joined, seconds_in_words
from partnership.models import Role


@dataclass(frozen=True)
class Step:
    """One step in words: when, whom, how."""

    pk: UUID
    when: str
    whom: str
    how: str


def step_of(rung: Rung) -> Step:
    after = {"time": seconds_in_words(rung.after_seconds)}
    return Step(
        pk=rung.pk,
        when=_("After %(time)s") % after if rung.after_seconds else _("At once"),
        whom=whom(rung),
        how=how(rung),
    )


def whom(rung: Rung) -> str:
    if not rung.roles:
        return _("everybody the notice is for")
    return joined([str(Role(role).label) for role in rung.roles])


def how(rung: Rung) -> str:
    words = {
        Channel.EMAIL: pgettext("by which way", "e-mail"),
        Channel.PUSH: pgettext("by which way", "push"),
        Channel.SMS: pgettext("by which way", "text message"),
        Channel.VOICE: pgettext("by which way", "phone call"),
    }
    ways = {"ways": joined([words[channel] for channel in words if channel in rung.channels])}
    if not rung.one_at_a_time:
        return _("by %(ways)s, all at once") % ways
    facts = ways | {"time": seconds_in_words(rung.each_seconds)}
    return _("by %(ways)s, one after the other, %(time)s each") % facts


def last_words(ladder: Ladder) -> list[str]:
    """What comes after the last step, and what an answer stops."""
    again = ""
    if ladder.repeats:
        facts = {"times": ladder.repeats, "time": seconds_in_words(ladder.repeat_seconds)}
        again = ngettext(
            "Then the last step one more time, after %(time)s.",
            "Then the last step %(times)d more times, every %(time)s.",
            ladder.repeats,
        )
        again %= facts
    stops = {
        Ladder.Stops.EVERYONE: _("As soon as somebody answers, nobody is told any more."),
        Ladder.Stops.ONE: _("Whoever answers is left alone; the others are told on."),
    }
    return [*([again] if again else []), stops[Ladder.Stops(ladder.stops)]]
