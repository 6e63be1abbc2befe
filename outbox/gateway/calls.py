"""A telephone call: rings, reads aloud what the portal says (TwiML), and may press a key."""

from dataclasses import dataclass
from urllib.parse import urljoin
from xml.etree import ElementTree

from outbox.gateway.ledger import Arrival
from outbox.gateway.messenger import Messenger, TwilioReporter

NOTHING_SAID = "An application error has occurred."


@dataclass(frozen=True)
class Call:
    """One call under way; `events`: the states before its end that are reported."""

    voice: TwilioReporter
    url: str
    arrival: Arrival
    events: list[str]


async def hold(call: Call, messenger: Messenger) -> None:
    """From the first ring to the end. Out of order means here: the end is reported first."""
    mood = messenger.desk.moods.by_channel["voice"]
    statuses = [*call.events, "completed"]
    if call.voice.url and not mood.reorder_callbacks:
        await messenger.tell("voice", call.voice, call.events)
    await listen(call, messenger, mood.press)
    if call.voice.url:
        rest = statuses if mood.reorder_callbacks else ["completed"]
        await messenger.tell("voice", call.voice, rest)


async def listen(call: Call, messenger: Messenger, press: str) -> None:
    """Hear the text, press the key, hear the answer to that."""
    words, action = await hear(call.voice, call.url, messenger)
    if press and action:
        reply, _ = await hear(call.voice, urljoin(call.url, action), messenger, Digits=press)
        words = f"{words}\n[{press}]\n{reply}"
    call.arrival.text = words or NOTHING_SAID
    messenger.desk.ledger.note(call.arrival)


async def hear(
    voice: TwilioReporter, url: str, messenger: Messenger, **more: str
) -> tuple[str, str]:
    """The words at an address, and where a key press goes."""
    envelope = voice.envelope(url, CallStatus="in-progress", **more)
    status, text = await messenger.post(envelope)
    return understood(text, url) if status == 200 else ("", "")


def understood(text: str, url: str) -> tuple[str, str]:
    """What a TwiML document says, and where its Gather leads; without an action, to itself."""
    try:
        document = ElementTree.fromstring(text)  # noqa: S314 - our own portal's, on this machine
    except ElementTree.ParseError:
        return "", ""
    said = ["".join(say.itertext()).strip() for say in document.iter("Say")]
    gather = document.find(".//Gather")
    action = "" if gather is None else gather.get("action") or url
    return "\n".join(said), action
