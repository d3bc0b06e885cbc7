"""Counters in the database: exact under parallel requests, by the time they are told."""

import threading
from datetime import datetime, timedelta

import pytest
from django.db import connection
from limits import parse
from limits.strategies import FixedWindowRateLimiter

from leads.limits_storage import DatabaseStorage, forget_ended
from leads.models import RateWindow


@pytest.mark.django_db
def test_a_window_begins_with_its_first_hit_and_ends_on_time(now: datetime) -> None:
    def hits(seconds: float) -> int:
        return DatabaseStorage(now + timedelta(seconds=seconds)).incr("key", 60)

    assert [hits(0), hits(30), hits(59.999), hits(60), hits(61), hits(121)] == [1, 2, 3, 1, 2, 1]


@pytest.mark.django_db
def test_the_storage_speaks_the_language_of_the_limits_package(now: datetime) -> None:
    storage, item = DatabaseStorage(now), parse("2/minute")
    limiter = FixedWindowRateLimiter(storage)
    assert [limiter.hit(item, "a"), limiter.hit(item, "a"), limiter.hit(item, "a")] == [True, True, False]
    assert limiter.test(item, "b") is True
    assert limiter.get_window_stats(item, "a") == (now.timestamp() + 60, 0)
    limiter.clear(item, "a")
    assert limiter.test(item, "a") is True
    assert storage.check() is True
    assert (storage.incr("x", 60), storage.reset(), storage.get("x")) == (1, 1, 0)


@pytest.mark.django_db
def test_no_address_is_stored(now: datetime) -> None:
    DatabaseStorage(now).incr("alice@example.org", 60)
    assert "alice" not in str(RateWindow.objects.values_list().get())


@pytest.mark.django_db
def test_ended_windows_are_forgotten(now: datetime) -> None:
    DatabaseStorage(now).incr("old", 60)
    DatabaseStorage(now).incr("new", 3600)
    assert forget_ended(now=now + timedelta(seconds=60)) == 1
    assert RateWindow.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_no_hit_is_lost_between_parallel_requests(now: datetime) -> None:
    threads, each = 8, 25
    start, counts, failed = threading.Barrier(threads), [], []

    def hit() -> None:
        try:
            start.wait()
            for _ in range(each):
                counts.append(DatabaseStorage(now).incr("key", 3600))
        except Exception as error:
            failed.append(error)
        finally:
            connection.close()

    workers = [threading.Thread(target=hit) for _ in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert failed == []
    assert sorted(counts) == list(range(1, threads * each + 1))
