"""The database refuses to change a revision, whoever asks: the ORM's refusals do not see raw SQL."""

from django.db import connections

TABLE = "content_revision"
NAME = "content_revision_immutable"
# published_by_id is left out: deleting a leaver's account sets it to NULL.
COLUMNS = "guide_id, number, slug, title, snapshot, published_at, publisher_name, note"

# Deletes are guarded on PostgreSQL only: there the test runner empties tables with TRUNCATE, on SQLite with DELETE.
POSTGRESQL = f"""
CREATE OR REPLACE FUNCTION {NAME}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'a published revision is never changed' USING ERRCODE = 'restrict_violation';
END $$;
DROP TRIGGER IF EXISTS {NAME} ON {TABLE};
CREATE TRIGGER {NAME} BEFORE UPDATE OF {COLUMNS} ON {TABLE} FOR EACH ROW EXECUTE FUNCTION {NAME}();
DROP TRIGGER IF EXISTS {NAME}_delete ON {TABLE};
CREATE TRIGGER {NAME}_delete BEFORE DELETE ON {TABLE} FOR EACH ROW EXECUTE FUNCTION {NAME}();
"""
SQLITE = f"""
CREATE TRIGGER IF NOT EXISTS {NAME} BEFORE UPDATE OF {COLUMNS} ON {TABLE}
BEGIN SELECT RAISE(ABORT, 'a published revision is never changed'); END
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
