"""Carries what is due out of the house: claim → van → settle, until nothing is due.

1. A claim takes a chunk of rows for the length of one lease, in a short transaction.
2. Each is sent outside any transaction, many abreast, and the outcomes noted in batches at once,
   if the lease is still ours. A crash in between costs one copy more, with the same id, and never
   a message.
3. What was not begun when a third of the lease is over goes back, so that a slow provider does not
   let two processes send the same.
"""

import time
from collections.abc import Callable

from django.db.models import Q
from django.db.models.functions import Now

from outbox import escalating
from outbox.breakers import Breakers
from outbox.channels.base import SendError
from outbox.claiming import CHUNK, claim
from outbox.models import Delivery
from outbox.patience import lease
from outbox.settling import settle
from outbox.van import Load, Outcome, Van
from partnership.models import Partnership
from partnership.tenancy import within

# More than the longest patience ever needs: who comes here has killed its process each time.
MOST_ATTEMPTS = 80


def carry(partnership: Partnership, *, stopping: Callable[[], bool] = lambda: False) -> int:
    """Carry everything that is due in one partnership; return how many were tried.

    Ends early when `stopping()` says so.
    """
    claimed = [] if stopping() else claim(partnership)
    if not claimed:
        return 0
    breakers = Breakers()
    tried = 0
    with Van(stopping=stopping) as van:
        while claimed or van.under_way:
            if claimed:
                settle_at_once, loads = sort_out(claimed, breakers)
                settle(partnership, settle_at_once, breakers)
                van.load(loads)
            outcomes = van.outcomes()
            settle(partnership, outcomes, breakers)
            tried += sum(1 for one in outcomes if one.receipt or one.failure)
            stalled = stopping() or any(not (one.receipt or one.failure) for one in outcomes)
            wants_more = van.under_way <= CHUNK // 2 and not stalled
            claimed = claim(partnership) if wants_more else []
    return tried


def tend(partnership: Partnership, *, stopping: Callable[[], bool] = lambda: False) -> None:
    """Whatever the clock has made due in one partnership. A ladder that breaks keeps no message
    waiting."""
    expire(partnership)
    try:
        escalating.climb_due(partnership)
    finally:
        carry(partnership, stopping=stopping)


def sort_out(claimed: list[Delivery], breakers: Breakers) -> tuple[list[Outcome], list[Load]]:
    """Who carries what; and what can not be carried at all, with its reason."""
    late = time.monotonic() + lease().total_seconds() / 3
    hopeless: list[Outcome] = []
    loads: list[Load] = []
    for row in claimed:
        provider = breakers.pick(row.channel, last=row.provider if row.last_failure else "")
        if row.attempts > MOST_ATTEMPTS:
            failure = SendError("gave-up", permanent=True)
            hopeless.append(Outcome(row, provider, failure=failure))
            continue
        if row.parcel is None:  # its address can not be unwrapped
            hopeless.append(Outcome(row, provider, failure=SendError("fault", permanent=True)))
            continue
        loads.append(Load(row, row.parcel, provider, late))
    return hopeless, loads


def expire(partnership: Partnership) -> int:
    """Mark what is too old to be sent, also in the hands of a process that died with it: a stale
    alarm is a false one. Return how many."""
    with within(partnership):
        held = Q(status=Delivery.Status.LEASED, lease_until__gt=Now())
        unsent = Q(status__in=[*Delivery.WAITING, Delivery.Status.LEASED]) & ~held
        stale = Delivery.objects.filter(unsent, expires_at__lte=Now())
        return stale.update(status=Delivery.Status.EXPIRED, lease_until=None)
