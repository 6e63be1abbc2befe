"""Climbs ladders: whom a notice reaches next when nobody answers it.

Driven by rows and the database's clock alone. A step and the deliveries it plans are one
transaction, so that no restart loses a step and none is done twice; the pause to the next counts
from when a step was done, so that an hour's standstill does not wake everybody at once.
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from django.db.models.functions import Now

from outbox import settling
from outbox.models import (
    Channel,
    Delivery,
    Escalation,
    Ladder,
    Notification,
    Preference,
    Rung,
    Urgency,
)
from outbox.planning import Ways, plan
from partnership.models import Membership, Partnership
from partnership.tenancy import within

UNANSWERED = "outbox.unanswered"
# So many ladders are moved on in one transaction.
CHUNK = 100
type Step = dict[str, Any]


def ladder_for(notification: Notification) -> Ladder | None:
    """The partnership's ladder for such a notice, if it has steps at all."""
    ladders = Ladder.objects.filter(kind=notification.kind, urgency=notification.urgency)
    return ladders.exclude(rungs=None).distinct().first()


def begin(notification: Notification, ladder: Ladder, people: Sequence[Membership]) -> None:
    """Freeze the ladder for this notice and do its first step, in the deed's transaction."""
    rungs = frozen(ladder, people, urgency=Urgency(notification.urgency))
    escalation = Escalation.objects.create(
        partnership=notification.partnership,
        notification=notification,
        rungs=rungs,
        stops=ladder.stops,
        repeats=ladder.repeats,
        repeat_seconds=ladder.repeat_seconds,
        next_at=Now() + timedelta(seconds=rungs[0]["after"]),
    )
    escalation.notification = notification
    if not rungs[0]["after"]:
        climb(escalation)


def frozen(ladder: Ladder, people: Sequence[Membership], *, urgency: Urgency) -> list[Step]:
    """The steps with their people, in order, each with the seconds after the one before. A ladder
    that reaches nobody of those who may know becomes one step to all of them."""
    stand_ins = {} if urgency == Urgency.PANIC else who_stands_in(people)
    steps = [step for rung in ladder.rungs.all() for step in steps_of(rung, people, stand_ins)]
    if not steps:
        everybody = [str(member.pk) for member in people]
        channels = [Channel.EMAIL.value, Channel.PUSH.value, Channel.SMS.value]
        steps = [{"after": 0, "people": everybody, "channels": channels}]
    steps.sort(key=lambda step: step["after"])
    moments = [0, *(step["after"] for step in steps)]
    return [
        {**step, "after": step["after"] - before}
        for step, before in zip(steps, moments, strict=False)
    ]


def steps_of(rung: Rung, people: Sequence[Membership], stand_ins: dict[Any, Any]) -> list[Step]:
    """One step for all of a rung's people, or one for each in turn."""
    meant = [member.pk for member in people if not rung.roles or member.role in rung.roles]
    here = list(dict.fromkeys(str(stand_ins.get(key, key)) for key in meant))
    turns = [[key] for key in here] if rung.one_at_a_time else [here] if here else []
    return [
        {
            "after": rung.after_seconds + number * rung.each_seconds,
            "people": turn,
            "channels": list(rung.channels),
        }
        for number, turn in enumerate(turns)
    ]


def who_stands_in(people: Iterable[Membership]) -> dict[Any, Any]:
    """For everybody who is away, their backup: only one who may know of this at all."""
    known = {member.pk for member in people}
    away = Preference.objects.away().filter(membership__in=known, backup__in=known)
    return dict(away.values_list("membership", "backup"))


def climb_due(partnership: Partnership) -> int:
    """Do every step whose time has come in one partnership; return how many."""
    with within(partnership):
        due = Escalation.objects.due().order_by("next_at")
        escalations = list(
            due.select_for_update(skip_locked=True, of=("self",)).select_related("notification")[
                :CHUNK
            ]
        )
        for escalation in escalations:
            escalation.partnership = escalation.notification.partnership = partnership
            climb(escalation)
    return len(escalations)


def climb(escalation: Escalation) -> None:
    """Do the next step, and set the time of the one after; the last one is repeated as often as
    the ladder says, and then the coordinators learn that nobody has answered."""
    done = escalation.rung
    if done >= len(escalation.rungs) + escalation.repeats:
        give_up(escalation)
        return
    step = escalation.rungs[min(done, len(escalation.rungs) - 1)]
    plan(
        escalation.notification,
        those_left(escalation, step["people"]),
        Ways(tuple(step["channels"]), in_app=False, endpoints=False, or_email=True),
        wave=done + 1,
    )
    following = escalation.rungs[done + 1 : done + 2]
    pause = following[0]["after"] if following else escalation.repeat_seconds
    Escalation.objects.open().filter(pk=escalation.pk, rung=done).update(
        rung=done + 1, next_at=Now() + timedelta(seconds=pause)
    )


def those_left(escalation: Escalation, people: list[str]) -> list[Any]:
    """Whoever has acknowledged gets nothing more, whatever the ladder does for the others."""
    answered = Delivery.objects.filter(
        notification=escalation.notification_id, status=Delivery.Status.ACKNOWLEDGED
    ).values_list("membership", flat=True)
    silent = {str(key) for key in answered}
    return [key for key in people if key not in silent]


def give_up(escalation: Escalation) -> None:
    """The ladder is at its end. Somebody who can look after it is told, in the portal itself."""
    Escalation.objects.open().filter(pk=escalation.pk).update(
        status=Escalation.Status.UNANSWERED, next_at=None
    )
    notice = escalation.notification
    settling.tell_those_who_may_know(UNANSWERED, notice)
