"""Notes how each attempt ended, and what follows from it: again, another way, or tell somebody."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Now
from django.urls import reverse

from outbox.breakers import Breakers, Trial
from outbox.channels.base import SendError
from outbox.channels.providers import names_of
from outbox.models import Channel, ContactPoint, Delivery, Notification, Urgency, WebhookEndpoint
from outbox.patience import FALL_BACK_AFTER, NEXT, pause_after
from outbox.planning import Ways, plan
from outbox.van import Outcome
from partnership import live
from partnership.models import Membership, Partnership, Role
from partnership.models.people import MembershipQuerySet
from partnership.states import WrongStatus, advance
from partnership.tenancy import within

UNDELIVERABLE = "outbox.undeliverable"
# Said of one address, of this message or of ourselves: no ground to leave the provider alone.
NOT_THE_PROVIDERS = ("malformed", "inside", "fault", "gave-up")
log = logging.getLogger(__name__)

# Only while the lease is still ours; a provider's own word ("delivered") may have come first.
NOTE = """
WITH told AS (
    SELECT * FROM unnest(
        %(id)s::uuid[], %(lease)s::timestamptz[], %(status)s::text[], %(pause)s::int[],
        %(provider)s::text[], %(message)s::text[], %(code)s::text[], %(number)s::int[],
        %(took)s::int[]
    ) AS o(id, lease, status, pause, provider, message, code, number, took)
), tries AS (
    INSERT INTO outbox_deliveryattempt
        (id, partnership_id, delivery_id, number, provider, code, latency_ms)
    SELECT uuidv7(), %(partnership)s, id, number, provider, code, took FROM told
)
UPDATE outbox_delivery d
SET status = o.status, lease_until = NULL, last_failure = o.code, provider = o.provider,
    provider_message_id = o.message,
    due_at = CASE WHEN o.pause IS NULL THEN d.due_at
        ELSE now() + o.pause * interval '1 second' END,
    submitted_at = CASE o.status WHEN 'submitted' THEN now() ELSE d.submitted_at END
FROM told o
WHERE d.id = o.id AND d.partnership_id = %(partnership)s
    AND d.status = 'leased' AND d.lease_until = o.lease
RETURNING d.id
"""


@dataclass(frozen=True)
class Ending:
    """What one attempt means for its row. pause: seconds until the next try."""

    outcome: Outcome
    status: str
    pause: int | None

    @property
    def code(self) -> str:
        return self.outcome.failure.code if self.outcome.failure else ""


def settle(partnership: Partnership, outcomes: Iterable[Outcome], breakers: Breakers) -> None:
    """Note a batch of attempts, if their leases are still ours, in one short transaction."""
    tried = [one for one in outcomes if one.receipt or one.failure]
    idle = [one.delivery for one in outcomes if not (one.receipt or one.failure)]
    with within(partnership):
        give_back(idle)
        if tried:
            endings = [ending_of(one, breakers) for one in tried]
            noted = note(partnership, endings)
            failed = [one for one in endings if one.code and one.outcome.delivery.pk in noted]
            hold_notices(failed)
            for ending in failed:
                follow_up(ending)
    breakers.note(trial for one in tried if (trial := trial_of(one)))


def ending_of(one: Outcome, breakers: Breakers) -> Ending:
    """Submitted, failed for now or for good."""
    if one.failure is None:
        return Ending(one, Delivery.Status.SUBMITTED, None)
    row = one.delivery
    pause = pause_after(Urgency.of_rank(row.rank), row.channel, row.attempts)
    if one.failure.permanent or pause is None:
        return Ending(one, Delivery.Status.FAILED, None)
    if row.attempts < len(names_of(row.channel)) and breakers.others_than(one.provider):
        pause = 0  # the one that stands by takes over at once
    return Ending(one, Delivery.Status.FAILED_FOR_NOW, pause)


def note(partnership: Partnership, endings: list[Ending]) -> set[Any]:
    """Write endings and tries; return the rows that were still ours."""
    rows = [ending.outcome for ending in endings]
    facts: dict[str, Any] = {
        "partnership": partnership.pk,
        "id": [one.delivery.pk for one in rows],
        "lease": [one.delivery.lease_until for one in rows],
        "status": [ending.status for ending in endings],
        "pause": [ending.pause for ending in endings],
        "provider": [one.provider for one in rows],
        "message": [one.receipt.message_id[:100] if one.receipt else "" for one in rows],
        "code": [ending.code for ending in endings],
        "number": [one.delivery.attempts for one in rows],
        "took": [one.milliseconds for one in rows],
    }
    with connection.cursor() as cursor:
        cursor.execute(NOTE, facts)
        return {key for (key,) in cursor.fetchall()}


def trial_of(one: Outcome) -> Trial | None:
    """What it says of the provider; nothing where the fault is the address's or our own."""
    failure = one.failure
    if failure is None:
        return Trial(one.provider, "")
    blameless = failure.permanent or failure.code in NOT_THE_PROVIDERS
    # Each webhook and each push service is somebody else's house.
    shared = one.delivery.channel in {Channel.EMAIL, Channel.SMS, Channel.VOICE}
    return None if blameless or not shared else Trial(one.provider, failure.code)


def give_back(rows: Iterable[Delivery]) -> None:
    """Let others have what was claimed and not begun; it does not count as an attempt."""
    for lease_until in {row.lease_until for row in rows}:
        keys = [row.pk for row in rows if row.lease_until == lease_until]
        Delivery.objects.filter(
            pk__in=keys, status=Delivery.Status.LEASED, lease_until=lease_until
        ).update(status=Delivery.Status.PLANNED, lease_until=None, attempts=F("attempts") - 1)


def hold_notices(failed: list[Ending]) -> None:
    """Those under which more may be planned now, in one order: two processes with failures of the
    same notices must not wait for each other in a circle."""
    keys = {ending.outcome.delivery.notification_id for ending in failed}
    notices = Notification.objects.filter(pk__in=keys).order_by("pk")
    list(notices.select_for_update(no_key=True).values_list("pk"))


def follow_up(ending: Ending) -> None:
    """What a failure leads to beside another try."""
    row, failure = ending.outcome.delivery, ending.outcome.failure
    if failure is not None and failure.address_is_dead:
        mark_dead(row, failure)
    if ending.status == Delivery.Status.FAILED:
        go_another_way(row)
    elif row.attempts == FALL_BACK_AFTER[Urgency.of_rank(row.rank)]:
        plan_next_channel(row)


def mark_dead(row: Delivery, failure: SendError) -> None:
    """Nothing will ever arrive there; its person and the administrators see it early enough."""
    if row.contact_id is not None:
        ContactPoint.objects.filter(pk=row.contact_id, status="verified").update(
            status=ContactPoint.Status.BROKEN, failed_at=Now(), last_failure=failure.code
        )
    if row.endpoint_id is not None:
        WebhookEndpoint.objects.filter(pk=row.endpoint_id).update(
            failed_at=Now(), last_failure=failure.code
        )


def go_another_way(row: Delivery) -> None:
    """A channel has failed for good: the person's next one at once, else tell somebody."""
    if plan_next_channel(row):
        return
    elsewhere = Delivery.objects.filter(
        notification=row.notification_id, membership=row.membership_id
    ).exclude(channel=Channel.IN_APP)
    unreached = (Delivery.Status.FAILED, Delivery.Status.EXPIRED)
    if row.membership_id and elsewhere.exclude(status__in=unreached).exists():
        return  # another of their ways is open still, or has gone out
    tell_of_undeliverable(row)


def plan_next_channel(row: Delivery) -> bool:
    """Plan this person's first channel that this notice has not taken; whether there was one."""
    if row.membership_id is None:
        return False
    taken = Delivery.objects.filter(
        notification=row.notification_id, membership=row.membership_id
    ).values_list("channel", flat=True)
    untried = [channel for channel in NEXT[Urgency.of_rank(row.rank)] if channel not in set(taken)]
    return any(
        plan(
            row.notification,
            [row.membership_id],
            Ways(channels=(channel.value,), in_app=False, endpoints=False),
            wave=row.wave,
        )
        for channel in untried
    )


def tell_of_undeliverable(row: Delivery) -> None:
    """Tell the coordinators, in the portal itself, that somebody could not be reached: once for
    each person and as long as it is unseen, and never about this notice itself."""
    if row.notification.kind != UNDELIVERABLE:
        missed = row.membership_id or row.notification.subject_id
        tell_coordinators(UNDELIVERABLE, row.notification, link=page_about(row), missed=missed)


def tell_coordinators(kind: str, of: Notification, *, link: str, missed: Any) -> None:
    """Tell whoever can mend addresses and access; never what it was about."""
    tell_here(kind, of, Membership.objects.current().holding(Role.COORDINATOR), (link, missed))


def tell_those_who_may_know(kind: str, of: Notification) -> None:
    """Tell the coordinators among those whom a notice was for; where there is none, all of them.
    Nobody else: a notice can be about a coordinator (ADR 14)."""
    told = Delivery.objects.filter(notification=of).values("membership")
    people = Membership.objects.current().filter(pk__in=told)
    coordinators = people.holding(Role.COORDINATOR)
    tell_here(kind, of, coordinators if coordinators else people, (of.link, of.pk))


def tell_here(
    kind: str, of: Notification, people: MembershipQuerySet, matter: tuple[str, Any]
) -> None:
    """In the portal itself, since that needs no provider; once as long as it is unseen."""
    link, missed = matter
    told = Delivery.objects.unseen().filter(
        notification__kind=kind, notification__subject_id=missed
    )
    keys = list(people.exclude(pk__in=told.values("membership")).values_list("pk", flat=True))
    if not keys:
        return
    notice = Notification.objects.create(
        partnership=of.partnership,
        kind=kind,
        urgency=Urgency.URGENT if of.urgency == Urgency.PANIC else of.urgency,
        link=link,
        subject_id=missed,
    )
    plan(notice, keys, Ways(channels=(), endpoints=False))
    live.ring("notices", to=keys)


def page_about(row: Delivery) -> str:
    """Where coordinators find whom a delivery did not reach, and can mend the address."""
    slug = row.partnership.slug
    if row.membership_id is None:
        return reverse("member_list", kwargs={"partnership": slug})
    return reverse("member_detail", kwargs={"partnership": slug, "pk": row.membership_id})


@transaction.atomic
def refuse_afterwards(row: Delivery, *, code: str, address_is_dead: bool = False) -> None:
    """A provider said yes and later no: the person's next channel, as if it had said no at once.
    What has been delivered or seen stays so. Raises nothing for a word that comes too late."""
    try:
        advance(row, to=Delivery.Status.FAILED, last_failure=code[:20], lease_until=None)
    except WrongStatus:
        return
    row.notification.partnership = row.partnership
    if address_is_dead:
        mark_dead(row, SendError(code, address_is_dead=True))
    go_another_way(row)
