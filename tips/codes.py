"""The tip code: 80 random bits that only the sender keeps, written in two ways that mean the same,
and the one-way path by which the database knows them again (shared/domain/tips.md §4.4)."""

from __future__ import annotations

import hashlib
import re
import secrets
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import batched
from pathlib import Path
from threading import BoundedSemaphore
from typing import Final

from argon2.low_level import Type, hash_secret_raw
from django.core.exceptions import ImproperlyConfigured

from partnership.crypto import keyed_hash
from partnership.crypto.envelope import derive
from partnership.models import Partnership

BITS: Final = 80
SYMBOLS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CHECKS: Final = SYMBOLS + "*~$=U"  # Crockford's 37: a prime finds every single slip and swap
SYMBOL_BITS, WORD_BITS = 5, 10
CODE_LENGTH = BITS // SYMBOL_BITS + 1
WORD_COUNT = BITS // WORD_BITS
LISTED_WORDS = 1 << WORD_BITS
DISTINCT_LETTERS = 4
# Eight words of eight letters, numbered and with a line each, are shorter than this.
LONGEST_TYPED = 200
LOOK_ALIKES = str.maketrans("OIL", "011")
# An attack on codes queues behind itself; whoever tells us something never stands in that line.
_TURNS = BoundedSemaphore(2)
PATIENCE_SECONDS = 3.0

_GROUP, _DASH, _GAP = "[0-9A-Za-z]{4}", "[-\u2010-\u2015]", "[-\u2010-\u2015\\s]{0,3}"
_ALONE, _ENDS = "(?<![0-9A-Za-z])", "(?![0-9A-Za-z])"
# Looked for ahead, so that a near miss does not swallow the beginning of a real one.
_WHOLE = re.compile(f"{_ALONE}(?=((?:{_GROUP}{_GAP}){{4}}[0-9A-Za-z*~$=]){_ENDS})")
_WITHOUT_CHECK = re.compile(f"{_ALONE}(?:{_GROUP}{_DASH}){{3}}{_GROUP}{_ENDS}")


class NotACode(ValueError):
    """What was typed can not be a tip code. Found without any costly computing."""


class NoTurn(Exception):
    """Too many codes are being looked up; nothing is wrong with this one."""


def words_of(language: str) -> tuple[str, ...]:
    """The word list of a language. Raises ImproperlyConfigured where it could mislead a sender."""
    path = Path(__file__).parent / "words" / f"{language}.txt"
    listed = tuple(path.read_text(encoding="utf-8").split())
    if fault := fault_of(listed):
        raise ImproperlyConfigured(f"The words of the tip code in {path.name}: {fault}.")
    return listed


def fault_of(listed: tuple[str, ...]) -> str:
    """What is wrong with a word list; empty when it will do."""
    if len(listed) != LISTED_WORDS:
        return f"{len(listed)} words instead of {LISTED_WORDS}"
    if not all(re.fullmatch("[a-z]{3,10}", word) for word in listed):
        return "a word that is not three to ten small ASCII letters"
    if len({word[:DISTINCT_LETTERS] for word in listed}) < LISTED_WORDS:
        return "two words begin with the same four letters"
    return ""


WORDS: Final = {language: words_of(language) for language in ("en", "es")}
_PLACES: Final = {
    language: {word[:DISTINCT_LETTERS]: place for place, word in enumerate(listed)}
    for language, listed in WORDS.items()
}
_LISTED: Final = frozenset(word for listed in WORDS.values() for word in listed)


@dataclass(frozen=True, repr=False)
class TipCode:
    """One code. Its number is never printed by accident."""

    number: int

    @classmethod
    def new(cls) -> TipCode:
        return cls(secrets.randbits(BITS))

    @property
    def groups(self) -> list[str]:
        """Four groups of four symbols, and the check symbol."""
        shifts = range(BITS - SYMBOL_BITS, -1, -SYMBOL_BITS)
        symbols = [SYMBOLS[self.number >> shift & 31] for shift in shifts]
        return ["".join(four) for four in batched(symbols, 4)] + [CHECKS[self.number % 37]]

    def words(self, language: str) -> list[str]:
        """The same code as eight words; English where the language has no list."""
        listed = WORDS.get(language, WORDS["en"])
        shifts = range(BITS - WORD_BITS, -1, -WORD_BITS)
        return [listed[self.number >> shift & LISTED_WORDS - 1] for shift in shifts]

    def __str__(self) -> str:
        return "-".join(self.groups)


def parse(typed: str) -> TipCode:
    """The code somebody typed, in either way of writing. Raises NotACode."""
    if len(typed) > LONGEST_TYPED:
        raise NotACode
    tokens = letters(typed)
    if len(tokens) == WORD_COUNT and all(len(token) > 2 for token in tokens):
        return _from_words(tokens)
    return _from_symbols(canonical(typed))


def canonical(typed: str) -> str:
    """Symbols as the code has them: capitals, no gaps, O for 0 and I or L for 1 put right."""
    upper = unicodedata.normalize("NFKC", typed).upper()
    kept = "".join(sign for sign in upper if unicodedata.category(sign) not in {"Pd", "Zs", "Cc"})
    return kept.translate(LOOK_ALIKES)


def letters(text: str) -> list[str]:
    """The words in a text, small and without accents; digits and dots of a list fall away."""
    parts = unicodedata.normalize("NFD", text.lower())
    return re.findall("[a-z]+", "".join(part for part in parts if not unicodedata.combining(part)))


def _from_symbols(symbols: str) -> TipCode:
    body, check = symbols[:-1], symbols[-1:]
    if len(symbols) != CODE_LENGTH or not set(body) <= set(SYMBOLS):
        raise NotACode
    number = 0
    for symbol in body:
        number = number << SYMBOL_BITS | SYMBOLS.index(symbol)
    if CHECKS[number % 37] != check:
        raise NotACode
    return TipCode(number)


def _from_words(tokens: list[str]) -> TipCode:
    """Four letters name a word; the lists share none, so eight words tell their language."""
    heads = [token[:DISTINCT_LETTERS] for token in tokens]
    for places in _PLACES.values():
        if all(head in places for head in heads):
            number = 0
            for head in heads:
                number = number << WORD_BITS | places[head]
            return TipCode(number)
    raise NotACode


def holds_code(text: str) -> bool:
    """Whether a message has a tip code in it, in either way of writing, whole or bar the check.

    Only what is surely a code: an honest message must not be refused for looking like one.
    """
    if _WITHOUT_CHECK.search(text):
        return True
    return any(is_code(found[1]) for found in _WHOLE.finditer(text)) or _holds_words(text)


def is_code(typed: str) -> bool:
    try:
        _from_symbols(canonical(typed))
    except NotACode:
        return False
    return True


def _holds_words(text: str) -> bool:
    """Eight listed words in a row: the lists have no small words, so no sentence reads like it."""
    run = 0
    for token in letters(text):
        run = run + 1 if token in _LISTED else 0
        if run == WORD_COUNT:
            return True
    return False


def fingerprint(code: TipCode, partnership: Partnership) -> bytes:
    """All that is stored of a code: it can be found by it, and not found out from it.

    80 random bits can not be guessed, so the stretching is short (§0, decision 4); the pepper
    lies outside the database.
    """
    salt = hashlib.sha256(f"tip-code-salt|{partnership.pk}".encode()).digest()[:16]
    stretched = hash_secret_raw(
        code.number.to_bytes(BITS // 8),
        salt,
        time_cost=1,
        memory_cost=8 * 1024,
        parallelism=1,
        hash_len=32,
        type=Type.ID,
    )
    return keyed_hash("tip-code", derive(stretched, "tip-code|lookup"))


@contextmanager
def turn() -> Iterator[None]:
    """One of few places at which codes are looked up at the same time. Raises NoTurn."""
    if not _TURNS.acquire(timeout=PATIENCE_SECONDS):
        raise NoTurn
    try:
        yield
    finally:
        _TURNS.release()
