"""SQLite without the lock that BEGIN IMMEDIATE takes: every statement stands alone, as in code that checks, then writes."""

from django.db.backends.sqlite3 import base


class DatabaseWrapper(base.DatabaseWrapper):
    def _start_transaction_under_autocommit(self) -> None:
        """No BEGIN: what was read a moment ago may be untrue by the time of the write."""
