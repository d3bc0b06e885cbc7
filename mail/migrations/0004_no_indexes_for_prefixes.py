"""Nothing is looked up here by the beginning of a key, and every mail paid for the indexes that Django makes for it."""

from django.db import migrations

KEYS = (("message", "dedupe_key"), ("message", "message_id"), ("linktoken", "digest"), ("topic", "key"))


def drop(apps, schema_editor):
    """PostgreSQL only: nobody else has them."""
    for name, field in fields(apps, schema_editor):
        schema_editor.execute(schema_editor._delete_index_sql(name, like(schema_editor, name, field)))


def make(apps, schema_editor):
    """As Django would have made them."""
    for name, field in fields(apps, schema_editor):
        schema_editor.execute(schema_editor._create_like_index_sql(name, field))


def fields(apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return []
    models = ((apps.get_model("mail", model), field) for model, field in KEYS)
    return [(model, model._meta.get_field(field)) for model, field in models]


def like(schema_editor, model, field):
    return schema_editor._create_index_name(model._meta.db_table, [field.column], suffix="_like")


class Migration(migrations.Migration):
    dependencies = [("mail", "0003_returned_mail_and_limits")]

    operations = [migrations.RunPython(drop, make)]
