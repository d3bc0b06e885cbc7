"""Statements of our own: what Django would have raised, and plans that outlive a rollback."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.db import DataError, NotSupportedError, OperationalError, ProgrammingError, connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from mail import statements
from mail.models import Topic
from tests import services
from tests.mail.ticking import ticking

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not services.on_postgres(), reason="SQLite is asked by Django's own cursor"),
]
ONE = "SELECT %(n)s + 1 AS more, %(at)s::timestamptz, %(nothing)s::text, %(words)s || ' 100%%'"


def prepared() -> int:
    """How many statements PostgreSQL keeps for this connection."""
    return int(statements.rows("SELECT count(*) FROM pg_prepared_statements", {})[0][0])


def test_values_go_there_and_back_as_django_gives_them() -> None:
    at = datetime(2027, 1, 11, 15, tzinfo=UTC)
    asked = {"n": 41, "at": at, "nothing": None, "words": "é %s"}
    assert statements.rows(ONE, asked) == [(42, at, None, "é %s 100%")]
    assert statements.change("INSERT INTO mail_topic (key, version) VALUES (%(key)s, 1)", {"key": "a"}) == 1
    assert statements.change("UPDATE mail_topic SET version = 2 WHERE key = %(key)s", {"key": "b"}) == 0
    assert Topic.objects.get().key == "a"


@pytest.mark.parametrize(
    ("statement", "error"),
    [("SELECT 1 / %(n)s", DataError), ("SELECT nothing_of_that_name(%(n)s)", ProgrammingError)],
)
def test_errors_are_djangos_own_and_the_connection_goes_on(statement: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        statements.rows(statement, {"n": 0})
    with pytest.raises(error), transaction.atomic():
        statements.rows(statement, {"n": 0})
    assert statements.rows("SELECT %(n)s::int", {"n": 1}) == [(1,)]


def test_a_rollback_takes_back_rows_and_no_plans() -> None:
    prepared()
    kept = prepared()
    insert = "INSERT INTO mail_topic (key, version) VALUES (%(key)s, 1)"
    for number in range(3):
        with transaction.atomic():
            statements.change(insert, {"key": "taken back"})
            transaction.set_rollback(True)
        assert (prepared(), Topic.objects.count()) == (kept + 1, 0), number


def test_a_transaction_begins_with_what_it_is_told() -> None:
    with transaction.atomic():
        statements.begin("SET LOCAL lock_timeout = 1234")
        assert statements.rows("SHOW lock_timeout", {}) == [("1234ms",)]
        statements.begin("SET LOCAL lock_timeout = 77")  # also where it has begun already
        assert statements.rows("SHOW lock_timeout", {}) == [("77ms",)]
    assert statements.rows("SHOW lock_timeout", {}) == [("0",)]


def cut() -> None:
    """End this connection from the server's side."""
    ((pid,),) = statements.rows("SELECT pg_backend_pid()", {})
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    other.close()


def test_a_connection_that_was_cut_is_made_anew_and_its_plans_with_it() -> None:
    statements.rows("SELECT %(n)s::int", {"n": 1})
    cut()
    with pytest.raises(OperationalError):
        statements.rows("SELECT %(n)s::int", {"n": 1})
    connection.close_if_unusable_or_obsolete()
    assert statements.rows("SELECT %(n)s::int", {"n": 1}) == [(1,)]


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> Iterator[BaseDatabaseWrapper]:
    """This thread's connection, kept from request to request and seen to before each, as in production."""
    here = statements.own_connection()
    monkeypatch.setitem(here.settings_dict, "CONN_MAX_AGE", 60)
    monkeypatch.setitem(here.settings_dict, "CONN_HEALTH_CHECKS", True)
    here.close()
    here.connect()
    yield here
    here.close()


def test_a_request_does_not_meet_a_connection_that_was_cut_before_it(watched: BaseDatabaseWrapper) -> None:
    for number in range(3):
        cut()
        watched.close_if_unusable_or_obsolete()  # what every request begins with
        assert statements.rows("SELECT %(n)s::int", {"n": number}) == [(number,)]


def test_a_connection_that_lives_is_seen_to_without_a_word(
    watched: BaseDatabaseWrapper, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(watched, "is_usable", lambda: bool([asked.append("SELECT 1")]))
    watched.close_if_unusable_or_obsolete()
    assert not watched.health_check_done
    assert statements.rows("SELECT %(n)s::int", {"n": 1}) == [(1,)]
    with connection.cursor() as cursor:  # nor does Django ask for its own statements afterwards
        cursor.execute("SELECT 1")
    assert asked == []


def test_a_plan_that_an_upgrade_made_useless_is_made_anew() -> None:
    def asked() -> list[tuple[str]]:
        return statements.rows("SELECT words FROM upgraded WHERE number = %(n)s", {"n": 1})

    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE upgraded AS SELECT 1 AS number, 'a'::varchar(5) AS words")
        assert asked() == [("a",)]
        cursor.execute("ALTER TABLE upgraded ALTER words TYPE text")
        with pytest.raises(NotSupportedError):
            asked()
        assert asked() == [("a",)]
        cursor.execute("DROP TABLE upgraded")


def test_other_threads_go_on_while_the_database_thinks() -> None:
    began = time.monotonic()
    with ticking() as ticks:
        statements.rows("SELECT pg_sleep(%(seconds)s)", {"seconds": 2})
    assert time.monotonic() - began >= 2
    assert ticks[0] > 80
