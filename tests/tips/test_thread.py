"""The way back: the code, one browser at a time, a quarter of an hour (A8, A10, A11)."""

import datetime as dt
import threading

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.tips.telling import LEAVE, REPLY, RETURN, returned, tell
from tips import actions, codes
from tips.codes import TipCode
from tips.models import Tip, TipMessage, TipSecret

REFUSED, BUSY, SIGNED_OUT = 422, 503, 403


@pytest.fixture
def stretchings(monkeypatch):
    """How often the costly function really ran."""
    seen, real = [], codes.hash_secret_raw

    def counted(*args, **kwargs):
        seen.append(1)
        return real(*args, **kwargs)

    monkeypatch.setattr(codes, "hash_secret_raw", counted)
    return seen


def is_thread(answer):
    return answer.templates[0].name == "tips/tip_thread.html"


def test_the_code_opens_the_thread_in_either_way_of_writing(mapleton):
    code = tell("They push him.")
    for typed in (code, code.lower(), " ".join(codes.parse(code).words("es"))):
        assert "They push him." in returned(typed).get(RETURN).text


def test_the_language_goes_along_into_the_thread(mapleton, client):
    answer = client.post(f"{RETURN}?lang=es", {"code": tell()})
    assert answer.url == f"{RETURN}?lang=es"


def test_the_team_answers_and_the_sender_reads_it(mapleton, coordinator_okafor):
    code = tell("They push him.")
    actions.answer_tip(Tip.objects.get(), "Thank you. On which stairs?", by=coordinator_okafor)
    page = returned(code).get(RETURN)
    assert page.text.index("They push him.") < page.text.index("On which stairs?")
    assert "Okafor" not in page.text
    assert "School safety team" in page.text


@pytest.mark.parametrize("step", ["read_tip", "acknowledge_tip", "close_tip"])
def test_the_sender_sees_how_far_it_has_come(mapleton, coordinator_okafor, step):
    code = tell()
    steps = ["read_tip", "acknowledge_tip", "close_tip"]
    for name in steps[: steps.index(step) + 1]:
        getattr(actions, name)(Tip.objects.get(), by=coordinator_okafor)
    states = [one["state"] for one in returned(code).get(RETURN).context["tip_track"]]
    assert states.count("done") == {"read_tip": 1, "acknowledge_tip": 2, "close_tip": 4}[step]


def test_unknown_and_malformed_codes_get_the_same_answer(mapleton, client):
    code = tell()
    unknown = str(TipCode(12345))
    misspelt = code[:-1] + ("A" if code[-1] != "A" else "B")
    pages = [client.post(RETURN, {"code": typed}) for typed in (unknown, misspelt)]
    assert [page.status_code for page in pages] == [REFUSED, REFUSED]
    said = [page.context["form"].errors.as_text() for page in pages]
    assert said[0] == said[1]
    assert len({len(page.content) for page in pages}) == 1


def test_an_unknown_code_costs_as_much_as_a_known_one(mapleton, stretchings):
    known, seen = tell(), []
    stretchings.clear()
    for typed in (codes.parse(known), TipCode(12345)):
        with CaptureQueriesContext(connection) as queries:
            actions.open_thread(typed)
        seen.append([query["sql"].split()[0] for query in queries])
    assert seen[0] == seen[1]
    assert [word for word in seen[0] if "SAVEPOINT" not in word and word != "RELEASE"] == ["UPDATE"]
    assert len(stretchings) == 2


@pytest.mark.parametrize(
    "typed", ["A" * 10_000, "", "   ", "AAAA-AAAA-AAAA-AAAA-A", "a b c d e f g h"]
)
def test_what_can_not_be_a_code_is_refused_before_any_stretching(
    mapleton, client, stretchings, typed
):
    assert client.post(RETURN, {"code": typed}).status_code == REFUSED
    assert not stretchings


def test_a_crowd_of_codes_waits_in_its_own_line_and_telling_does_not(mapleton, client, monkeypatch):
    code = tell()
    monkeypatch.setattr(codes, "PATIENCE_SECONDS", 0.01)
    with codes.turn(), codes.turn():
        answer = client.post(RETURN, {"code": code})
        assert answer.status_code == BUSY
        assert code in answer.text
        assert tell("somebody needs help now")
    assert client.post(RETURN, {"code": code}).status_code == 302


def test_no_more_than_two_codes_are_stretched_at_once(monkeypatch):
    here, most, door = [], [], threading.Barrier(6)

    def one():
        door.wait()
        with codes.turn():
            here.append(1)
            most.append(len(here))
            here.pop()

    threads = [threading.Thread(target=one) for _ in range(6)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert len(most) == 6
    assert max(most) <= 2


def test_a_second_return_ends_the_first(mapleton):
    code = tell()
    first, second = returned(code), returned(code)
    assert is_thread(second.get(RETURN))
    assert not is_thread(first.get(RETURN))
    assert first.post(REPLY, {"text": "hello?"}).status_code == SIGNED_OUT
    assert not TipMessage.objects.exists()


def test_a_quarter_of_an_hour_without_a_click_closes_the_thread(mapleton):
    code = tell()
    with time_machine.travel(dt.datetime(2026, 11, 23, 8, tzinfo=dt.UTC), tick=False) as clock:
        browser = returned(code)
        for minutes, opens in ((14, True), (14, True), (16, False)):
            clock.shift(dt.timedelta(minutes=minutes))
            assert is_thread(browser.get(RETURN)) is opens


def test_words_typed_too_late_are_shown_and_not_lost(mapleton):
    code = tell()
    with time_machine.travel(dt.datetime(2026, 11, 23, 8, tzinfo=dt.UTC), tick=False) as clock:
        browser = returned(code)
        clock.shift(dt.timedelta(minutes=16))
        answer = browser.post(REPLY, {"text": "it was the back stairs"})
    assert answer.status_code == SIGNED_OUT
    assert "it was the back stairs" in answer.text
    assert "Your time ran out" in answer.text


def test_the_cookie_dies_with_the_window_and_is_out_of_reach_of_scripts(mapleton):
    cookie = returned(tell()).cookies["tell"]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (
        True,
        "Strict",
        "/mapleton/tell/",
    )
    assert (cookie["max-age"], cookie["expires"]) == ("", "")


def test_leaving_ends_the_session_and_clears_the_browser(mapleton):
    code = tell()
    browser = returned(code)
    stolen = browser.cookies["tell"].value
    answer = browser.post(LEAVE)
    assert answer["Clear-Site-Data"] == '"cache", "cookies", "storage"'
    assert answer.url == "/mapleton/"
    thief = Client()
    thief.cookies["tell"] = stolen
    assert not is_thread(thief.get(RETURN))


def test_no_row_tells_whether_a_sender_came_back(mapleton):
    code = tell()
    before = TipSecret.objects.values().get()
    browser = returned(code)
    browser.get(RETURN)
    after = TipSecret.objects.values().get()
    assert before.keys() == after.keys() == {"id", "partnership_id", "tip_id", "lookup", "session"}
    assert len(before.pop("session")) == len(after.pop("session")) == 32
    assert before == after


def test_a_reply_is_sealed_and_a_code_in_it_is_refused(mapleton):
    code = tell()
    browser = returned(code)
    assert browser.post(REPLY, {"text": "the back stairs"}).url == RETURN
    refused = browser.post(REPLY, {"text": f"see {code}"})
    assert refused.status_code == REFUSED
    assert "Your code is in there." in refused.text
    assert [message.text for message in TipMessage.objects.all()] == ["the back stairs"]


def test_a_reply_too_long_or_unreadable_is_kept_in_the_field(mapleton):
    browser = returned(tell())
    for text in ("x" * 4001, "a\x00long story", ""):
        answer = browser.post(REPLY, {"text": text})
        assert answer.status_code == REFUSED
        assert text.replace("\x00", "") in answer.text
    assert not TipMessage.objects.exists()


def test_a_reply_to_a_closed_tip_opens_it_again(mapleton, coordinator_okafor):
    code = tell()
    for step in (actions.read_tip, actions.acknowledge_tip, actions.close_tip):
        step(Tip.objects.get(), by=coordinator_okafor)
    returned(code).post(REPLY, {"text": "it began again"})
    tip = Tip.objects.get()
    assert (tip.status, tip.holder, tip.sender_waits) == (Tip.Status.READ, None, True)


def test_one_code_opens_no_other_thread(mapleton):
    red, blue = tell("the red bike"), tell("the blue bike")
    assert "the blue bike" not in returned(red).get(RETURN).text
    assert "the red bike" not in returned(blue).get(RETURN).text


def test_a_code_opens_nothing_in_another_partnership(mapleton, oakridge, client):
    code = tell()
    assert client.post("/oakridge/tell/return/", {"code": code}).status_code == REFUSED
    browser = returned(code)
    browser.cookies["tell"]["path"] = "/"
    assert not is_thread(browser.get("/oakridge/tell/return/"))


def test_a_forged_or_broken_cookie_leads_to_the_code(mapleton):
    for value in ("", "x", "a:b:c", "é" * 300):
        browser = Client()
        browser.cookies["tell"] = value
        assert browser.get(RETURN).status_code == 200


def test_after_the_words_are_shredded_the_code_opens_nothing(mapleton):
    code = tell()
    Tip.objects.get().shred()
    assert not is_thread(returned(code).get(RETURN))
