import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("content", "0004_readers_questions_images"),
        ("leads", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="QuizQuestion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("order", models.PositiveSmallIntegerField(default=0, help_text="Smaller numbers come first.")),
                (
                    "key",
                    models.SlugField(
                        help_text="A stable name such as “q1”; stored results point at it.", max_length=30, unique=True
                    ),
                ),
                ("prompt", models.CharField(max_length=200, verbose_name="question")),
                (
                    "basis",
                    models.CharField(
                        blank=True, help_text="For colleagues: what in the guide it is drawn from.", max_length=200
                    ),
                ),
                (
                    "scored",
                    models.BooleanField(
                        default=True, help_text="Scored questions have exactly one answer for each role."
                    ),
                ),
            ],
            options={
                "ordering": ["order", "id"],
                "permissions": [("publish_quiz", "Can publish an edition of the quiz")],
            },
        ),
        migrations.CreateModel(
            name="QuizEdition",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField(unique=True, verbose_name="edition")),
                ("snapshot", models.JSONField()),
                ("published_at", models.DateTimeField()),
                ("publisher_name", models.CharField(max_length=160)),
                ("note", models.CharField(blank=True, max_length=300)),
                (
                    "published_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-number"],
            },
        ),
        migrations.CreateModel(
            name="QuizOption",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("order", models.PositiveSmallIntegerField(default=0, help_text="Smaller numbers come first.")),
                ("key", models.SlugField(help_text="A stable name; stored results point at it.", max_length=30)),
                ("label", models.CharField(max_length=200, verbose_name="answer")),
                (
                    "role",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("product_manager", "Product Manager"),
                            ("project_manager", "Project Manager"),
                            ("tpm", "Technical Program Manager"),
                        ],
                        help_text="Whom it counts for.",
                        max_length=20,
                    ),
                ),
                (
                    "facts",
                    models.CharField(
                        blank=True,
                        help_text="For example: F011 F012.",
                        max_length=120,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^F\\d{3}( F\\d{3})*$", "Write fact ids like F011, several with one blank between them."
                            )
                        ],
                        verbose_name="facts",
                    ),
                ),
                (
                    "advice",
                    models.TextField(
                        blank=True,
                        help_text="Answers that are not scored: what the result page says to it.",
                        max_length=400,
                    ),
                ),
                (
                    "step",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "–"),
                            ("book", "Book a coaching call"),
                            ("email", "Email me this result"),
                            ("guide", "Read the guide"),
                        ],
                        default="",
                        help_text="Answers that are not scored: which next step the result page puts first, if any.",
                        max_length=5,
                        verbose_name="next step",
                    ),
                ),
                (
                    "question",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="options", to="content.quizquestion"
                    ),
                ),
            ],
            options={
                "verbose_name": "answer",
                "ordering": ["question", "order", "id"],
                "constraints": [models.UniqueConstraint(fields=("question", "key"), name="content_quiz_option_once")],
            },
        ),
        migrations.CreateModel(
            name="QuizResult",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("taken_at", models.DateTimeField()),
                ("seed", models.CharField(max_length=16)),
                ("answers", models.JSONField()),
                (
                    "band",
                    models.CharField(
                        choices=[
                            ("clear", "Clear"),
                            ("leaning", "Leaning"),
                            ("between", "Between two"),
                            ("all", "All three"),
                        ],
                        max_length=7,
                    ),
                ),
                (
                    "first_role",
                    models.CharField(
                        choices=[
                            ("product_manager", "Product Manager"),
                            ("project_manager", "Project Manager"),
                            ("tpm", "Technical Program Manager"),
                        ],
                        max_length=20,
                        verbose_name="highest role",
                    ),
                ),
                ("product_manager", models.PositiveSmallIntegerField()),
                ("project_manager", models.PositiveSmallIntegerField()),
                ("tpm", models.PositiveSmallIntegerField(verbose_name="TPM")),
                ("came_from", models.CharField(blank=True, editable=False, max_length=1000)),
                ("key", models.CharField(editable=False, max_length=64, null=True, unique=True)),
                (
                    "edition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="results", to="content.quizedition"
                    ),
                ),
                ("leads", models.ManyToManyField(editable=False, related_name="+", to="leads.lead")),
            ],
            options={
                "ordering": ["-taken_at", "-id"],
                "indexes": [models.Index(fields=["edition", "band", "first_role"], name="content_quiz_counts")],
            },
        ),
    ]
