"""The exclusion constraint on PostgreSQL, outside the model state: in Meta it would be a syntax error on SQLite.

SQLite's triggers come from the post_migrate handler, because every table rebuild drops them.
"""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

ADD = """
ALTER TABLE bookings_booking ADD CONSTRAINT booking_no_overlap
EXCLUDE USING gist (coach_id WITH =, tstzrange(busy_start, busy_end, '[)') WITH &&)
WHERE (status IN ('held', 'pending', 'confirmed'))
"""
DROP = "ALTER TABLE bookings_booking DROP CONSTRAINT IF EXISTS booking_no_overlap"


def add(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        # Not Django's BtreeGistExtension: its way back asks pg_extension on every database, SQLite too.
        schema_editor.execute("CREATE EXTENSION IF NOT EXISTS btree_gist", params=None)
        schema_editor.execute(DROP, params=None)
        schema_editor.execute(ADD, params=None)


def drop(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(DROP, params=None)


class Migration(migrations.Migration):
    dependencies = [("bookings", "0001_initial")]

    operations = [migrations.RunPython(add, drop)]
