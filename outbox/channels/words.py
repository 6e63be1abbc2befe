"""The short words of text messages, calls and pushes. For one urgency, channel, language and
partnership they are always the same, so that neither text nor length tells what it is about."""

import unicodedata
from functools import lru_cache

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.safestring import mark_safe

from outbox.channels.base import Parcel
from outbox.models import Channel, Urgency

# The kind under which a code goes to a telephone that is being verified (Parcel.secret).
VERIFY = "outbox.verify"
# One text message. A letter outside this alphabet would cut it to 70, and send two or three.
SEGMENT = 160
GSM_7 = frozenset(
    "@£$¥èéùìòÇ\nØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
PLAIN = str.maketrans("’‘“”–—…\u00a0[]{}", "''\"\"--. ()()")
SHORTEST_NAME = 8


def words_of(parcel: Parcel) -> str:
    """What a text message, a call or a push says."""
    if parcel.kind == VERIFY:
        return code_words(parcel.secret, language=parcel.language)
    return short_words(
        parcel.channel,
        urgency=parcel.urgency,
        partnership=parcel.partnership,
        slug=parcel.slug,
        language=parcel.language,
    )


@lru_cache(maxsize=512)
def short_words(
    channel: str, *, urgency: Urgency, partnership: str, slug: str, language: str
) -> str:
    """The words of one class. A text message is held to one segment: the name gives way."""
    facts = {
        "urgency": urgency.value,
        "url": mark_safe(board(slug)),  # noqa: S308 - plain text
    }
    if channel != Channel.SMS:
        return _rendered(f"outbox/words/{channel}.txt", language, name=partnership, **facts)
    name = in_gsm_7(partnership) or slug
    text = in_gsm_7(_rendered("outbox/words/sms.txt", language, name=name, **facts))
    if (over := len(text) - SEGMENT) <= 0:
        return text
    shorter = name[: max(len(name) - over, SHORTEST_NAME)].rstrip()
    text = in_gsm_7(_rendered("outbox/words/sms.txt", language, name=shorter, **facts))
    # An address cut in two leads nowhere; without it the words still say where to go.
    return text if len(text) <= SEGMENT else text.replace(board(slug), "").strip()[:SEGMENT]


def code_words(code: str, *, language: str) -> str:
    """The text message that verifies a telephone."""
    return in_gsm_7(_rendered("outbox/words/code.txt", language, code=code))


def voice_answer(name: str, *, language: str) -> str:
    """What a call says after a key was pressed: "thanks"."""
    return _rendered(f"outbox/words/{name}.txt", language)


def board(slug: str) -> str:
    """Where everybody finds what waits for them."""
    return f"{settings.PUBLIC_URL}{reverse('board', kwargs={'partnership': slug})}"


def in_gsm_7(text: str) -> str:
    """The same in the alphabet of text messages: á becomes a, what has no likeness goes."""
    return "".join(_in_gsm_7(letter) for letter in text.translate(PLAIN))


def _in_gsm_7(letter: str) -> str:
    if letter in GSM_7:
        return letter
    parts = unicodedata.normalize("NFKD", letter)
    return "".join(part for part in parts if part in GSM_7)


def _rendered(template: str, language: str, *, name: str = "", **facts: str) -> str:
    facts["name"] = mark_safe(name)  # noqa: S308 - plain text: an escaped & would be read out
    with translation.override(language):
        return " ".join(render_to_string(template, facts).split())
