"""The tip code: random enough, forgiving to type, and cheap to refuse (A7, A8, A11)."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partnership.tenancy import within
from tips import codes
from tips.codes import (
    CHECKS,
    LISTED_WORDS,
    WORDS,
    NotACode,
    TipCode,
    fingerprint,
    holds_code,
    parse,
)

NUMBERS = st.integers(min_value=0, max_value=2**80 - 1).map(TipCode)
# No word that could frighten a child who copies eight of them down.
ALARMING = frozenset(
    """
    abuse abuso acoso arma atacar ataque attack bala bleed blood bomb bullet burn cadaver
    corpse cry cuchillo cut dead death desnudo die dolor droga drown drug enemy fight golpe
    guerra gun hang harm hate herida herir hit hurt kill knife matar miedo morir muerte muerto
    murder naked odio pain pistola poison rape robar sangre scream sex sexo shoot shot slap
    stab steal suicide suicidio terror threat veneno victim victima violar war weapon wound
    """.split()  # noqa: SIM905 - a list of words is read as words
)


def test_ten_thousand_codes_differ_and_come_back_from_both_ways_of_writing():
    seen = {TipCode.new() for _ in range(10_000)}
    assert len(seen) == 10_000
    assert max(code.number for code in seen).bit_length() == 80
    for code in seen:
        assert parse(str(code)) == parse(" ".join(code.words("en"))) == code


@given(NUMBERS, st.sampled_from(["en", "es"]))
def test_a_code_is_sixteen_symbols_and_a_check_or_eight_words(code, language):
    assert [len(group) for group in code.groups] == [4, 4, 4, 4, 1]
    assert parse(", ".join(code.words(language))) == code
    assert (
        parse("\n".join(f"{n}. {w.upper()}" for n, w in enumerate(code.words(language), 1))) == code
    )


@given(NUMBERS, st.sampled_from([" ", "", "–", " - "]), st.booleans())
def test_case_gaps_and_look_alikes_do_not_matter(code, gap, small):
    typed = gap.join(code.groups).replace("0", "O").replace("1", "l" if small else "I")
    assert parse(typed.lower() if small else typed) == code


@given(NUMBERS)
def test_four_letters_of_a_word_are_enough(code):
    assert parse(" ".join(word[:4] for word in code.words("es"))) == code


@given(NUMBERS, st.integers(0, 15), st.integers(1, 31))
def test_one_wrong_symbol_is_always_noticed(code, place, step):
    symbols = "".join(code.groups)
    wrong = codes.SYMBOLS[(codes.SYMBOLS.index(symbols[place]) + step) % 32]
    with pytest.raises(NotACode):
        parse(symbols[:place] + wrong + symbols[place + 1 :])


@given(st.text(max_size=300))
def test_anything_at_all_can_be_typed_without_harm(typed):
    holds_code(typed)
    with suppress(NotACode):
        assert parse(typed).number < 2**80


def test_a_code_is_never_printed_by_accident():
    code = TipCode(2**79 + 5)
    assert str(code.number) not in repr(code)
    assert str(code) not in repr(code)


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_words_are_friendly_and_told_apart_by_four_letters(language):
    listed = WORDS[language]
    assert codes.fault_of(listed) == ""
    assert len(listed) == LISTED_WORDS
    assert not ALARMING & set(listed)


def test_no_four_letters_begin_a_word_in_both_languages():
    english, spanish = ({word[:4] for word in WORDS[language]} for language in ("en", "es"))
    assert not english & spanish


@pytest.mark.parametrize(
    "spoiled",
    [
        WORDS["en"][:-1],
        (*WORDS["en"][:-1], WORDS["en"][0] + "s"),
        (*WORDS["en"][:-1], "niño"),
    ],
)
def test_a_word_list_that_could_mislead_is_refused_at_the_start(spoiled):
    assert codes.fault_of(spoiled)


def test_a_fingerprint_depends_on_the_partnership_and_on_the_pepper(mapleton, oakridge, settings):
    code = TipCode.new()
    first = fingerprint(code, mapleton)
    assert fingerprint(parse(str(code)), mapleton) == first
    with within(oakridge):
        assert fingerprint(code, oakridge) != first
    settings.TIP_PEPPER = settings.TIP_PEPPER[::-1]
    assert fingerprint(code, mapleton) != first


@given(NUMBERS, st.sampled_from(["", " ", "!\n"]))
def test_a_code_inside_other_text_is_seen(code, after):
    for written in (
        str(code),
        str(code).lower(),
        " ".join(code.groups),
        "".join(code.groups),
        " ".join(code.words("en")),
        " ".join(f"{place}. {word}" for place, word in enumerate(code.words("es"), 1)),
        "-".join(code.groups[:4]),
    ):
        assert holds_code(f"this is mine: {written}{after}")


@pytest.mark.parametrize(
    "text",
    [
        "They said this will take long, so we wait here a bit and then talk with them.",
        "Call 405-555-0147 or 911. Room 2040 last week, locker 1187.",
        "He is on insta as dark_wolf_2009_xx and on snap too, https://example.org/a/b",
        "Mi hermano tiene miedo de ir a la escuela porque le pegan en el patio",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa 1234 5678 9012 3456",
    ],
)
def test_plain_words_are_not_taken_for_a_code(text):
    assert not holds_code(text)


def test_the_check_symbol_is_one_of_thirty_seven():
    assert len(set(CHECKS)) == 37
    assert {TipCode(number).groups[4] for number in range(37)} == set(CHECKS)
