import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from outbox import actions
from outbox.models import Delivery
from tests.outbox.conftest import BULLETIN

NOTICES = "/mapleton/notices/"


@pytest.fixture
def told(tell, principal_rivera, officer_chen):
    tell(principal_rivera, officer_chen, urgency="urgent")


def test_a_member_reads_their_own_notices_and_no_others(
    told, sign_in, principal_rivera, teacher_brown
):
    assert "You have something to review" in sign_in(principal_rivera).get(NOTICES).text
    assert "You have something to review" not in sign_in(teacher_brown).get(NOTICES).text


def test_reading_the_list_notes_nothing(told, sign_in, principal_rivera, notice_to):
    sign_in(principal_rivera).get(NOTICES)
    assert notice_to(principal_rivera).status == "submitted"


def test_opening_a_notice_notes_it_as_seen_and_leads_there(
    told, sign_in, principal_rivera, maple_high, notice_to
):
    notice = notice_to(principal_rivera)
    answer = sign_in(principal_rivera).post(f"{NOTICES}{notice.pk}/open/")
    assert answer.headers["Location"] == f"/mapleton/schools/{maple_high.pk}/"
    assert notice_to(principal_rivera).status == "seen"


def test_a_notice_is_opened_by_its_person_alone(told, sign_in, principal_rivera, officer_chen):
    theirs = Delivery.objects.get(membership=officer_chen, channel="in_app")
    letter = Delivery.objects.get(membership=principal_rivera, channel="email")
    client = sign_in(principal_rivera)
    assert client.post(f"{NOTICES}{theirs.pk}/open/").status_code == 404
    assert client.post(f"{NOTICES}{letter.pk}/open/").status_code == 404


@pytest.mark.parametrize("door", ["seen/", "01a2008f-1ac5-70a3-b783-040d24750867/open/"])
def test_a_get_opens_nothing(told, sign_in, principal_rivera, door):
    assert sign_in(principal_rivera).get(NOTICES + door).status_code == 405


def test_all_can_be_noted_as_seen_at_once(told, sign_in, principal_rivera, officer_chen, notice_to):
    sign_in(principal_rivera).post(f"{NOTICES}seen/")
    assert notice_to(principal_rivera).status == "seen"
    assert notice_to(officer_chen).status == "submitted"


def test_the_bell_counts_what_is_new(told, sign_in, principal_rivera, notice_to):
    client = sign_in(principal_rivera)
    assert ">1</b>" in client.get(f"{NOTICES}bell/").text
    actions.see_notice(notice_to(principal_rivera))
    assert "</b>" not in client.get(f"{NOTICES}bell/").text


def test_the_card_is_a_piece_for_the_board_and_a_page_without_htmx(told, sign_in, principal_rivera):
    client = sign_in(principal_rivera)
    piece = client.get(f"{NOTICES}card/", headers={"HX-Request": "true"})
    assert "<html" not in piece.text
    assert "You have something to review" in piece.text
    assert "<html" in client.get(f"{NOTICES}card/").text


def test_a_long_list_comes_in_pages(tell, principal_rivera, sign_in):
    for _ in range(26):
        tell(principal_rivera)
    client = sign_in(principal_rivera)
    assert client.get(NOTICES).text.count("/open/") == 25
    assert client.get(NOTICES, {"page": 2}).text.count("/open/") == 1


def test_a_long_list_costs_no_more_statements_than_a_short_one(
    tell, principal_rivera, sign_in, count_queries
):
    tell(principal_rivera)
    client = sign_in(principal_rivera)
    client.get(NOTICES)
    with CaptureQueriesContext(connection) as short:
        client.get(NOTICES)
    for _ in range(20):
        tell(principal_rivera)
    with count_queries(len(short)):
        client.get(NOTICES)


@pytest.mark.parametrize("number", ["0", "-1", "99", "x", ""])
def test_a_page_that_is_none_shows_one_that_is(told, sign_in, principal_rivera, number):
    assert sign_in(principal_rivera).get(NOTICES, {"page": number}).status_code == 200


def test_the_neighbors_find_no_such_page(told, sign_in, oakridge_principal):
    assert sign_in(oakridge_principal).get(NOTICES).status_code == 404


def test_the_words_on_the_page_are_in_the_readers_language(told, sign_in, principal_rivera):
    Delivery.objects.update(language="es")
    page = sign_in(principal_rivera).get(NOTICES, {"lang": "en"})
    assert f"{BULLETIN}" not in page.text
    assert "URGENT: You have something to review" in page.text
