"""Which provider is asked next: one that fails is left alone for a while, and nothing is dropped.

The rows (outbox.models.Provider) are shared by all processes and are what the operator sees.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models.functions import Now

from outbox.channels.providers import names_of, served_channels
from outbox.models import Provider

# So many failures in a row close a provider, for this long.
FAILURES, REST_SECONDS = 5, 10


@dataclass(frozen=True)
class Trial:
    """What one attempt says of its provider: `code` is empty for a yes."""

    provider: str
    code: str


class Breakers:
    """The state of all providers as it was a moment ago."""

    def __init__(self) -> None:
        closed = Provider.objects.filter(closed_until__gt=Now())
        self._closed = set(closed.values_list("name", flat=True))

    def pick(self, channel: str, *, last: str) -> str:
        """The provider for the next attempt: open ones first, and not the one that has just
        failed while there is another. Closed ones rather than none: nothing is dropped."""
        names = names_of(channel)
        willing = [name for name in names if name not in self._closed] or names
        others = [name for name in willing if name != last]
        return (others or willing or [f"{channel}-1"])[0]

    def others_than(self, provider: str) -> bool:
        """Whether the same message could go by another provider at once."""
        channel = provider.rpartition("-")[0]
        return any(name != provider and name not in self._closed for name in names_of(channel))

    def note(self, trials: Iterable[Trial]) -> None:
        """Count what happened, by the database's clock; who failed too often rests."""
        noted = list(trials)
        for name in {trial.provider for trial in noted}:
            mine = [trial.code for trial in noted if trial.provider == name]
            if _count(name, mine):
                self._closed.add(name)
            elif "" in mine:
                self._closed.discard(name)


COUNT = """
INSERT INTO outbox_provider AS p
    (name, channel, failures, closed_until, last_yes_at, last_no_at, last_code)
VALUES (%(name)s, %(channel)s, %(row)s, CASE WHEN %(row)s >= %(most)s THEN now() + %(rest)s END,
    CASE WHEN %(yes)s THEN now() END, CASE WHEN %(code)s <> '' THEN now() END, %(code)s)
ON CONFLICT (name) DO UPDATE SET
    failures = CASE WHEN %(yes)s THEN %(row)s ELSE p.failures + %(row)s END,
    closed_until = CASE
        WHEN (CASE WHEN %(yes)s THEN %(row)s ELSE p.failures + %(row)s END) >= %(most)s
        THEN now() + %(rest)s END,
    last_yes_at = CASE WHEN %(yes)s THEN now() ELSE p.last_yes_at END,
    last_no_at = CASE WHEN %(code)s <> '' THEN now() ELSE p.last_no_at END,
    last_code = CASE WHEN %(code)s <> '' THEN %(code)s ELSE p.last_code END
RETURNING closed_until IS NOT NULL
"""


def _count(name: str, codes: list[str]) -> bool:
    """Add one provider's outcomes to its row; return whether it rests now."""
    row = 0
    for code in codes:
        row = row + 1 if code else 0
    facts: dict[str, Any] = {
        "name": name,
        "channel": name.rpartition("-")[0],
        "row": row,
        "yes": "" in codes,
        "code": next((code for code in reversed(codes) if code), ""),
        "most": FAILURES,
        "rest": f"{REST_SECONDS} seconds",
    }
    with connection.cursor() as cursor:
        cursor.execute(COUNT.replace("%(rest)s", "%(rest)s::interval"), facts)
        (rests,) = cursor.fetchone()
    return bool(rests)


def names_of_all() -> list[str]:
    """Every provider of this installation, in order."""
    return [name for channel in served_channels() for name in names_of(channel)]
