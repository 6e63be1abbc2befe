"""Addresses that somebody typed never lead inside: in no spelling, by no name, by no detour."""

import asyncio
import socket

import pytest
from aiohttp import ClientTimeout
from aiohttp.abc import AbstractResolver
from django.utils import translation

from outbox.channels.base import SendError
from outbox.channels.guarded import FAULTS, MOST_BYTES, Guarded, fault_of, verdict
from tests.outbox.odd_server import OddServer

SOON = ClientTimeout(total=3)
INSIDE = [
    "https://127.0.0.1/",
    "https://127.1/",
    "https://127.0.1/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0x7f.0.0.1/",
    "https://0177.0.0.1/",
    "https://017700000001/",
    "https://0/",
    "https://0.0.0.0/",
    "https://①②⑦.⓪.⓪.①/",
    "https://127。0。0。1/",
    "https://10.0.0.5/",
    "https://172.16.0.1/",
    "https://192.168.1.1/",
    "https://169.254.169.254/latest/meta-data/",
    "https://100.64.0.1/",
    "https://224.0.0.1/",
    "https://255.255.255.255/",
    "https://240.0.0.1/",
    "https://198.18.0.1/",
    "https://192.0.2.1/",
    "https://168.63.129.16/",
    "https://[::1]/",
    "https://[::]/",
    "https://[0:0:0:0:0:0:0:1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:7f00:1]/",
    "https://[::127.0.0.1]/",
    "https://[64:ff9b::7f00:1]/",
    "https://[64:ff9b:1::7f00:1]/",
    "https://[2002:7f00:1::]/",
    "https://[2001:0:53aa:64c:0:0:80ff:fffe]/",
    "https://[fe80::1]/",
    "https://[fe80::1%25eth0]/",
    "https://[fc00::1]/",
    "https://[fec0::1]/",
    "https://[ff02::1]/",
    "https://[2001:db8::1]/",
    "https://localhost/",
    "https://LOCALHOST./",
    "https://x.localhost/",
    "https://db/",
    "https://printer.local/",
    "https://metadata.google.internal/",
    "https://nas.home.arpa/",
]
FAULTY = {
    "": "malformed",
    "x": "malformed",
    "https://": "malformed",
    "https:///x": "malformed",
    "https://a b.example/": "malformed",
    "https://a.example\\@127.0.0.1/": "malformed",
    "https://a.example/\r\nX: y": "malformed",
    "https://a.example:99999/": "malformed",
    "https://[::1/": "malformed",
    "http://a.example/": "https",
    "ftp://a.example/": "https",
    "file:///etc/passwd": "malformed",
    "javascript:alert(1)": "malformed",
    "https://u:p@a.example/": "credentials",
    "https://127.0.0.1@a.example/": "credentials",
    "https://a.example@127.0.0.1/": "credentials",
    "https://a.example:22/": "port",
    "https://a.example:80/": "port",
    "https://a.example:1023/": "port",
}
FINE = [
    "https://hooks.example.org/x?y=1",
    "https://hooks.example.org:8443/",
    "https://8.8.8.8/",
    "https://[2606:4700::1111]/",
    "https://münchen.example/",
]


class Names(AbstractResolver):
    """A name server that answers as it is told, one answer after the other."""

    def __init__(self, *answers: str) -> None:
        self.answers = list(answers)
        self.asked = 0

    async def resolve(self, host, port=0, family=socket.AF_INET):
        self.asked += 1
        place = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        family = socket.AF_INET6 if ":" in place else socket.AF_INET
        facts = {"hostname": host, "host": place, "port": port}
        return [{**facts, "family": family, "proto": 0, "flags": socket.AI_NUMERICHOST}]

    async def close(self):
        """Nothing is open."""


def post(url, *, names=None, times=1):
    """The status of each answer, or the code of each refusal."""

    async def all_of_them():
        guarded = Guarded(names)
        found = []
        for _ in range(times):
            try:
                found.append(await guarded.post(url, data=b"{}", headers={}, timeout=SOON))
            except SendError as no:
                found.append((no.code, no.permanent))
        await guarded.close()
        return found

    return asyncio.run(all_of_them())


@pytest.mark.parametrize("url", INSIDE)
def test_a_place_inside_is_refused_in_every_spelling(url):
    assert verdict(url) == "inside"
    assert post(url, names=Names("127.0.0.1")) == [("inside", True)]


@pytest.mark.parametrize(("url", "fault"), FAULTY.items())
def test_an_address_that_can_not_be_is_refused(url, fault):
    assert verdict(url) == fault
    assert post(url, names=Names("127.0.0.1")) == [("malformed", True)]


@pytest.mark.parametrize("url", FINE)
def test_an_address_outside_may_be_called(url):
    assert fault_of(url) is None


@pytest.mark.parametrize(
    "place", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "100.64.0.9", "::1", "::ffff:10.0.0.1"]
)
def test_a_name_that_leads_inside_is_refused(place):
    assert post("https://harmless.example.org/", names=Names(place)) == [("inside", True)]


def test_a_name_with_one_address_outside_and_one_inside_is_refused():
    class Both(Names):
        async def resolve(self, host, port=0, family=socket.AF_INET):
            first = await super().resolve(host, port, family)
            return first + await super().resolve(host, port, family)

    assert post("https://both.example.org/", names=Both("8.8.8.8", "127.0.0.1")) == [
        ("inside", True)
    ]


def test_a_name_is_asked_for_once_and_that_address_is_called(receiver):
    """A name server that says "outside" first and "inside" to the second question is never asked
    a second one; what it said first is what is called."""
    port = receiver.url.rpartition(":")[2]
    names = Names("8.8.8.8", "127.0.0.1")
    connected = []
    asyncio.run(note_connections(f"https://rebinding.example.org:{port}/", names, connected))
    assert names.asked == 1
    assert connected == ["8.8.8.8"]
    assert not receiver.posted


async def note_connections(url, names, connected):
    """Call it, and note which address the connection goes to; the socket itself is kept back."""
    guarded = Guarded(names)
    loop = asyncio.get_running_loop()

    async def sock_connect(sock, address):
        connected.append(address[0])
        raise ConnectionRefusedError

    loop.sock_connect = sock_connect
    with pytest.raises(SendError, match="unreachable"):
        await guarded.post(url, data=b"", headers={}, timeout=SOON)
    await guarded.close()


def test_the_second_connection_is_checked_as_the_first():
    names = Names("10.0.0.1")
    found = post("https://rebinding.example.org/", names=names, times=2)
    assert found == [("inside", True), ("inside", True)]


@pytest.fixture
def redirecting():
    with OddServer() as server:
        yield server


@pytest.fixture
def granted(receiver, settings):
    settings.OUTBOX_INSIDE_HOSTS = [receiver.url.removeprefix("http://")]
    return receiver


def test_a_stand_in_that_the_settings_name_is_called(granted):
    assert post(f"{granted.url}/x") == [200]


def test_only_that_port_of_it_is(granted):
    assert post("http://127.0.0.1:1/x") == [("malformed", True)]
    assert post("https://127.0.0.1:1/x") == [("inside", True)]


def test_a_redirect_is_not_followed(gateway, settings):
    settings.OUTBOX_INSIDE_HOSTS = [gateway.host]
    gateway.control("webhook", fail=302)
    assert post(f"{gateway.url}/hooks/x") == [302]


def test_a_redirect_to_the_inside_is_not_followed(redirecting, settings):
    settings.OUTBOX_INSIDE_HOSTS = [redirecting.host]
    assert post(f"http://{redirecting.host}/") == [302]
    assert redirecting.asked == ["/"]


def test_a_long_answer_is_hung_up_on(redirecting, settings):
    settings.OUTBOX_INSIDE_HOSTS = [redirecting.host]
    assert post(f"http://{redirecting.host}/endless") == [200]
    assert redirecting.sent < 64 * MOST_BYTES


@pytest.mark.parametrize("language", ["en", "es"])
def test_each_fault_is_a_sentence_for_people(language):
    with translation.override(language):
        sentences = {fault_of(url) for url in [*FAULTY, INSIDE[0]]}
    assert len(sentences) == len(FAULTS)
    assert all(sentence.endswith(".") for sentence in sentences)
