"""What leaves the house has one text, and one size, for everything of one class."""

from email.policy import SMTP

import pytest
from django.conf import settings
from django.test import override_settings

from outbox.channels.base import Parcel
from outbox.channels.email import letter_for
from outbox.channels.words import GSM_7, code_words, in_gsm_7, short_words, words_of
from outbox.models import Urgency
from tests.house.test_notifications import KINDS
from tests.outbox.parcels import SUBJECT, parcel

KIND_NAMES = [f"{file.parts[-3]}.{file.stem}" for file in KINDS]
LANGUAGES = ["en", "es"]
every_urgency = pytest.mark.parametrize("urgency", Urgency)
every_language = pytest.mark.parametrize("language", LANGUAGES)


def short(channel, **facts):
    usual = {"urgency": Urgency.PANIC, "partnership": "Mapleton", "slug": "m", "language": "en"}
    return short_words(channel, **(usual | facts))


@every_urgency
@every_language
@pytest.mark.parametrize("channel", ["sms", "voice", "push"])
def test_all_kinds_of_one_urgency_say_the_same(channel, urgency, language):
    facts = {"channel": channel, "urgency": urgency, "language": language}
    assert len({words_of(parcel(kind=kind, **facts)) for kind in KIND_NAMES}) == 1


@every_urgency
@every_language
def test_all_letters_of_one_urgency_weigh_the_same(urgency, language):
    one = {"urgency": urgency, "language": language, "address": "a@b.example"}
    sizes = {len(on_the_way(parcel(kind=kind, **one))) for kind in KIND_NAMES}
    link = f"/accounts/join/{'x' * 40}/{{signed}}/"
    stranger = parcel(kind=KIND_NAMES[0], is_member=False, subject_id=SUBJECT, link=link, **one)
    assert sizes | {len(on_the_way(stranger))} == sizes
    assert len(sizes) == 1


def on_the_way(one: Parcel) -> bytes:
    return letter_for(one).message(policy=SMTP).as_bytes()


@every_urgency
def test_the_words_of_each_urgency_differ(urgency):
    others = {short("sms", urgency=other) for other in Urgency if other != urgency}
    assert (short("sms", urgency=urgency) in others) == (urgency in {"routine", "bulk"})


@every_urgency
@every_language
@pytest.mark.parametrize("name", ["Mapleton", "Escuelas Públicas de Peñón Ávila " * 3, "学校区"])
def test_a_text_message_fits_into_one_segment(urgency, language, name):
    text = short("sms", urgency=urgency, language=language, partnership=name, slug="natrona")
    assert len(text) <= 160
    assert set(text) <= GSM_7
    assert f"{settings.PUBLIC_URL}/natrona/board/" in text


def test_an_address_is_never_cut_in_two():
    with override_settings(PUBLIC_URL=f"https://{'safety.' * 30}example"):
        text = short("sms", slug="very-long-place")
    assert len(text) <= 160
    assert "http" not in text


def test_letters_outside_the_alphabet_are_rewritten():
    assert (
        in_gsm_7("Te espera algo más “aquí”… ¿Sí? ñ é 学") == 'Te espera algo mas "aqui". ¿Si? ñ é '
    )


def test_spanish_words_are_spanish():
    assert "EMERGENCIA" in short("sms", language="es")
    assert "Pulsa 1" in short("voice", language="es")
    assert short("push", language="es") != short("push")


def test_a_code_is_said_and_nothing_else():
    text = words_of(parcel(kind="outbox.verify", secret="123456"))
    assert text == code_words("123456", language="en")
    assert "123456" in text
    assert "Mapleton" not in text


def test_a_name_is_read_as_it_is_written():
    assert "Smith & Sons" in short("voice", partnership="Smith & Sons")
