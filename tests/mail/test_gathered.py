"""What nobody waits for is said with the next statement: in order, whole or not at all, and without a lost error."""

import threading
import time
from collections.abc import Iterator

import pytest
from django.db import IntegrityError, NotSupportedError, OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext

from leads.models import Activity
from mail import prepared, statements
from mail.models import Topic
from mail.session import MOST_WAITING, Session
from tests import services
from tests.bookings.house import NOW
from tests.mail.ticking import ticking

pytestmark = pytest.mark.django_db(transaction=True)
on_postgresql = pytest.mark.skipif(not services.on_postgres(), reason="SQLite has no line to the server to save")
INSERT = "INSERT INTO mail_topic (key, version) VALUES (%(key)s, 1)"
COUNT = "SELECT count(*) FROM mail_topic"


def say(*keys: str) -> None:
    for key in keys:
        statements.soon(INSERT, {"key": key})


def write(*keys: str, ask: bool = False) -> None:
    """One durable transaction that says these and, perhaps, asks something before its end."""
    with statements.durable():
        say(*keys)
        if ask:
            statements.rows(COUNT, {})
            pytest.fail("an error before the question was lost")


def keys() -> list[str]:
    return list(Topic.objects.order_by("pk").values_list("key", flat=True))


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many statements each message to the server had."""
    lengths: list[int] = []
    tell = Session._tell

    def counted(self: Session, every: list) -> object:
        lengths.append(len(every))
        return tell(self, every)

    monkeypatch.setattr(Session, "_tell", counted)
    return lengths


@pytest.fixture
def elsewhere() -> Iterator[object]:
    """A second connection."""
    other = connection.copy()
    yield other
    other.close()


def seen_from(other: object) -> int:
    with other.cursor() as cursor:  # type: ignore[attr-defined]
        cursor.execute(COUNT)
        return int(cursor.fetchone()[0])


def test_what_is_said_soon_is_there_for_whoever_asks_next() -> None:
    with statements.durable():
        say("a", "b")
        assert statements.rows(COUNT, {}) == [(2,)]
        say("c")
        assert Topic.objects.count() == 3  # Django's own statements come after ours
        say("d")
    assert keys() == ["a", "b", "c", "d"]


def test_outside_it_is_said_at_once() -> None:
    say("a")
    assert keys() == ["a"]
    with transaction.atomic():
        say("b")
        assert keys() == ["a", "b"]


def test_a_row_written_soon_gets_its_key_when_it_is_written() -> None:
    with statements.durable():
        first, second = (prepared.insert_soon(Topic(key=key, version=7)) for key in "ab")
    assert [(each.pk, each.key, each.version) for each in Topic.objects.order_by("pk")] == [
        (first.pk, "a", 7),
        (second.pk, "b", 7),
    ]
    assert not first._state.adding


def test_a_savepoint_takes_back_what_was_said_in_it_and_nothing_else() -> None:
    with statements.durable():
        say("before")
        with transaction.atomic():
            say("inside")
            transaction.set_rollback(True)
        say("after")
    assert keys() == ["before", "after"]


@pytest.mark.parametrize("asked", [True, False], ids=["at the next statement", "at the end"])
def test_an_error_is_raised_and_nothing_stays(asked: bool) -> None:
    write("there")
    with pytest.raises(IntegrityError):
        write("a", "there", "b", ask=asked)
    assert keys() == ["there"]
    write("c")
    assert keys() == ["there", "c"]


def test_whoever_leaves_with_an_error_leaves_nothing_to_be_said() -> None:
    def stumble() -> None:
        with statements.durable():
            say("a")
            raise LookupError

    with pytest.raises(LookupError):
        stumble()
    assert keys() == []
    say("b")
    assert keys() == ["b"]


def test_an_error_caught_in_a_savepoint_is_that_savepoints_own() -> None:
    def inside() -> None:
        with transaction.atomic():
            say("there")
            statements.rows(COUNT, {})

    write("there")
    with statements.durable():
        say("a")
        with pytest.raises(IntegrityError):
            inside()
        say("b")
    assert keys() == ["there", "a", "b"]


def test_what_is_to_happen_after_the_commit_happens_after_it() -> None:
    seen: list[int] = []
    with statements.durable():
        say("a")
        transaction.on_commit(lambda: seen.append(Topic.objects.count()))
        assert seen == []
    assert seen == [1]


def test_a_transaction_that_is_to_be_taken_back_is_not_committed() -> None:
    with statements.durable():
        say("a")
        transaction.set_rollback(True)
    assert keys() == []


def test_a_durable_one_is_never_within_another() -> None:
    with transaction.atomic(), pytest.raises(RuntimeError, match="durable"):
        write("a")
    assert keys() == []


def test_a_rule_that_is_seen_at_the_commit_only_is_an_error_there() -> None:
    def of_nobody() -> None:
        with statements.durable():
            say("a")
            prepared.insert_soon(Activity(lead_id=987654321, at=NOW, kind="note", summary="", data={}, actor=""))

    with pytest.raises(IntegrityError):
        of_nobody()
    assert (keys(), Activity.objects.count()) == ([], 0)


def test_whoever_listens_hears_every_statement_in_its_order() -> None:
    with CaptureQueriesContext(connection) as caught, statements.durable():
        say("a")
        statements.rows(COUNT, {})
    words = [each["sql"].split()[0] for each in caught.captured_queries]
    assert [each for each in words if each in ("INSERT", "SELECT")] == ["INSERT", "SELECT"]


def test_many_do_not_wait_for_the_last(told: list[int]) -> None:
    with statements.durable():
        say(*(f"t{number:03}" for number in range(3 * MOST_WAITING + 1)))
        assert len(statements.rows("SELECT key FROM mail_topic", {})) == 3 * MOST_WAITING + 1
    assert len(keys()) == 3 * MOST_WAITING + 1
    assert max(told, default=0) <= MOST_WAITING


@on_postgresql
@pytest.mark.django_db(transaction=False)
def test_the_transaction_around_a_test_is_not_ended(elsewhere: object) -> None:
    write("a")
    assert (keys(), seen_from(elsewhere)) == (["a"], 0)


@on_postgresql
def test_begin_statements_and_commit_go_in_one_message(told: list[int], elsewhere: object) -> None:
    with statements.durable("SET LOCAL lock_timeout = 1234", "SET LOCAL statement_timeout = 2345"):
        say("a", "b")
        assert told == []
        assert statements.rows("SHOW lock_timeout", {}) == [("1234ms",)]
        assert told == [5]  # two settings, two rows, the question; BEGIN goes before them
        assert seen_from(elsewhere) == 0
        say("c", "d")
    assert told == [5, 3]  # two rows and COMMIT
    assert seen_from(elsewhere) == 4
    assert statements.rows("SHOW lock_timeout", {}) == [("0",)]


@on_postgresql
def test_a_line_that_is_cut_in_the_middle_ends_with_an_error_and_the_next_one_works() -> None:
    ((pid,),) = statements.rows("SELECT pg_backend_pid()", {})

    def cut() -> None:
        time.sleep(0.3)
        other = connection.copy()
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
        other.close()

    def sleep() -> None:
        with statements.durable():
            say("a")
            statements.soon("SELECT pg_sleep(%(seconds)s)", {"seconds": 20})
            say("b")

    thread = threading.Thread(target=cut)
    thread.start()
    began = time.monotonic()
    with pytest.raises(OperationalError):
        sleep()
    assert time.monotonic() - began < 10
    thread.join()
    connection.close_if_unusable_or_obsolete()
    assert keys() == []
    with statements.durable():
        say("c")
    assert keys() == ["c"]


@on_postgresql
def test_other_threads_go_on_while_the_database_thinks() -> None:
    with ticking() as ticks, statements.durable():
        statements.soon("SELECT pg_sleep(%(seconds)s)", {"seconds": 2})
    assert ticks[0] > 80


@on_postgresql
def test_a_plan_that_an_upgrade_made_useless_is_made_anew() -> None:
    def asked() -> list[str]:
        found: list[str] = []
        with statements.durable():
            statements.soon(
                "SELECT words FROM upgraded WHERE number = %(n)s", {"n": 1}, then=lambda row: found.append(row[0])
            )
        return found

    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE upgraded AS SELECT 1 AS number, 'a'::varchar(5) AS words")
        assert asked() == ["a"]
        cursor.execute("ALTER TABLE upgraded ALTER words TYPE text")
        with pytest.raises(NotSupportedError):
            asked()
        assert asked() == ["a"]
        cursor.execute("DROP TABLE upgraded")
