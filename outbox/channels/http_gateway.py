"""Any telephone gateway that takes a message by POST as JSON. Ten thousand pass here at once: one
session, bytes put together by hand, and nothing done twice."""

import json
import re
from functools import lru_cache
from typing import Any

import aiohttp
from yarl import URL

from outbox.channels.account import DEAD, Account, callback_url
from outbox.channels.base import Parcel, Receipt, SendError
from outbox.channels.words import words_of
from outbox.models import Urgency

NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")
ABREAST = 100
USUAL = aiohttp.ClientTimeout(total=10)
HURRIED = aiohttp.ClientTimeout(total=3)


class HttpGateway:
    """Posts {"id", "to", "from", "text", "callback"}. The id is the Idempotency-Key as well, so
    that a second copy can be told as one."""

    def __init__(self, account: Account) -> None:
        self._url = URL(account.base)
        self._sender = json.dumps(account.sender)
        self._session = aiohttp.ClientSession(
            headers={"Content-Type": "application/json", **authorization(account)},
            skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding"),
            connector=aiohttp.TCPConnector(limit=ABREAST, ttl_dns_cache=60),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
        )

    async def send(self, parcel: Parcel) -> Receipt:
        key = str(parcel.id)
        body = self._body(parcel, key)
        try:
            async with self._session.post(
                self._url,
                data=body,
                headers={"Idempotency-Key": key},
                timeout=HURRIED if parcel.urgency == Urgency.PANIC else USUAL,
                allow_redirects=False,
            ) as response:
                answer = facts_in(await response.read())
                status = response.status
        except TimeoutError:
            raise SendError("timeout") from None
        except (aiohttp.ClientError, OSError):
            raise SendError("unreachable") from None
        if not 200 <= status < 300:
            raise failure_of(status, code_in(answer))
        return Receipt(str(answer.get("id", ""))[:100])

    async def close(self) -> None:
        await self._session.close()

    def _body(self, parcel: Parcel, key: str) -> bytes:
        number = e164(parcel.address)
        callback = callback_url(parcel.channel, parcel.slug, key)
        return (
            f'{{"id":"{key}","to":"{number}","from":{self._sender},'
            f'"text":{in_json(words_of(parcel))},"callback":"{callback}"}}'
        ).encode()


def authorization(account: Account) -> dict[str, str]:
    """Put together once, and not for each of ten thousand."""
    if not account.user:
        return {}
    return {"Authorization": aiohttp.encode_basic_auth(account.user, account.secret)}


def e164(address: str) -> str:
    """The number, if it is one. Raises SendError."""
    if not NUMBER.fullmatch(address):
        raise SendError("malformed", address_is_dead=True)
    return address


@lru_cache(maxsize=512)
def in_json(text: str) -> str:
    return json.dumps(text)


def facts_in(body: bytes) -> dict[str, Any]:
    """The JSON object of an answer; an empty one where there is none."""
    try:
        facts = json.loads(body)
    except ValueError:
        return {}
    return facts if isinstance(facts, dict) else {}


def code_in(facts: dict[str, Any]) -> str:
    """Why a gateway could not, in its own short code, spelled as ours are."""
    return str(facts.get("code") or facts.get("error") or "").lower().replace("_", "-")


def failure_of(status: int, code: str) -> SendError:
    """What a gateway's no means. Only what it says of this number or this message is for good;
    everything else is its own trouble or ours, and somebody may be mending it."""
    if code in DEAD:
        return SendError(code, address_is_dead=True)
    if status in {401, 403}:
        return SendError("unauthorized")
    return SendError(f"http-{status}", permanent=status in {400, 413, 422})
