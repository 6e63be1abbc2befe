"""The only way to call an address that somebody typed: never inward, never on to another place,
and never longer or for more than was asked."""

import socket
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from yarl import URL

from outbox.channels.base import SendError

ABREAST = 100
# Of an answer, only its first line matters; so much may follow.
MOST_BYTES = 64 * 1024
FIRST_FREE_PORT, HTTPS_PORT = 1024, 443
# Addresses that carry another one inside them, which nobody else checks: IPv4 in IPv6 in all its
# forms (mapped, compatible, NAT64, 6to4, Teredo); and the site-local ones of old.
DISGUISES = [
    IPv6Network(network)
    for network in (
        "::ffff:0:0/96",
        "::/96",
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "2002::/16",
        "2001::/32",
        "fec0::/10",
    )
]
# What `is_global` lets pass, and is not: the anycast of 6to4, and clouds' own metadata.
INWARD = [IPv4Network(network) for network in ("192.88.99.0/24", "168.63.129.16/32")]
INNER_NAMES = (".localhost", ".local", ".internal", ".intranet", ".lan", ".home.arpa")
FAULTS: dict[str, Promise] = {
    "malformed": _("This is not a whole address. It has to begin with https://."),
    "https": _("The address has to begin with https://."),
    "credentials": _("Leave the user name and the passphrase out of the address."),
    "port": _("The port has to be 443, or 1024 and up."),
    "inside": _(
        "This address leads into a private network. Give one that stands open to the Internet."
    ),
}


def fault_of(url: str) -> str | None:
    """What is wrong with an address that somebody typed, in words for them; None: nothing that
    can be seen without calling it."""
    code = verdict(url)
    return str(FAULTS[code]) if code else None


def verdict(url: str) -> str:
    """The key of what is wrong with an address (FAULTS); empty where it may be called."""
    if any(letter <= " " or letter in "\\\x7f" for letter in url):
        return "malformed"
    try:
        # The same reader as the one that will call it: two readers can be played off.
        parts = URL(url)
        host, port = parts.raw_host, parts.port
    except ValueError:
        return "malformed"
    if not host or port is None:
        return "malformed"
    return "" if is_granted(host, port) else _verdict(parts, host.lower().rstrip("."), port)


def see_outside(url: str) -> None:
    """Raise SendError for an address that must not be called."""
    if code := verdict(url):
        raise SendError("inside" if code == "inside" else "malformed", permanent=True)


def _verdict(parts: URL, host: str, port: int) -> str:
    if parts.user is not None or parts.password is not None:
        return "credentials"
    if parts.scheme != "https":
        return "https"
    if leads_inward(host):
        return "inside"
    return "" if port == HTTPS_PORT or port >= FIRST_FREE_PORT else "port"


def is_granted(host: str, port: int) -> bool:
    """Whether the settings allow this place although it may stand inside."""
    return f"{host}:{port}" in settings.OUTBOX_INSIDE_HOSTS


def leads_inward(host: str) -> bool:
    """Whether a name or a number means a place inside, in whatever spelling."""
    try:
        return is_inside(ip_address(host))
    except ValueError:
        pass
    try:
        # 127.1, 0x7f000001, 2130706433, 0177.0.0.1: what the system takes as a number, is one.
        socket.inet_aton(host)
    except OSError:
        return "." not in host or f".{host}".endswith(INNER_NAMES)
    return True


def is_inside(address: IPv4Address | IPv6Address) -> bool:
    """Whether an address is anything but one that the whole Internet reaches."""
    if isinstance(address, IPv6Address):
        hidden = any(address in network for network in DISGUISES)
    else:
        hidden = any(address in network for network in INWARD)
    return hidden or address.is_multicast or address.is_reserved or not address.is_global


class OutwardResolver(AbstractResolver):
    """Looks a name up once; what it lets through is what will be called."""

    def __init__(self, inner: AbstractResolver | None = None) -> None:
        self._inner = inner or aiohttp.ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        found = await self._inner.resolve(host, port, family)
        if not is_granted(host, port) and any(
            is_inside(ip_address(place["host"])) for place in found
        ):
            raise SendError("inside", permanent=True)
        return found

    async def close(self) -> None:
        await self._inner.close()


class Guarded:
    """A kept session towards places that strangers have named."""

    def __init__(self, resolver: AbstractResolver | None = None) -> None:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=ABREAST, limit_per_host=ABREAST, resolver=OutwardResolver(resolver)
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
        )

    async def post(
        self, url: str, *, data: bytes, headers: dict[str, str], timeout: aiohttp.ClientTimeout
    ) -> int:
        """The status of the answer. Raises SendError where it may not be called, or does not
        answer; what is answered beside the status is dropped."""
        see_outside(url)
        asking: dict[str, Any] = {"data": data, "headers": headers, "timeout": timeout}
        try:
            async with self._session.post(url, allow_redirects=False, **asking) as response:
                await drop(response)
                return response.status
        except TimeoutError:
            raise SendError("timeout") from None
        except aiohttp.ClientSSLError:
            raise SendError("certificate") from None
        except (aiohttp.ClientError, OSError):
            raise SendError("unreachable") from None

    async def close(self) -> None:
        await self._session.close()


async def drop(response: aiohttp.ClientResponse) -> None:
    """Read a short answer to its end, so that the connection can be used again; hang up on a
    long one."""
    read = 0
    async for piece in response.content.iter_any():
        read += len(piece)
        if read > MOST_BYTES:
            response.close()
            return
