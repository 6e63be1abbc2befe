"""How a channel of the stand-in behaves: well, or as badly as it was told to."""

from dataclasses import dataclass, fields, replace
from typing import Any

from outbox.gateway.http import TurnedAway

CHANNELS = ("email", "sms", "voice", "push", "webhook")


@dataclass(frozen=True)
class Mood:
    """What one channel does to the next requests.

    fail: the HTTP status, or on the mail channel the SMTP code, it says no with; 0: it does not
    stall: for so many seconds the answer is held back, although the message was taken
    times: so many requests are failed and stalled, and then no more; None: all of them
    latency_ms: how long every answer takes
    press: the key that whoever picks up the telephone presses
    """

    fail: int = 0
    stall: float = 0.0
    times: int | None = None
    latency_ms: float = 0.0
    duplicate_callbacks: bool = False
    reorder_callbacks: bool = False
    no_callbacks: bool = False
    press: str = ""


KINDS: dict[str, tuple[type, ...]] = {
    "fail": (int,),
    "stall": (int, float),
    "times": (int, type(None)),
    "latency_ms": (int, float),
    "press": (str,),
    **{f.name: (bool,) for f in fields(Mood) if f.name.endswith("_callbacks")},
}


class Moods:
    """The mood of every channel; `usual_ms` is the latency of a calm one."""

    def __init__(self, usual_ms: float = 0.0) -> None:
        self.calm = Mood(latency_ms=usual_ms)
        self.by_channel = dict.fromkeys(CHANNELS, self.calm)

    def reset(self) -> None:
        self.by_channel = dict.fromkeys(CHANNELS, self.calm)

    def change(self, facts: dict[str, Any]) -> None:
        """What is named changes; the rest stays, but `times` counts anew."""
        changes = {name: value for name, value in facts.items() if name != "channel"}
        for name, value in changes.items():
            if name not in KINDS or not isinstance(value, KINDS[name]):
                raise TurnedAway(400, {"error": "unknown", "name": name})
        for channel in named(facts.get("channel")):
            mood = self.by_channel[channel]
            self.by_channel[channel] = replace(mood, **{"times": None, **changes})

    def turn(self, channel: str) -> tuple[int, float]:
        """For the next request: the code it is failed with, and the seconds its answer waits."""
        mood = self.by_channel[channel]
        wait = mood.latency_ms / 1000
        if not (mood.fail or mood.stall) or mood.times == 0:
            return 0, wait
        if mood.times is not None:
            self.by_channel[channel] = replace(mood, times=mood.times - 1)
        return mood.fail, wait + mood.stall


def named(channel: object) -> tuple[str, ...]:
    if channel == "all":
        return CHANNELS
    if channel not in CHANNELS:
        raise TurnedAway(400, {"error": "unknown", "name": "channel"})
    return (str(channel),)
