"""The database refuses to change what was published, whoever asks: the ORM's refusals do not see raw SQL."""

from dataclasses import dataclass

from django.db import connections

# Deletes are guarded on PostgreSQL only: there the test runner empties tables with TRUNCATE, on SQLite with DELETE.
POSTGRESQL = """
CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '{refusal}' USING ERRCODE = 'restrict_violation';
END $$;
DROP TRIGGER IF EXISTS {name} ON {table};
CREATE TRIGGER {name} BEFORE UPDATE OF {columns} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}();
DROP TRIGGER IF EXISTS {name}_delete ON {table};
CREATE TRIGGER {name}_delete BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {name}();
"""
SQLITE = """
CREATE TRIGGER IF NOT EXISTS {name} BEFORE UPDATE OF {columns} ON {table}
BEGIN SELECT RAISE(ABORT, '{refusal}'); END
"""


@dataclass(frozen=True, slots=True)
class Guard:
    """A table whose rows are written once. Its `published_by_id` is never named: deleting a leaver's account sets it to NULL."""

    table: str
    columns: str
    refusal: str

    @property
    def name(self) -> str:
        """Of the trigger, and on PostgreSQL of its function."""
        return f"{self.table}_immutable"

    def sql(self, template: str) -> str:
        """The statements for this table."""
        return template.format(name=self.name, table=self.table, columns=self.columns, refusal=self.refusal)


REVISION = Guard(
    "content_revision",
    "guide_id, number, slug, title, snapshot, published_at, publisher_name, note",
    "a published revision is never changed",
)
# Results are explained with its words.
EDITION = Guard(
    "content_quizedition",
    "number, snapshot, published_at, publisher_name, note",
    "an edition of the quiz is never changed",
)


def install(using: str = "default") -> None:
    """Create the triggers where they are missing; does nothing before a table exists."""
    connection = connections[using]
    template = {"postgresql": POSTGRESQL, "sqlite": SQLITE}.get(connection.vendor)
    if template is None:
        return
    tables = connection.introspection.table_names()
    with connection.cursor() as cursor:
        for guard in (REVISION, EDITION):
            if guard.table in tables:
                cursor.execute(guard.sql(template))
