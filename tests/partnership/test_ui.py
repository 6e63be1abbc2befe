"""The component tags say what they mean in words, shapes and links, and never in color alone."""

from datetime import UTC, datetime, timedelta

import pytest
from django import forms
from django.template import engines
from django.test import RequestFactory
from django.utils import timezone, translation

from partnership.templatetags import ui


class Letter(forms.Form):
    name = forms.CharField(help_text="As colleagues know you.")
    note = forms.CharField(required=False, widget=forms.Textarea)
    kinds = forms.MultipleChoiceField(
        choices=[("a", "First"), ("b", "Second")], widget=forms.CheckboxSelectMultiple
    )
    agreed = forms.BooleanField()
    secret = forms.CharField(widget=forms.HiddenInput, required=False)


def render(source: str, **facts: object) -> str:
    return engines["django"].from_string(source).render(facts)


def test_an_icon_is_silent_unless_it_carries_the_meaning_alone():
    assert 'aria-hidden="true"' in ui.icon("octagon")
    assert 'role="img" aria-label="Search"' in ui.icon("search", label="Search")


def test_the_label_of_an_icon_can_not_break_out_of_it():
    assert "<script>" not in ui.icon("dot", label='"><script>')


def test_an_unknown_icon_is_an_error_and_never_an_empty_place():
    with pytest.raises(LookupError, match="no icon called 'unicorn'"):
        ui.icon("unicorn")


@pytest.mark.parametrize(
    ("urgency", "word", "look"),
    [
        ("life", "Life safety", "--life"),
        ("urgent", "Urgent", "--urgent"),
        ("routine", "Routine", ""),
    ],
)
def test_a_badge_has_a_color_a_shape_and_a_word(urgency, word, look):
    badge = ui.badge(urgency)
    assert word in badge
    assert "<svg" in badge
    assert f'class="sp-badge{" sp-badge" + look if look else ""}"' in badge


@pytest.mark.parametrize(
    ("ago", "words"),
    [
        (timedelta(seconds=-5), "1 min"),
        (timedelta(minutes=2), "2 min"),
        (timedelta(minutes=59, seconds=59), "59 min"),
        (timedelta(hours=1, minutes=5), "1 h 05"),
        (timedelta(hours=2), "2 h"),
        (timedelta(hours=14, minutes=40), "14 h"),
        (timedelta(days=1, hours=3), "1 day"),
        (timedelta(days=3), "3 days"),
    ],
)
def test_age_is_told_as_a_person_would_tell_it(ago, words, time_machine):
    time_machine.move_to("2026-11-20 13:41", tick=False)
    assert ui.age(timezone.now() - ago) == words


def test_something_that_never_happened_has_no_age():
    assert ui.age(None) == ""


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Jolene Pruitt", "JP"),
        ("Dr. Marisol Vega", "MV"),
        ("Officer Renee Castillo", "RC"),
        ("Priya", "P"),
        ("Chief", "C"),
        ("Ana María de la Cruz", "AC"),
        ("", ""),
    ],
)
def test_initials_leave_titles_out(name, letters):
    assert ui.initials(name) == letters


def test_a_field_ties_label_hint_and_error_to_its_input():
    html = render("{% field form.name %}", form=Letter({"name": ""}))
    assert '<label class="usa-label" for="id_name">' in html
    assert 'aria-describedby="id_name-hint id_name-error"' in html
    assert 'id="id_name-hint"' in html
    assert 'id="id_name-error"' in html
    assert 'aria-invalid="true"' in html


def test_a_field_sent_back_keeps_what_was_typed():
    html = render("{% field form.note %}", form=Letter({"note": "by the <gym>"}))
    assert "by the &lt;gym&gt;" in html


def test_a_field_says_when_it_can_be_skipped():
    assert "you can skip this" in render("{% field form.note %}", form=Letter())
    assert "you can skip this" not in render("{% field form.name %}", form=Letter())


def test_choices_are_a_named_group_that_keeps_its_ticks():
    html = render("{% field form.kinds %}", form=Letter({"kinds": ["b"]}))
    assert "<fieldset" in html
    assert "<legend" in html
    first, second = html.split('type="checkbox"')[1:]
    assert "checked" not in first
    assert "checked" in second


def test_a_checkbox_stands_before_its_label():
    html = render("{% field form.agreed %}", form=Letter())
    assert html.index("usa-checkbox__input") < html.index("usa-checkbox__label")


def test_a_hidden_field_shows_nothing():
    assert "<label" not in render("{% field form.secret %}", form=Letter())


def test_a_panel_is_labelled_by_its_heading():
    html = render('{% panel "Bells" "bells" %}<p>8:10</p>{% endpanel %}')
    assert 'aria-labelledby="bells"' in html
    assert '<h2 id="bells">Bells</h2>' in html
    assert "<p>8:10</p>" in html


def test_the_language_travels_in_the_address_once_it_was_asked_for():
    page = RequestFactory().get("/norman/tell/", {"lang": "es"})
    assert ui.lang_query({"request": page}) == "?lang=es"
    assert ui.lang_query({"request": page}, "en") == "?lang=en"


@pytest.mark.parametrize("asked", ["", "xx", '"><script>'])
def test_no_other_word_gets_into_the_address(asked):
    page = RequestFactory().get("/norman/tell/", {"lang": asked})
    assert ui.lang_query({"request": page}) == ""


def test_a_page_without_a_request_has_no_language_and_no_notes():
    assert ui.lang_query({}) == ""
    assert ui.notes({}) == []


def test_weekdays_begin_with_monday_in_every_language():
    assert ui.weekday(0) == "Monday"
    with translation.override("es"):
        assert ui.weekday(0) == "lunes"


@pytest.mark.parametrize(
    ("language", "look", "words"),
    [
        ("en", "long", "November 3, 2026"),
        ("es", "long", "3 de noviembre de 2026"),
        ("en", "minute", "Nov 3, 3:05 PM"),
        ("es", "today", "martes 3 de noviembre"),
    ],
)
def test_a_date_is_written_as_its_reader_writes_it(language, look, words):
    moment = datetime(2026, 11, 3, 21, 5, tzinfo=UTC)
    with translation.override(language), timezone.override("America/Chicago"):
        assert render("{{ moment|when:look }}", moment=moment, look=look) == words


def test_a_day_that_is_not_set_is_left_out():
    assert ui.when(None) == ""
