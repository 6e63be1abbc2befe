"""The telephone company: text messages and calls, in Twilio's form and in plain JSON."""

import base64
import binascii
import re
import secrets
from email.utils import formatdate
from functools import lru_cache, partial
from typing import Any
from urllib.parse import urlsplit

from outbox.gateway.calls import Call, hold
from outbox.gateway.desk import FrontDesk
from outbox.gateway.http import Answer, Ask, Reply, TurnedAway, as_json
from outbox.gateway.ledger import Arrival
from outbox.gateway.messenger import Messenger, PlainReporter, TwilioReporter

NUMBER = re.compile(r"\+[1-9]\d{6,14}")
UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# Numbers that Twilio's test credentials answer so.
INVALID, OPTED_OUT = "+15005550001", "+15005550004"
STATUSES = ("queued", "sent", "delivered")
EVENTS = {"initiated": "initiated", "ringing": "ringing", "answered": "in-progress"}
VERSION = "2010-04-01"


class Telephone:
    """Twilio's: /2010-04-01/Accounts/{sid}/Messages.json and /Calls.json. Plain: /send/sms and
    /send/voice. Whoever shows an account and any token may; the token signs the callbacks."""

    def __init__(self, desk: FrontDesk, messenger: Messenger) -> None:
        self.desk, self.messenger = desk, messenger
        self.names: dict[str, str] = {}
        self.forms = {"Messages.json": ("sms", self.message), "Calls.json": ("voice", self.call)}

    def twilio(self, ask: Ask, parts: list[str]) -> Reply:
        """The API in Twilio's form."""
        if ask.method != "POST" or len(parts) != 3 or parts[2] not in self.forms:
            raise TurnedAway(404, problem(20404, 404, "The requested resource was not found"))
        channel, take = self.forms[parts[2]]
        return self.desk.pass_on(channel, partial(take, ask, parts[1]), twilio_no)

    def message(self, ask: Ask, account: str) -> Answer:
        form, token = signed_in(ask, account)
        see_number(form.get("To", ""))
        if "Body" not in form:
            raise TurnedAway(400, problem(21602, 400, "Message body is required."))
        sid, url = f"SM{secrets.token_hex(16)}", form.get("StatusCallback", "")
        name = ask.headers.get("idempotency-key") or named_by(url) or sid
        self.desk.ledger.take(Arrival("sms", name, form["To"], form["Body"]))
        if url:
            params = told(account, form) | {"MessageSid": sid, "SmsSid": sid}
            voice = TwilioReporter("Message", url, token, params)
            self.messenger.start(self.messenger.tell("sms", voice, STATUSES))
        return as_json(201, resource(account, form, sid, "Messages") | {"body": form["Body"]})

    def call(self, ask: Ask, account: str) -> Answer:
        form, token = signed_in(ask, account)
        see_number(form.get("To", ""))
        url, callback = form.get("Url", ""), form.get("StatusCallback", "")
        if not url:
            raise TurnedAway(400, problem(21205, 400, "Url parameter is required."))
        sid = f"CA{secrets.token_hex(16)}"
        name = ask.headers.get("idempotency-key") or named_by(callback, url) or sid
        arrival = Arrival("voice", name, form["To"])
        self.desk.ledger.take(arrival)
        params = told(account, form) | {"CallSid": sid, "Direction": "outbound-api"}
        events = [EVENTS[event] for event in EVENTS if event in form.get("events", "").split()]
        voice = TwilioReporter("Call", callback, token, params)
        self.messenger.start(hold(Call(voice, url, arrival, events), self.messenger))
        return as_json(201, resource(account, form, sid, "Calls"))

    def plain(self, ask: Ask, parts: list[str]) -> Reply:
        """The API in plain JSON; a second copy with the same Idempotency-Key gets the same id."""
        if ask.method != "POST" or parts not in (["sms"], ["voice"]):
            raise TurnedAway(404, {"error": "not_found"})
        return self.desk.pass_on(parts[0], partial(self.send, ask, parts[0]))

    def send(self, ask: Ask, channel: str) -> Answer:
        _, secret = credentials(ask.headers.get("authorization", ""))
        if not secret:
            raise TurnedAway(401, {"code": "unauthorized"})
        facts = ask.facts()
        to, text = str(facts.get("to", "")), str(facts.get("text", ""))
        if fault := fault_of(to):
            raise TurnedAway(400, {"code": fault})
        key = ask.headers.get("idempotency-key") or str(facts.get("id") or secrets.token_hex(16))
        name = self.names.get(f"{channel} {key}") or secrets.token_hex(16)
        if self.desk.ledger.take(Arrival(channel, key, to, text)):
            self.names[f"{channel} {key}"] = name
            self.call_back(channel, name, secret, facts)
        return as_json(200, {"id": name, "status": "queued"})

    def call_back(self, channel: str, name: str, secret: str, facts: dict[str, Any]) -> None:
        if not facts.get("callback"):
            return
        press = self.desk.moods.by_channel[channel].press if channel == "voice" else ""
        voice = PlainReporter(name, str(facts.get("id", "")), str(facts["callback"]), secret, press)
        self.messenger.start(self.messenger.tell(channel, voice, STATUSES))

    def forget(self) -> None:
        self.names.clear()


@lru_cache(maxsize=256)
def credentials(header: str) -> tuple[str, str]:
    """Name and password of a Basic authorization; empty where there is none."""
    scheme, _, coded = header.partition(" ")
    try:
        text = base64.b64decode(coded, validate=True).decode() if scheme == "Basic" else ""
    except (binascii.Error, ValueError):
        text = ""
    name, _, password = text.partition(":")
    return name, password


def signed_in(ask: Ask, account: str) -> tuple[dict[str, str], str]:
    """The form, and the token of the account it stands under; "events" is all that are wanted."""
    name, token = credentials(ask.headers.get("authorization", ""))
    if name != account or not token:
        raise TurnedAway(401, problem(20003, 401, "Authenticate"))
    fields = ask.form()
    form = {name: values[0] for name, values in fields.items()}
    return form | {"events": " ".join(fields.get("StatusCallbackEvent", []))}, token


def fault_of(number: str) -> str:
    if not NUMBER.fullmatch(number) or number == INVALID:
        return "invalid-number"
    return "opted-out" if number == OPTED_OUT else ""


def see_number(number: str) -> None:
    fault = fault_of(number)
    if fault == "invalid-number":
        words = f"The 'To' number {number} is not a valid phone number."
        raise TurnedAway(400, problem(21211, 400, words))
    if fault:
        raise TurnedAway(400, problem(21610, 400, "Attempt to send to unsubscribed recipient"))


def problem(code: int, status: int, message: str) -> dict[str, Any]:
    """An error as Twilio says it."""
    more = f"https://www.twilio.com/docs/errors/{code}"
    return {"code": code, "message": message, "more_info": more, "status": status}


def twilio_no(status: int) -> Answer:
    return as_json(status, problem(20000 + status, status, "Told to fail"))


def told(account: str, form: dict[str, str]) -> dict[str, str]:
    """What every callback of theirs says."""
    ends = {"To": form["To"], "From": form.get("From", "")}
    return {"AccountSid": account, "ApiVersion": VERSION, **ends}


def resource(account: str, form: dict[str, str], sid: str, kind: str) -> dict[str, Any]:
    """A message or a call as their API shows it."""
    return {
        "sid": sid,
        "account_sid": account,
        "api_version": VERSION,
        "to": form["To"],
        "from": form.get("From", ""),
        "status": "queued",
        "direction": "outbound-api",
        "date_created": formatdate(usegmt=False),
        "date_updated": formatdate(usegmt=False),
        "error_code": None,
        "error_message": None,
        "price": None,
        "uri": f"/{VERSION}/Accounts/{account}/{kind}/{sid}.json",
    }


def named_by(*urls: str) -> str:
    """The delivery that a callback address names: theirs has no place for the sender's own id."""
    found = [UUID.findall(urlsplit(url).path) for url in urls]
    return next((ids[-1] for ids in found if ids), "")
