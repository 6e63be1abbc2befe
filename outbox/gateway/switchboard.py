"""Leads each HTTP request to its channel, and answers the questions of tests and benchmarks."""

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from urllib.parse import unquote

from outbox.gateway.desk import FrontDesk
from outbox.gateway.devices import Devices
from outbox.gateway.hooks import HookReceiver
from outbox.gateway.http import Ask, Reply, TurnedAway, as_json
from outbox.gateway.ledger import MOST, Wanted
from outbox.gateway.messenger import Messenger
from outbox.gateway.push import PushService
from outbox.gateway.telephone import Telephone

type Handler = Callable[[Ask, list[str]], Reply]


class Switchboard:
    """The first word of a path chooses who answers."""

    def __init__(self, desk: FrontDesk, folder: Path | None = None) -> None:
        self.desk = desk
        self.messenger = Messenger(desk)
        self.telephone = Telephone(desk, self.messenger)
        self.push = PushService(desk, Devices(folder))
        self.hosts: set[str] = set()
        self.rooms: dict[str, Handler] = {
            "send": self.telephone.plain,
            "2010-04-01": self.telephone.twilio,
            "push": self.push.push,
            "devices": self.push.manage,
            "hooks": HookReceiver(desk).serve,
            "control": self.control,
            "received": self.received,
            "counts": self.counts,
        }

    def listen_on(self, host: str, port: int) -> None:
        """From now on its own address is known."""
        named = f"[{host}]" if ":" in host else host
        self.push.origin = f"http://{named}:{port}"
        self.hosts = {f"{named}:{port}", f"localhost:{port}"}

    def serve(self, ask: Ask) -> Reply:
        # A page of a foreign site that a name server leads to this machine is not answered.
        if ask.headers.get("host") not in self.hosts:
            return as_json(421, {"error": "misdirected"})
        room, *rest = ask.path.strip("/").split("/")
        handler = self.rooms.get(room)
        if handler is None:
            return as_json(404, {"error": "not_found"})
        try:
            return handler(ask, [unquote(part) for part in rest])
        except TurnedAway as no:
            return no.answer

    def control(self, ask: Ask, parts: list[str]) -> Reply:
        """Change the mood of a channel; /control/reset: all well again, and nothing received."""
        if ask.method != "POST" or parts not in ([], ["reset"]):
            raise TurnedAway(404, {"error": "not_found"})
        if parts:
            self.desk.moods.reset()
            self.desk.ledger.reset()
            self.telephone.forget()
        else:
            self.desk.moods.change(ask.facts())
        return as_json(
            200, {name: asdict(mood) for name, mood in self.desk.moods.by_channel.items()}
        )

    def received(self, ask: Ask, parts: list[str]) -> Reply:
        """The newest that came: ?channel=, ?since= (ms), ?to= (what it begins or ends with,
        several with commas), ?holds= (what else may stand in the text), ?limit=."""
        asked = ask.asked()
        try:
            wanted = Wanted(
                channel=asked.get("channel", ""),
                since=float(asked.get("since", 0)),
                ends=tuple(filter(None, asked.get("to", "").split(","))),
                holds=asked.get("holds", ""),
                most=int(asked.get("limit", MOST)),
            )
        except ValueError:
            raise TurnedAway(400, {"error": "not_a_number"}) from None
        return as_json(200, self.desk.ledger.newest(wanted))

    def counts(self, ask: Ask, parts: list[str]) -> Reply:
        """How much came on each channel, and when."""
        tallies = self.desk.ledger.tallies
        return as_json(200, {channel: asdict(tally) for channel, tally in tallies.items()})
