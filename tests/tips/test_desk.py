"""The team's pages: the most dangerous first, one tip in words, and nothing for anybody else."""

import datetime as dt
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from partnership.models import AuditEntry
from tips import actions
from tips.models import Adult, AdultRole, Details, Kind, Tip, TipMessage

LIST, CARD = "/mapleton/tips/", "/mapleton/tips/card/"


@pytest.fixture
def tip(maple_high, principal_rivera, officer_chen, coordinator_okafor):
    details = Details(who="the tall one", place="bus", when="week", language="es")
    return actions.submit_tip(
        school=maple_high, text="There is a fight planned.", kind=Kind.FIGHT, details=details
    )


def page_of(tip, step=""):
    return f"{LIST}{tip.pk}/{step}"


def moved_back(tip, hours):
    hour = tip.received_hour - dt.timedelta(hours=hours)
    Tip.objects.filter(pk=tip.pk).update(received_hour=hour)


def test_the_most_dangerous_stands_first_then_the_longest_waiting(
    sign_in, maple_high, principal_rivera
):
    order = [(Kind.BULLY, 9), (Kind.LIFE, 1), (Kind.FIGHT, 3), (Kind.LIFE, 5), (Kind.OTHER, 20)]
    for kind, hours in order:
        moved_back(actions.submit_tip(school=maple_high, text="...", kind=kind), hours)
    page = sign_in(principal_rivera).get(LIST)
    ages = [(row.kind, row.age) for row in page.context["tips"]]
    assert ages == [
        ("life", "about 5 h"),
        ("life", "about 1 h"),
        ("fight", "about 3 h"),
        ("other", "about 20 h"),
        ("bully", "about 9 h"),
    ]


def test_the_list_shows_facts_and_never_words(sign_in, tip, principal_rivera):
    page = sign_in(principal_rivera).get(LIST)
    assert "A fight" in page.text
    assert "Maple High" in page.text
    assert "planned" not in page.text
    assert Tip.objects.get().status == Tip.Status.RECEIVED


def test_the_list_costs_the_same_for_one_and_for_fifty(sign_in, tip, maple_high, principal_rivera):
    client, costs = sign_in(principal_rivera), []
    client.get(LIST)
    for more in (0, 49):
        for _ in range(more):
            actions.submit_tip(school=maple_high, text="...")
        with CaptureQueriesContext(connection) as queries:
            page = client.get(LIST)
        costs.append(len(queries))
    assert len(page.context["tips"]) == 50
    assert costs[0] == costs[1] <= 16


def test_after_fifty_a_new_page_begins(sign_in, maple_high, principal_rivera):
    for _ in range(51):
        actions.submit_tip(school=maple_high, text="...")
    client = sign_in(principal_rivera)
    assert "?page=2" in client.get(LIST).text
    assert len(client.get(f"{LIST}?page=2").context["tips"]) == 1


def test_the_chips_count_what_stands_behind_them(
    sign_in, maple_high, principal_rivera, officer_chen
):
    tips = [actions.submit_tip(school=maple_high, text="...") for _ in range(4)]
    actions.acknowledge_tip(tips[0], by=officer_chen)
    actions.acknowledge_tip(tips[1], by=officer_chen)
    actions.close_tip(tips[1], by=officer_chen)
    client = sign_in(principal_rivera)
    chips = client.get(LIST).context["chips"]
    assert [chip["count"] for chip in chips] == [2, 3, 1]
    for chip in chips:
        assert len(client.get(LIST + chip["url"]).context["tips"]) == chip["count"]


def test_the_list_can_be_narrowed_to_a_school_and_a_kind(
    sign_in, tip, maple_middle, coordinator_okafor
):
    actions.submit_tip(school=maple_middle, text="...", kind=Kind.DRUGS)
    client = sign_in(coordinator_okafor)
    for query in (
        f"school={maple_middle.pk}",
        "kind=drugs",
        f"school={maple_middle.pk}&kind=drugs",
    ):
        assert [row.kind for row in client.get(f"{LIST}?{query}").context["tips"]] == ["drugs"]
    for query in ("school=nonsense", "kind=nonsense&show=%00", "page=9999"):
        assert len(client.get(f"{LIST}?{query}").context["tips"]) == 2


def test_the_card_counts_what_needs_the_member(
    sign_in, tip, maple_high, principal_rivera, officer_chen
):
    actions.acknowledge_tip(actions.submit_tip(school=maple_high, text="..."), by=officer_chen)
    card = sign_in(principal_rivera).get(CARD)
    assert card.context["counts"] == {"urgent": 1}
    assert "planned" not in card.text


def test_a_tip_in_words_shows_all_that_was_said_and_who_looks(sign_in, tip, principal_rivera):
    page = sign_in(principal_rivera).get(page_of(tip))
    for said in ("There is a fight planned.", "the tall one", "On the bus", "This week", "Spanish"):
        assert said in page.text
    number = tip.recipients.get(membership=principal_rivera).number
    assert f"<code>{number}</code>" in page.text
    assert page.context["watermark"].startswith("Rivera · 20")


def test_each_look_is_logged(sign_in, tip, principal_rivera):
    client = sign_in(principal_rivera)
    for _ in range(2):
        client.get(page_of(tip))
    assert AuditEntry.objects.filter(action="tip.opened", actor=principal_rivera.user).count() == 2
    assert Tip.objects.get().status == Tip.Status.READ


def test_a_tip_is_taken_answered_and_closed(sign_in, tip, principal_rivera):
    client = sign_in(principal_rivera)
    for step, said in (("acknowledge/", {}), ("answer/", {"text": "Thank you."}), ("close/", {})):
        assert client.post(page_of(tip, step), said).url == page_of(tip)
    assert "This tip is closed." in client.get(page_of(tip)).text
    assert (Tip.objects.get().status, TipMessage.objects.get().text) == ("closed", "Thank you.")


def test_of_two_who_press_at_once_the_second_is_told_calmly(
    sign_in, tip, principal_rivera, officer_chen
):
    first, second = sign_in(principal_rivera), sign_in(officer_chen)
    assert first.post(page_of(tip, "acknowledge/")).status_code == 302
    assert second.post(page_of(tip, "acknowledge/")).status_code == 409
    assert Tip.objects.get().holder == principal_rivera


def test_an_answer_that_can_not_be_sent_is_kept(sign_in, tip, principal_rivera):
    client = sign_in(principal_rivera)
    for text in ("", "x" * 4001):
        answer = client.post(page_of(tip, "answer/"), {"text": text})
        assert answer.status_code == 422
        assert text in answer.text
    assert not TipMessage.objects.exists()


def test_a_get_changes_nothing(sign_in, tip, principal_rivera):
    client = sign_in(principal_rivera)
    for step in ("acknowledge/", "answer/", "close/"):
        assert client.get(page_of(tip, step)).status_code == 405


def test_the_dispatcher_reads_and_does_no_more(sign_in, maple_high, dispatcher_lund):
    tip = actions.submit_tip(school=maple_high, text="...", kind=Kind.LIFE)
    client = sign_in(dispatcher_lund)
    page = client.get(page_of(tip))
    assert page.status_code == 200
    assert "/acknowledge/" not in page.text
    assert "/answer/" not in page.text
    for step in ("acknowledge/", "answer/", "close/"):
        assert client.post(page_of(tip, step)).status_code == 403


def test_the_officer_may_not_close(sign_in, tip, officer_chen):
    client = sign_in(officer_chen)
    assert "/close/" not in client.get(page_of(tip)).text
    assert client.post(page_of(tip, "close/")).status_code == 403


@pytest.mark.parametrize("step", ["", "acknowledge/", "answer/", "close/"])
def test_the_neighbors_principal_finds_no_such_tip(sign_in, tip, oakridge_principal, step):
    client = sign_in(oakridge_principal)
    method = client.post if step else client.get
    for slug in ("mapleton", "oakridge"):
        answer = method(f"/{slug}/tips/{tip.pk}/{step}", {"text": "hello"})
        assert answer.status_code == 404
    assert Tip.objects.get().status == Tip.Status.RECEIVED


def test_a_moved_text_shows_nothing_and_is_noted(sign_in, tip, maple_high, principal_rivera):
    other = actions.submit_tip(school=maple_high, text="Something else.")
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE tips_tip SET text = source.text FROM tips_tip source "
            "WHERE tips_tip.id = %s AND source.id = %s",
            [other.pk, tip.pk],
        )
    answer = sign_in(principal_rivera).get(page_of(other))
    assert answer.status_code == 500
    assert "planned" not in answer.text
    assert AuditEntry.objects.get(action="tip.seal_broken").actor == principal_rivera.user


def world_of(client):
    """All that a member can see of tips, byte for byte."""
    paths = (LIST, f"{LIST}?show=needs", f"{LIST}?show=closed", CARD, "/mapleton/notices/")
    return [client.get(path).content for path in (*paths, "/mapleton/notices/bell/")]


def without_tokens(pages):
    return [b"".join(line for line in page.splitlines() if b"csrf" not in line) for page in pages]


def test_the_principal_it_is_about_lives_in_a_world_without_it(
    sign_in, tip, maple_high, principal_rivera
):
    client = sign_in(principal_rivera)
    before = without_tokens(world_of(client))
    secret = actions.submit_tip(
        school=maple_high,
        text="The principal hit him.",
        details=Details(adult=Adult.YES, adult_roles=(AdultRole.PRINCIPAL,)),
    )
    actions.reply_to_tip(secret, "twice")
    assert without_tokens(world_of(client)) == before
    for step in ("acknowledge/", "answer/", "close/"):
        hidden, unknown = (client.post(f"{LIST}{pk}/{step}") for pk in (secret.pk, uuid4()))
        assert (hidden.status_code, unknown.status_code) == (404, 404)


def test_its_address_answers_the_principal_like_any_made_up_one(
    sign_in, tip, maple_high, principal_rivera
):
    secret = actions.submit_tip(school=maple_high, text="...", kind=Kind.ADULT)
    client = sign_in(principal_rivera)
    answers = [client.get(f"{LIST}{pk}/") for pk in (secret.pk, uuid4())]
    assert [answer.status_code for answer in answers] == [404, 404]
    pages = [answer.text.replace(answer.request["PATH_INFO"], "") for answer in answers]
    assert without_tokens([page.encode() for page in pages[:1]]) == without_tokens(
        [page.encode() for page in pages[1:]]
    )
