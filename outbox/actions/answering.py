"""What people do with their notices: see them, acknowledge them; and what ends a matter."""

from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Now

from outbox.models import Channel, Delivery, DeliveryQuerySet, Escalation, Ladder, Urgency
from partnership import live
from partnership.models import Membership
from partnership.states import advance
from partnership.tenancy import TenantModel

Status = Delivery.Status


@transaction.atomic
def see_notice(delivery: Delivery) -> None:
    """Note that its person has opened a notice; opening it again changes nothing."""
    if delivery.status == Status.SUBMITTED:
        advance(delivery, to=Status.SEEN, seen_at=Now())
        live.ring("notices", to=[key for key in [delivery.membership_id] if key])


@transaction.atomic
def see_all_notices(*, by: Membership) -> int:
    """Note that a person has seen whatever stands on their page; return how many were new."""
    return _see(Delivery.objects.on_the_page_of(by), by)


@transaction.atomic
def see_notices_about(subject: TenantModel, *, by: Membership) -> int:
    """Note that a person has seen what their notices were about, however they came there; what
    had not gone out to them yet stays at home."""
    mine = Delivery.objects.filter(membership=by).about(subject)
    mine.waiting().update(status=Status.SUPERSEDED)
    return _see(mine.filter(channel=Channel.IN_APP), by)


def _see(notices: DeliveryQuerySet, by: Membership) -> int:
    seen = notices.unseen().update(status=Status.SEEN, seen_at=Now())
    if seen:
        live.ring("notices", to=[by.pk])
    return seen


@transaction.atomic
def acknowledge(delivery: Delivery) -> None:
    """A person has answered: pressed the key, or the button. Stops what it should and nothing
    else: their own ways, and the ladder where its rule says so."""
    _answer(Q(notification=delivery.notification_id), by=delivery.membership_id)


@transaction.atomic
def acknowledge_about(subject: TenantModel, *, by: Membership) -> None:
    """The same, for everything this person was told of one row: they have taken it on."""
    _answer(Q(notification__subject_id=subject.pk), by=by.pk)


def _answer(which: Q, *, by: Any) -> None:
    mine = Delivery.objects.filter(which, membership_id=by)
    notifications = set(mine.values_list("notification", flat=True))
    mine.filter(status__in=Delivery.GONE_OUT).exclude(status=Status.ACKNOWLEDGED).update(
        status=Status.ACKNOWLEDGED,
        acknowledged_at=Now(),
        seen_at=Coalesce("seen_at", Now()),
    )
    mine.waiting().update(status=Status.SUPERSEDED)
    ladders = Escalation.objects.filter(notification__in=notifications).stoppable()
    ladders = ladders.filter(stops=Ladder.Stops.EVERYONE)
    for escalation in ladders.select_for_update():
        advance(
            escalation,
            to=Escalation.Status.ACKNOWLEDGED,
            acknowledged_at=Now(),
            acknowledged_by_id=by,
            next_at=None,
        )
        stop_waves(escalation)


def stop_waves(escalation: Escalation) -> None:
    """What the ladder had planned and nobody carries yet. The deed's own notices go on."""
    Delivery.objects.waiting().filter(notification=escalation.notification_id, wave__gt=0).update(
        status=Status.SUPERSEDED
    )


@transaction.atomic
def call_off(subject: TenantModel) -> None:
    """The matter is over: no ladder about it goes on, and nothing about it is sent any more."""
    Delivery.objects.waiting().about(subject).update(status=Status.SUPERSEDED)
    open_ones = Escalation.objects.filter(notification__subject_id=subject.pk).stoppable()
    for escalation in open_ones.select_for_update():
        advance(escalation, to=Escalation.Status.CALLED_OFF, next_at=None)


@transaction.atomic
def hurry(subject: TenantModel, *, urgency: Urgency) -> int:
    """A matter has become more urgent: what still waits about it (for the morning, for a window,
    for another try) goes now, and in front. Return how many."""
    waiting = Delivery.objects.waiting().about(subject).filter(rank__gt=urgency.rank)
    return waiting.update(rank=urgency.rank, due_at=Now(), gathers_as="")


@transaction.atomic
def try_again(delivery: Delivery) -> None:
    """An operator sends a dead letter once more. Raises WrongStatus where it is not dead."""
    advance(
        delivery,
        to=Status.PLANNED,
        due_at=Now(),
        expires_at=None,
        attempts=F("attempts") * 0,
        last_failure="",
    )
