"""Somebody's program that is told by webhook: takes what is signed with its secret."""

import binascii
from functools import partial

from standardwebhooks import Webhook, WebhookVerificationError

from outbox.gateway.desk import FrontDesk
from outbox.gateway.http import Answer, Ask, Reply, TurnedAway, as_json
from outbox.gateway.ledger import Arrival


class HookReceiver:
    """PUT /hooks/{name} {"secret": "whsec_…"} opens a place; POST /hooks/{name} is told there."""

    def __init__(self, desk: FrontDesk) -> None:
        self.desk = desk
        self.hooks: dict[str, Webhook] = {}

    def serve(self, ask: Ask, parts: list[str]) -> Reply:
        if len(parts) != 1 or ask.method not in {"PUT", "POST"}:
            raise TurnedAway(404, {"error": "not_found"})
        if ask.method == "PUT":
            return self.open(ask, parts[0])
        return self.desk.pass_on("webhook", partial(self.take, ask, parts[0]))

    def open(self, ask: Ask, name: str) -> Answer:
        try:
            self.hooks[name] = Webhook(str(ask.facts().get("secret", "")))
        except (ValueError, RuntimeError):
            raise TurnedAway(400, {"error": "secret"}) from None
        return as_json(200, {"name": name})

    def take(self, ask: Ask, name: str) -> Answer:
        if name not in self.hooks:
            raise TurnedAway(404, {"error": "no_such_hook"})
        try:
            self.hooks[name].verify(ask.body, dict(ask.headers), json_parse=False)
        except (WebhookVerificationError, binascii.Error, ValueError):
            raise TurnedAway(401, {"error": "signature"}) from None
        text = ask.body.decode()
        self.desk.ledger.take(Arrival("webhook", ask.headers["webhook-id"], name, text))
        return Answer(204)
