"""Link tokens: long, hashed, of one purpose, expiring."""

import hashlib
from collections import Counter
from datetime import datetime, timedelta

import pytest

from mail import tokens
from mail.errors import LinkUnknown
from mail.models import LinkToken

pytestmark = pytest.mark.django_db
ALPHABET = set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


def mint(now: datetime, *, purpose: str = "manage", subject: str = "booking:1", hours: int | None = 1) -> str:
    expires_at = None if hours is None else now + timedelta(hours=hours)
    return tokens.mint(purpose=purpose, subject=subject, expires_at=expires_at, now=now)


def test_ten_thousand_tokens_are_long_and_differ_everywhere(now: datetime) -> None:
    raws = [tokens.fresh(purpose="manage", subject="x", expires_at=None, now=now)[0] for _ in range(10_000)]
    assert {len(raw) for raw in raws} == {32}
    assert set("".join(raws)) == ALPHABET
    assert len(set(raws)) == 10_000
    assert len({raw[:8] for raw in raws}) == 10_000
    for position in range(32):
        # 63 degrees of freedom: beyond 130 by chance once in a million.
        counts = Counter(raw[position] for raw in raws)
        expected = 10_000 / 64
        assert sum((counts[letter] - expected) ** 2 / expected for letter in ALPHABET) < 150


def test_only_the_hash_is_stored(now: datetime) -> None:
    raw = mint(now)
    row = LinkToken.objects.values().get()
    assert row["digest"] == hashlib.sha256(raw.encode()).hexdigest()
    assert raw not in repr(row)


def test_a_token_is_found_for_its_own_purpose(now: datetime) -> None:
    raw = mint(now)
    assert tokens.find(raw, purpose="manage", now=now).subject == "booking:1"


def test_a_token_is_refused_for_every_other_purpose(now: datetime) -> None:
    refused = set()
    for purpose in tokens.PURPOSES:
        raw = mint(now, purpose=purpose)
        for other in tokens.PURPOSES:
            try:
                tokens.find(raw, purpose=other, now=now)
            except LinkUnknown:
                refused.add((purpose, other))
    assert refused == {(a, b) for a in tokens.PURPOSES for b in tokens.PURPOSES if a != b}


def test_a_token_ends_when_it_expires(now: datetime) -> None:
    raw = mint(now, hours=1)
    assert tokens.find(raw, purpose="manage", now=now + timedelta(minutes=59)).expires_at == now + timedelta(hours=1)
    with pytest.raises(LinkUnknown):
        tokens.find(raw, purpose="manage", now=now + timedelta(hours=1))


def test_a_token_without_an_end_lives_until_it_is_revoked(now: datetime) -> None:
    raw = mint(now, hours=None)
    tokens.find(raw, purpose="manage", now=now + timedelta(days=4000))
    assert tokens.revoke(subject="booking:1", purpose=None, now=now) == 1
    with pytest.raises(LinkUnknown):
        tokens.find(raw, purpose="manage", now=now)


def test_revoking_touches_one_subject_and_one_purpose(now: datetime) -> None:
    mine, other_purpose, other_subject = mint(now), mint(now, purpose="feed"), mint(now, subject="booking:2")
    assert tokens.revoke(subject="booking:1", purpose="manage", now=now) == 1
    assert tokens.revoke(subject="booking:1", purpose="manage", now=now) == 0
    with pytest.raises(LinkUnknown):
        tokens.find(mine, purpose="manage", now=now)
    assert tokens.find(other_purpose, purpose="feed", now=now).subject == "booking:1"
    assert tokens.find(other_subject, purpose="manage", now=now).subject == "booking:2"


@pytest.mark.parametrize("raw", ["", "x", "\x00", "\ud800", "x" * 100_000, "ä" * 32, "' OR 1=1 --"])
def test_nonsense_is_unknown(now: datetime, raw: str) -> None:
    mint(now)
    with pytest.raises(LinkUnknown):
        tokens.find(raw, purpose="manage", now=now)


def test_an_unknown_purpose_cannot_be_minted(now: datetime) -> None:
    with pytest.raises(ValueError, match="Unknown purpose"):
        mint(now, purpose="manege")


def test_every_miss_says_the_same(now: datetime) -> None:
    expired, foreign = mint(now, hours=0), mint(now, purpose="feed")
    said = set()
    for raw in ("nothing", expired, foreign):
        with pytest.raises(LinkUnknown) as caught:
            tokens.find(raw, purpose="manage", now=now)
        said.add(str(caught.value))
    assert said == {""}
