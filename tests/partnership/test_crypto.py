"""Envelope and keys: opens in its own place only, and fails closed."""

import secrets

import pytest
from django.core.exceptions import ImproperlyConfigured, ValidationError
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from partnership.crypto import (
    LocalKeyProvider,
    MasterKeyMissing,
    SealBroken,
    SealedTextField,
    key_faults,
    keyed_hash,
    keys,
)
from partnership.crypto.envelope import open_text, seal_text

KEY = bytes(range(32))
CANARY = "CANARY-7f3 will bring a knife"


@effort(deadline=None)  # a busy machine is not a fault
@given(st.text(max_size=5000))
def test_every_text_comes_back_as_it_was(text):
    assert open_text(KEY, "here", seal_text(KEY, "here", text)) == text


def test_the_longest_text_and_nul_come_back():
    text = "\0ñ" * 2500
    assert open_text(KEY, "here", seal_text(KEY, "here", text)) == text


def test_a_length_tells_only_whole_kibibytes():
    assert {len(seal_text(KEY, "here", "x" * length)) for length in range(1001)} == {1053}
    assert len(seal_text(KEY, "here", "x" * 1021)) == 2077


def test_the_same_text_never_looks_the_same_twice():
    assert len({seal_text(KEY, "here", CANARY) for _ in range(100)}) == 100


def test_one_flipped_bit_anywhere_breaks_the_seal():
    sealed = seal_text(KEY, "here", CANARY)
    for place in range(len(sealed)):
        broken = bytearray(sealed)
        broken[place] ^= 1 << secrets.randbelow(8)
        with pytest.raises(SealBroken):
            open_text(KEY, "here", bytes(broken))


@pytest.mark.parametrize("length", [0, 1, 13, 28, 29, 1052])
def test_a_cut_text_breaks_the_seal(length):
    with pytest.raises(SealBroken):
        open_text(KEY, "here", seal_text(KEY, "here", CANARY)[:length])


def test_a_broken_seal_says_nothing_of_the_text():
    with pytest.raises(SealBroken) as broken:
        open_text(KEY, "there", seal_text(KEY, "here", CANARY))
    assert "CANARY" not in repr(broken.value)
    assert broken.value.__cause__ is None


def test_half_a_character_is_refused_without_quoting_the_text():
    with pytest.raises(ValueError, match="half a character") as refused:
        seal_text(KEY, "here", CANARY + "\ud800")
    assert "CANARY" not in repr(refused.value)
    with pytest.raises(ValidationError):
        SealedTextField().clean("\ud800", None)


def test_a_share_opens_with_its_own_master_key_only(settings):
    key_id, blob = LocalKeyProvider().wrap(b"share", b"tip one")
    settings.MASTER_KEY = secrets.token_hex(32)
    with pytest.raises(MasterKeyMissing):
        LocalKeyProvider().unwrap(key_id, blob, b"tip one")
    with pytest.raises(SealBroken):
        LocalKeyProvider().unwrap(LocalKeyProvider().current_id(), blob, b"tip one")


def test_the_ring_opens_what_an_older_key_wrapped(settings):
    key_id, blob = LocalKeyProvider().wrap(b"share", b"tip one")
    settings.MASTER_KEY = f"{secrets.token_urlsafe(32)}, {settings.MASTER_KEY}"
    assert LocalKeyProvider().unwrap(key_id, blob, b"tip one") == b"share"
    assert LocalKeyProvider().current_id() != key_id


def test_a_share_opens_for_its_own_object_only():
    key_id, blob = LocalKeyProvider().wrap(b"share", b"tip one")
    with pytest.raises(SealBroken):
        LocalKeyProvider().unwrap(key_id, blob, b"tip two")


GOOD = "9c1f5a7788e0d3b2a4c6f8e1023547698badcfe0132456789abbccddee0ff1f2"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MASTER_KEY", ""),
        ("MASTER_KEY", " , "),
        ("MASTER_KEY", "not a key"),
        ("MASTER_KEY", GOOD[:32]),
        ("MASTER_KEY", f"{GOOD},short"),
        ("MASTER_KEY", "00" * 32),
        ("MASTER_KEY_PROVIDER", "partnership.nowhere.Provider"),
        ("TIP_PEPPER", ""),
        ("TIP_PEPPER", "hush"),
        ("TIP_PEPPER", "a" * 64),
    ],
)
def test_the_server_does_not_start_with_weak_keys(settings, name, value):
    assert key_faults() == []
    setattr(settings, name, value)
    (fault,) = key_faults()
    assert fault.startswith(name)
    assert not value.strip(" ,") or value not in fault


def test_the_server_does_not_start_with_one_secret_for_two_uses(settings):
    settings.TIP_PEPPER = settings.MASTER_KEY
    assert key_faults() == ["Two of MASTER_KEY, TIP_PEPPER, SECRET_KEY are the same."]


def test_the_server_does_not_start_with_two_equal_labels(monkeypatch):
    monkeypatch.setattr(keys, "HASH_LABELS", ("tip-code", "tip-code"))
    assert key_faults() == ["HASH_LABELS holds a label twice."]


def test_a_keyed_hash_depends_on_value_label_and_pepper(settings, monkeypatch):
    monkeypatch.setattr(keys, "HASH_LABELS", ("one", "two"))
    found = {keyed_hash("one", b"7K2M"), keyed_hash("two", b"7K2M"), keyed_hash("one", b"7K2N")}
    assert keyed_hash("one", "7K2M") in found
    settings.TIP_PEPPER = secrets.token_hex(32)
    found |= {keyed_hash("one", b"7K2M"), keyed_hash("two", b"7K2M")}
    assert len(found) == 5
    assert {len(each) for each in found} == {32}


def test_a_keyed_hash_needs_a_listed_label_and_a_pepper(settings):
    with pytest.raises(ValueError, match="HASH_LABELS"):
        keyed_hash("unheard of", b"7K2M")
    settings.TIP_PEPPER = "short"
    with pytest.raises(ImproperlyConfigured):
        keyed_hash("tip-code", b"7K2M")
