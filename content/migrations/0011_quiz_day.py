from collections import Counter
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

from django.db import migrations, models


def count_what_was_taken(apps, schema_editor):
    """The results that are there already, by the rule by which new ones are counted."""
    alias = schema_editor.connection.alias
    institute = apps.get_model("mail", "Institute").objects.using(alias).filter(pk=1).first()
    zone = ZoneInfo(str(institute.default_time_zone) if institute else "America/New_York")
    runs = Counter()
    results = apps.get_model("content", "QuizResult").objects.using(alias)
    for taken_at, came_from, band, first in results.values_list("taken_at", "came_from", "band", "first_role"):
        parts = urlsplit(came_from)
        source = parse_qs(parts.query).get("utm_source", [""])[0][:100] or parts.path[:100]
        role = first if band in ("clear", "leaning") else "undecided"
        runs[taken_at.astimezone(zone).date(), parts.path[:300] or "/quiz/", source, role] += 1
    model = apps.get_model("content", "QuizDay")
    model.objects.using(alias).bulk_create(
        model(day=day, page=page, source=source, role=role, runs=number)
        for (day, page, source, role), number in runs.items()
    )


class Migration(migrations.Migration):
    dependencies = [
        ("content", "0010_quiz"),
        ("mail", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="QuizDay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                ("page", models.CharField(max_length=300)),
                ("source", models.CharField(blank=True, max_length=100)),
                ("role", models.CharField(max_length=20)),
                ("runs", models.PositiveIntegerField(default=0)),
            ],
            options={
                "ordering": ["-day", "page", "source", "role"],
                "verbose_name": "quiz runs of a day",
                "verbose_name_plural": "quiz runs by day",
                "constraints": [
                    models.UniqueConstraint(fields=("day", "page", "source", "role"), name="content_quiz_day_once")
                ],
            },
        ),
        migrations.RunPython(count_what_was_taken, migrations.RunPython.noop),
    ]
