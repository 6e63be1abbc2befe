"""The form and the code page: one POST, no account, no cookie but the one against forgery."""

import pytest
from django.test import Client

from partnership.models import AuditEntry
from tests.tips.telling import FORM, SAVED, tell, told
from tips.models import Details, Kind, Tip, TipSecret

REFUSED = 422
WORDS = "They push him on the stairs."


@pytest.mark.parametrize("path", ["/mapleton/tell/", FORM, "/mapleton/tell/return/"])
def test_a_page_sets_no_cookie_but_the_one_against_forgery(mapleton, client, path):
    answer = client.get(path)
    assert answer.status_code == 200
    assert set(answer.cookies) <= {"csrftoken"}
    assert not answer.cookies or answer.cookies["csrftoken"]["expires"] == ""


@pytest.mark.parametrize("path", ["/mapleton/tell/", FORM, "/mapleton/tell/return/"])
def test_a_page_is_kept_nowhere_and_asks_nobody_else(mapleton, client, path):
    answer = client.get(path)
    assert "no-store" in answer["Cache-Control"]
    assert "unsafe" not in answer["Content-Security-Policy"]
    assert answer["X-Frame-Options"] == "DENY"
    assert "http://" not in answer.text.replace("http://www.w3.org", "")


def test_a_sent_tip_is_answered_with_its_code_and_no_address_holds_it(mapleton, client):
    answer = client.post(FORM, {"text": WORDS})
    assert answer.status_code == 200
    assert answer.templates[0].name == "tips/tip_code.html"
    assert all(group in answer.text for group in answer.context["code"].split("-"))
    assert all(word in answer.text for word in answer.context["words"])
    assert "location" not in answer.headers


def test_everything_that_was_said_is_kept_and_sealed(mapleton, maple_high):
    said = {"who": "the tall one", "place": "bus", "when": "week", "adult": "no", "kind": "fight"}
    tip = told(WORDS, school=maple_high.pk, **said)
    assert (tip.text, tip.kind, tip.school) == (WORDS, Kind.FIGHT, maple_high)
    said.pop("kind")
    assert tip.details == Details(**said, language="en")


def test_only_the_words_must_be_there(mapleton):
    tip = told(WORDS)
    assert (tip.kind, tip.school, tip.details.language) == (Kind.OTHER, None, "en")


def test_a_kind_can_be_picked_before(mapleton, client):
    page = client.get(f"{FORM}?kind=bully")
    assert page.context["form"]["kind"].value() == "bully"
    assert client.get(f"{FORM}?kind=%00nonsense").status_code == 200


def test_empty_words_are_asked_for_and_the_rest_is_kept(mapleton, client):
    answer = client.post(FORM, {"text": "  \n ", "who": "the tall one"})
    assert answer.status_code == REFUSED
    assert "Write a few words so we know how to help." in answer.text
    assert "the tall one" in answer.text
    assert not Tip.objects.exists()


def test_four_thousand_characters_are_allowed_and_one_more_is_kept_but_refused(mapleton, client):
    assert len(told("é" * 3998 + "\r\nx").text) == 4000
    answer = client.post(FORM, {"text": "x" * 4001})
    assert answer.status_code == REFUSED
    assert "x" * 4001 in answer.text
    assert "at most 4000 characters" in answer.text


@pytest.mark.parametrize("bad", ["a%00b", "a%EF%BF%BDb", "a%FF%FEb"])
def test_signs_that_can_not_be_read_are_refused_beside_the_field(mapleton, client, caplog, bad):
    body = f"text={bad}&who=kept as it was".replace(" ", "+")
    answer = client.post(FORM, body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == REFUSED
    assert "Some signs could not be read." in answer.text
    assert "\x00" not in answer.text
    assert "kept as it was" in answer.text
    assert not caplog.records


def test_control_signs_and_turned_directions_are_taken_out(mapleton):
    assert told("a\x07b\u202ec\u2066d\te\r\nf\u0301").text == "abcd\te\nf́"


@pytest.mark.parametrize(
    ("field", "value"),
    [("school", "nowhere"), ("kind", "x"), ("place", "x"), ("when", "x"), ("adult", "x")],
)
def test_a_made_up_choice_is_refused_and_nothing_is_logged(mapleton, client, caplog, field, value):
    answer = client.post(FORM, {"text": WORDS, field: value})
    assert answer.status_code == REFUSED
    assert WORDS in answer.text
    assert not caplog.records


def test_a_school_of_the_neighbors_is_no_choice(mapleton, oakridge_high, client):
    answer = client.post(FORM, {"text": WORDS, "school": oakridge_high.pk})
    assert answer.status_code == REFUSED
    assert "Oakridge High" not in answer.text


def test_the_hidden_box_filled_is_asked_about_and_the_words_are_kept(mapleton, client):
    answer = client.post(FORM, {"text": WORDS, "website": "http://spam.example"})
    assert answer.status_code == REFUSED
    assert WORDS in answer.text
    assert not Tip.objects.exists()


@pytest.mark.parametrize("field", ["text", "who", "adult_name"])
def test_a_code_pasted_into_any_field_is_refused_and_nothing_is_stored(mapleton, client, field):
    code = tell()
    answer = client.post(FORM, {"text": WORDS, field: f"I wrote before, {code}"})
    assert answer.status_code == REFUSED
    assert "Your code is in there." in answer.text
    assert WORDS in answer.text or code in answer.text
    assert Tip.objects.count() == 1


def test_a_form_from_elsewhere_is_turned_away(mapleton):
    assert Client(enforce_csrf_checks=True).post(FORM, {"text": WORDS}).status_code == 403
    assert not Tip.objects.exists()


def test_whoever_copied_the_code_hears_that_it_is_right(mapleton, client):
    page = client.post(FORM, {"text": WORDS})
    group = page.context["code_groups"][3]
    for typed in (group, group.lower(), f" {group}-{page.context['code_groups'][4]}"):
        answer = client.post(SAVED, {"code": page.context["code"], "group": typed})
        assert answer.templates[0].name == "tips/tip_code_saved.html"


def test_whoever_copied_it_wrong_sees_the_code_once_more(mapleton, client):
    code = tell()
    for typed in ("", "0000", "x" * 5000):
        answer = client.post(SAVED, {"code": code, "group": typed})
        assert answer.status_code == REFUSED
        assert answer.context["code"] == code
        assert "That is not it yet." in answer.text


@pytest.mark.parametrize("said", [{}, {"code": "AAAA", "group": "AAAA"}])
def test_a_saved_page_without_a_code_leads_to_the_way_back(mapleton, client, said):
    assert client.post(SAVED, said).url == "/mapleton/tell/return/"
    assert client.get(SAVED).url == "/mapleton/tell/return/"


def test_nothing_stored_is_the_code(mapleton):
    code = tell()
    secret = TipSecret.objects.get()
    assert len(secret.lookup) == len(secret.session) == 32
    assert code.replace("-", "").encode() not in bytes(secret.lookup)


def test_a_tip_keeps_the_hour_and_no_key_tells_more(mapleton):
    tip = told()
    assert (tip.received_hour.minute, tip.received_hour.second) == (0, 0)
    assert tip.pk.version == tip.secret.pk.version == tip.seal_id.version == 4


def test_the_audit_says_that_a_tip_came_and_not_what_it_says(mapleton, maple_high):
    told("There is a knife", kind="life", school=maple_high.pk)
    entry = AuditEntry.objects.get(action="tip.submitted")
    assert entry.actor is None
    assert entry.facts == {"urgency": 1}
    assert (entry.at.minute, entry.at.second) == (0, 0)


def test_a_sender_reads_the_form_in_spanish(mapleton, client):
    page = client.post(f"{FORM}?lang=es", {"text": "tengo miedo"})
    assert Tip.objects.get().details.language == "es"
    assert page.context["words"] != page.context["code_groups"]
    assert 'lang="es"' in page.text


def test_a_body_too_large_to_read_is_refused_calmly_and_not_logged(mapleton, client, caplog):
    answer = client.post(FORM, {"text": "y" * 300_000})
    assert answer.status_code == 400
    assert "We could not read that" in answer.text
    assert not caplog.records
