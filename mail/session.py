"""One connection to PostgreSQL: the statements it has prepared, and those that wait to be said together."""

import itertools
import select
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import Connection
from psycopg.adapt import PyFormat, Transformer
from psycopg.pq import ConnStatus, ExecStatus, TransactionStatus
from psycopg.pq.abc import PGresult

Row = tuple[Any, ...]
# A statement and the types of its parameters.
_Key = tuple[bytes, tuple[int, ...]]
# More than a booking ever says; the rest goes on its way meanwhile.
MOST_WAITING = 40
_numbers = itertools.count()


@dataclass(frozen=True, slots=True)
class _Said:
    """A prepared statement with its parameters as they go over the line, and who wants its first row."""

    key: _Key
    name: bytes
    parameters: Sequence[Any]
    formats: Sequence[Any] | None
    then: Callable[[Row], None] | None = None


class Session:
    """What one connection of psycopg's has prepared. PostgreSQL parses and plans each statement once a connection:
    planning a claim costs twice its work.

    psycopg's own cursors do the same, but forget everything with each rollback, of which a booking that came too late is
    one, and take as long for a statement as PostgreSQL for most of ours.
    """

    def __init__(self, raw: Connection[Any], errors: AbstractContextManager[Any]) -> None:
        """`errors`: what makes Django's exceptions out of psycopg's."""
        self.errors = errors
        self.raw, self.pgconn, self.transformer = raw, raw.pgconn, Transformer(raw)
        self._prepared: dict[_Key, bytes] = {}
        # What is to be said with the next statement; None where nobody gathers.
        self.waiting: list[_Said] | None = None

    def execute(self, words: bytes, values: list[Any]) -> PGresult:
        """Run it, within the transaction that Django has asked for, after what waits; raises psycopg.Error."""
        said = self._said(words, values)
        if self.waiting:
            return self._tell([*self._taken(), said])
        if self._opens:
            self.begin()
        # None is NULL, which psycopg says of exec_params and forgot here.
        return self._good(said, self.pgconn.exec_prepared(said.name, said.parameters, said.formats))

    def later(self, words: bytes, values: list[Any], then: Callable[[Row], None] | None) -> None:
        """Keep it for the next statement."""
        assert self.waiting is not None
        self.waiting.append(self._said(words, values, then))
        if len(self.waiting) >= MOST_WAITING:
            self.flush()

    def flush(self, *, commit: bool = False) -> None:
        """Say what waits, and with it that the transaction is over."""
        if self.waiting:
            over = [self._said(b"COMMIT", [])] if commit else []
            self._tell([*self._taken(), *over])

    def _taken(self) -> list[_Said]:
        taken, self.waiting = self.waiting or [], []
        return taken

    def _said(self, words: bytes, values: list[Any], then: Callable[[Row], None] | None = None) -> _Said:
        """Prepared, where this connection does not know it yet, with its parameters as they are now."""
        parameters = self.transformer.dump_sequence(values, [PyFormat.AUTO] * len(values))
        key = words, self.transformer.types or ()
        name = self._prepared.get(key)
        if name is None:
            name = f"own_{next(_numbers)}".encode()
            self._checked(self.pgconn.prepare(name, *key))
            self._prepared[key] = name
        return _Said(key, name, parameters, self.transformer.formats, then)

    def _tell(self, every: list[_Said]) -> PGresult:
        """Say all in one message, in this order; the answer to the last. The first that fails is raised, and ends the rest.

        This is libpq's pipeline mode (PostgreSQL's manual, 34.5).
        """
        if self._opens:
            every = [self._said(b"BEGIN", []), *every]
        try:
            self.pgconn.enter_pipeline_mode()
            for said in every:
                self.pgconn.send_query_prepared(said.name, said.parameters, said.formats)
            self.pgconn.pipeline_sync()
            answers = self._answers()
            self.pgconn.exit_pipeline_mode()
        except BaseException:
            # Half a conversation: whoever came next would hear the answers to these.
            self.raw.close()
            raise
        for said, answer in zip(every, answers, strict=True):
            self._good(said, answer)
            if said.then is not None and answer.ntuples:
                said.then(self.rows(answer)[0])
        return answers[-1]

    def _answers(self) -> list[PGresult]:
        """What comes back until the pipeline's end, letting other threads go on meanwhile."""
        line = select.poll()
        line.register(self.pgconn.socket, select.POLLIN | select.POLLOUT)
        while self.pgconn.flush():
            line.poll()
            self.pgconn.consume_input()
        line.modify(self.pgconn.socket, select.POLLIN)
        found: list[PGresult] = []
        while True:
            while self.pgconn.is_busy():
                line.poll()
                self.pgconn.consume_input()
            result = self.pgconn.get_result()
            if result is None:  # one statement's answer is over
                if self.pgconn.status == ConnStatus.BAD:
                    raise psycopg.OperationalError(self.pgconn.get_error_message())
            elif result.status == ExecStatus.PIPELINE_SYNC:
                return found
            else:
                found.append(result)

    def _good(self, said: _Said, result: PGresult) -> PGresult:
        try:
            return self._checked(result)
        except (psycopg.errors.FeatureNotSupported, psycopg.errors.InvalidSqlStatementName):
            # An upgrade changed a column that it returns, or it is there no more: the next time it is prepared anew.
            self._prepared.pop(said.key, None)
            raise

    def begin(self, *settings: str) -> None:
        """What psycopg says before a transaction's first statement, together with what else is to be said."""
        if self.waiting is not None:
            self.waiting += [self._said(each.encode(), []) for each in settings]
            return
        words = [*(["BEGIN"] if self._opens else []), *settings]
        self._checked(self.pgconn.exec_("; ".join(words).encode()))

    @property
    def _opens(self) -> bool:
        """Whether Django has asked for a transaction that was not begun yet."""
        return not self.raw.autocommit and self.pgconn.transaction_status == TransactionStatus.IDLE

    def rows(self, result: PGresult) -> list[Row]:
        """The rows of a result as Python's values."""
        self.transformer.set_pgresult(result)
        found = self.transformer.load_rows(0, result.ntuples, tuple)
        self.transformer.set_pgresult(None)
        return found

    def _checked(self, result: PGresult) -> PGresult:
        if result.status in (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK):
            return result
        if self.pgconn.status == ConnStatus.BAD:
            raise psycopg.OperationalError(result.get_error_message())
        raise psycopg.errors.error_from_result(result, encoding=self.raw.info.encoding)
