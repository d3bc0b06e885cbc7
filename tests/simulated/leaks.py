"""Searching what a site leaves behind, its logs and all of its Redis, for words that must not stand there."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import redis


def logs(folder: Path) -> dict[str, bytes]:
    """Every log file, by its name."""
    return {file.name: file.read_bytes() for file in sorted(folder.glob("*.log"))}


def everything(url: str) -> bytes:
    """Every key of a Redis database with its whole value."""
    client = redis.Redis.from_url(url)
    parts = []
    for key in sorted(client.scan_iter(count=1000)):
        parts += [key, *_values(client, key)]
    client.close()
    return b"\n".join(parts)


def _values(client: "redis.Redis", key: bytes) -> list[bytes]:
    kind = client.type(key)
    if kind == b"string":
        return [client.get(key) or b""]
    if kind == b"list":
        return list(client.lrange(key, 0, -1))
    if kind == b"set":
        return list(client.smembers(key))
    if kind == b"zset":
        return [member for member, _ in client.zscan_iter(key)]
    if kind == b"hash":
        return [part for pair in client.hscan_iter(key) for part in pair]
    if kind == b"none":  # it ended between the two questions
        return []
    raise AssertionError(f"a kind of key that nobody reads here: {kind!r}")


def found(words: Iterable[str], places: Mapping[str, bytes]) -> set[tuple[str, str]]:
    """Which word stands where, in capitals or not, as text or inside JSON."""
    lowered = {name: content.lower() for name, content in places.items()}
    hits = set()
    for word in words:
        plain = word.lower().encode()
        hits |= {(word, name) for name, content in lowered.items() if plain in content}
    return hits
