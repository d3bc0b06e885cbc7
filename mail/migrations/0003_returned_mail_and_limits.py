"""What came back, which addresses mail comes back from, test mails, and what the mail provider takes."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("mail", "0002_queue_read_in_its_order"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Allowance",
            fields=[
                ("span", models.CharField(max_length=10, primary_key=True, serialize=False)),
                ("slots", models.JSONField(default=dict)),
            ],
        ),
        migrations.AddField(
            model_name="suppression",
            name="bounced",
            field=models.BooleanField(default=False, verbose_name="mail comes back"),
        ),
        migrations.CreateModel(
            name="Bounce",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=64, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("hard", "There is no such mailbox"),
                            ("lost", "Not delivered"),
                            ("delayed", "Delayed"),
                            ("complaint", "Marked as spam"),
                            ("unsubscribed", "Unsubscribed at the mail provider"),
                        ],
                        max_length=12,
                    ),
                ),
                ("status", models.CharField(blank=True, default="", max_length=20)),
                ("detail", models.TextField(blank=True, default="")),
                ("source", models.CharField(max_length=20)),
                ("noted_at", models.DateTimeField(db_index=True)),
                (
                    "message",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="bounces", to="mail.message"
                    ),
                ),
            ],
            options={
                "verbose_name": "returned mail",
                "verbose_name_plural": "returned mail",
                "ordering": ("-id",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ("hard", "lost", "delayed", "complaint", "unsubscribed"))),
                        name="mail_bounce_kind",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Trial",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("way", models.CharField(max_length=64)),
                ("asked_at", models.DateTimeField()),
                ("confirmed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "asked_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "test mail",
                "ordering": ("-id",),
                "indexes": [models.Index(fields=["way"], name="mail_trial_way")],
            },
        ),
    ]
