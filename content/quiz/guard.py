"""The database refuses to change an edition, whoever asks: results are explained with its words."""

from django.db import connections

TABLE = "content_quizedition"
NAME = "content_quizedition_immutable"
# published_by_id is left out: deleting a leaver's account sets it to NULL.
COLUMNS = "number, snapshot, published_at, publisher_name, note"

# Deletes are guarded on PostgreSQL only: there the test runner empties tables with TRUNCATE, on SQLite with DELETE.
POSTGRESQL = f"""
CREATE OR REPLACE FUNCTION {NAME}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'an edition of the quiz is never changed' USING ERRCODE = 'restrict_violation';
END $$;
DROP TRIGGER IF EXISTS {NAME} ON {TABLE};
CREATE TRIGGER {NAME} BEFORE UPDATE OF {COLUMNS} ON {TABLE} FOR EACH ROW EXECUTE FUNCTION {NAME}();
DROP TRIGGER IF EXISTS {NAME}_delete ON {TABLE};
CREATE TRIGGER {NAME}_delete BEFORE DELETE ON {TABLE} FOR EACH ROW EXECUTE FUNCTION {NAME}();
"""
SQLITE = f"""
CREATE TRIGGER IF NOT EXISTS {NAME} BEFORE UPDATE OF {COLUMNS} ON {TABLE}
BEGIN SELECT RAISE(ABORT, 'an edition of the quiz is never changed'); END
"""


def install(using: str = "default") -> None:
    """Create the triggers where they are missing; does nothing before the table exists."""
    connection = connections[using]
    if TABLE not in connection.introspection.table_names():
        return
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(POSTGRESQL)
        elif connection.vendor == "sqlite":
            cursor.execute(SQLITE)
