"""What the channels of the stand-in share: the ledger, their moods, and how a request passes."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from outbox.gateway.http import Answer, Reply, TurnedAway, as_json
from outbox.gateway.ledger import Ledger
from outbox.gateway.mood import Moods


def plain_no(status: int) -> Answer:
    """How a channel without a form of its own says no."""
    return as_json(status, {"error": "told_to_fail", "status": status})


@dataclass
class FrontDesk:
    """The one place that every request of every channel passes."""

    ledger: Ledger = field(default_factory=Ledger)
    moods: Moods = field(default_factory=Moods)

    def pass_on(
        self,
        channel: str,
        handle: Callable[[], Answer],
        say_no: Callable[[int], Answer] = plain_no,
    ) -> Reply:
        """Count it, and let the channel's mood decide what becomes of it."""
        tally = self.ledger.tallies[channel]
        tally.requests += 1
        code, wait = self.moods.turn(channel)
        try:
            answer = say_no(code) if code else handle()
        except TurnedAway as no:
            answer = no.answer
        if answer.status >= 300:
            tally.refused += 1
        return late(answer, wait) if wait else answer


async def late(answer: Answer, seconds: float) -> Answer:
    await asyncio.sleep(seconds)
    return answer
