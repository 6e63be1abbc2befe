"""Every word a person can read stands in Spanish too: nothing missing, fuzzy or misquoted."""

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.pofile import read_po
from django.conf import settings
from django.utils.translation.template import templatize

ROOT = Path(settings.BASE_DIR)
ROOMS = ("partnership", "outbox", "tips")
KEYWORDS = DEFAULT_KEYWORDS | {
    f"{name}_lazy": DEFAULT_KEYWORDS[name]
    for name in ("gettext", "ngettext", "pgettext", "npgettext")
}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%\(\w+\)\d+d|\{\w*\}")

type Key = tuple[str, str]


def sources() -> Iterator[tuple[Path, bytes]]:
    for page in sorted((ROOT / "templates").rglob("*.*")):
        lines = templatize(page.read_text(encoding="utf-8")).splitlines()
        yield page, "\n".join(line.lstrip() for line in lines).encode()
    for room in ROOMS:
        for module in sorted((ROOT / room).rglob("*.py")):
            yield module, module.read_bytes()


def words_used() -> dict[Key, Path]:
    """Everything marked for translation: (context, singular) → where it was met first."""
    found: dict[Key, Path] = {}
    for path, code in sources():
        for _, text, _, context in extract("python", BytesIO(code), keywords=KEYWORDS):
            singular = text if isinstance(text, str) else text[0]
            found.setdefault((context or "", singular), path)
    return found


@pytest.fixture(scope="module")
def spanish() -> dict[Key, Message]:
    with (ROOT / "locale/es/LC_MESSAGES/django.po").open("rb") as file:
        catalog = read_po(file, locale="es", abort_invalid=True)
    return {(entry.context or "", singular_of(entry)): entry for entry in catalog if entry.id}


def singular_of(entry: Message) -> str:
    return str(entry.id if isinstance(entry.id, str) else entry.id[0])


def forms(text: str | tuple[str, ...] | list[str] | None) -> list[str]:
    return [text] if isinstance(text, str) else list(text or ())


def is_whole(entry: Message) -> bool:
    said = forms(entry.string)
    return bool(said) and all(said)


def names_in(text: str) -> set[str]:
    return set(PLACEHOLDER.findall(text))


def test_every_word_on_a_page_stands_in_spanish(spanish: dict[Key, Message]) -> None:
    missing = [
        f"{path.relative_to(ROOT)}: {context} {text!r}"
        for (context, text), path in words_used().items()
        if (context, text) not in spanish or not is_whole(spanish[context, text])
    ]
    assert not missing, "no Spanish for:\n" + "\n".join(missing)


def test_no_spanish_is_marked_as_a_guess(spanish: dict[Key, Message]) -> None:
    assert not [entry.id for entry in spanish.values() if entry.fuzzy]


def test_no_spanish_is_kept_for_words_that_are_gone(spanish: dict[Key, Message]) -> None:
    assert not sorted(spanish.keys() - words_used().keys())


def test_spanish_fills_in_the_same_names_and_numbers(spanish: dict[Key, Message]) -> None:
    for entry in spanish.values():
        for english, text in zip(forms(entry.id), forms(entry.string), strict=True):
            assert names_in(text) == names_in(english), f"{english!r} → {text!r}"
