"""One word, told and answered and told again, is found nowhere: not in a backup of either database,
not with the broker, not in a log, not in a letter (A1, A5)."""

import logging

import pytest
from django.test import Client
from django.test.utils import override_settings

from outbox import sending
from partnership.crypto import Shredded
from partnership.logs import PlainFormatter
from partnership.models import Partnership
from partnership.tenancy import within
from tests.conftest import district, member
from tests.flows import canary
from tips import actions
from tips.models import Kind, Tip

WORD, ANSWER, REPLY, WHO = (
    "CANARY-7f3-heron",
    "CANARY-9b1-otter",
    "CANARY-4c2-finch",
    "CANARY-e5-lynx",
)
ADDRESS, DEVICE = "203.0.113.77", "CANARY-UA"
TELL = "/mapleton/tell"


class Pile(logging.Handler):
    """All that is logged, with the portal's own formatter and bare."""

    def __init__(self):
        super().__init__(level=logging.DEBUG)
        self.bytes = b""

    def emit(self, record):
        said = f"{PlainFormatter().format(record)} {record.getMessage()} {record.args}\n"
        self.bytes += said.encode()


@pytest.fixture
def logged():
    """Every logger at its most talkative, bar the database's own statements."""
    pile, root = Pile(), logging.getLogger()
    level = root.level
    root.addHandler(pile)
    root.setLevel(logging.DEBUG)
    yield pile
    root.removeHandler(pile)
    root.setLevel(level)


@pytest.fixture
def browser():
    return Client(
        headers={"X-Forwarded-For": ADDRESS, "User-Agent": DEVICE},
        REMOTE_ADDR=ADDRESS,
        raise_request_exception=False,
    )


@pytest.fixture
def left_behind(transactional_db, settings, tmp_path, logged, browser):
    """A whole talk with a canary in each message; then what lies where."""
    settings.MAILBOX_DIR = tmp_path / "mailbox"
    settings.MAILERS = {"default": {"BACKEND": "outbox.channels.mailbox.MailboxBackend"}}
    mapleton = district("Mapleton")
    code = talk(mapleton, browser)
    sending.carry(mapleton)
    mistakes(browser)
    return {
        "code": code,
        "the main database": canary.dump("default"),
        "the vault": canary.dump("vault"),
        "the broker": canary.broker(),
        "the letters": canary.files_under(tmp_path),
        "the logs": logged.bytes,
    }


def talk(mapleton, browser):
    with within(mapleton):
        keeper = member("okafor", mapleton, "coordinator")
    said = {"text": f"There is {WORD}", "who": WHO, "adult_name": WHO, "kind": Kind.LIFE}
    code = browser.post(f"{TELL}/form/", said).context["code"]
    with within(mapleton):
        actions.read_tip(Tip.objects.get(), by=keeper)
        actions.answer_tip(Tip.objects.get(), f"Where is {ANSWER}?", by=keeper)
    browser.post(f"{TELL}/return/", {"code": code})
    assert browser.post(f"{TELL}/reply/", {"text": f"Under {REPLY}"}).status_code == 302
    assert ANSWER in browser.get(f"{TELL}/return/").text
    return code


def mistakes(browser):
    """What goes wrong is a place for words to leak too: refused, unknown, and broken inside."""
    assert browser.post(f"{TELL}/form/", {"text": WORD * 400}).status_code == 422
    assert browser.post(f"{TELL}/return/", {"code": WORD}).status_code == 422
    with override_settings(TIP_PEPPER=""):
        assert browser.post(f"{TELL}/form/", {"text": WORD, "who": WHO}).status_code == 500


def test_no_word_of_a_talk_lies_anywhere(left_behind):
    code = left_behind.pop("code")
    for place, pile in left_behind.items():
        found = canary.found_in(pile, WORD, ANSWER, REPLY, WHO, code, code.replace("-", ""))
        assert not found, f"{found} in {place}"


def test_no_address_and_no_device_of_a_sender_lies_anywhere(left_behind):
    left_behind.pop("code")
    for place, pile in left_behind.items():
        assert not canary.found_in(pile, ADDRESS, DEVICE), place


def test_the_key_of_a_tip_lies_only_in_the_database(left_behind):
    with within(district_of_test()):
        tip = str(Tip.objects.get().pk)
    assert canary.found_in(left_behind["the main database"], tip)
    for place in ("the vault", "the broker", "the letters", "the logs"):
        assert not canary.found_in(left_behind[place], tip), place


def test_something_was_left_in_each_place(left_behind):
    signs = {
        "the main database": b"tips_tip",
        "the vault": b"vault_share",
        "the broker": b"outbox.tasks.carry",
        "the letters": b"URGENT",
        "the logs": b"ImproperlyConfigured",
    }
    assert {place: sign in left_behind[place] for place, sign in signs.items()} == dict.fromkeys(
        signs, True
    )


def test_a_backup_of_the_database_opens_nothing_once_the_vault_forgot(left_behind):
    with within(district_of_test()):
        Tip.objects.get().shred()
        with pytest.raises(Shredded):
            _ = Tip.objects.get().text


@pytest.mark.parametrize("way", sorted(canary.written_ways(WORD)))
def test_the_search_would_find_the_word(way):
    assert canary.found_in(b"\x00before" + way + b"after", WORD) == {WORD}
    assert not canary.found_in(b"\x00before" + way[1:] + b"after", ANSWER)


def district_of_test():
    return Partnership.objects.get(slug="mapleton")
