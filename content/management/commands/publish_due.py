"""What Celery beat rings for, without Celery."""

from typing import Any

from django.core.management.base import BaseCommand

from content import printing, publishing
from content.models import Guide
from mail import clock


class Command(BaseCommand):
    help = "Publish the guides whose planned time has come, and make missing PDFs; says what was refused and why."

    def handle(self, *args: Any, **options: Any) -> None:
        now = clock.now()
        due = list(Guide.objects.filter(publish_at__lte=now).values_list("pk", flat=True))
        for revision in publishing.publish_due(now=now):
            self.stdout.write(f"Published {revision}.")
        for guide in Guide.objects.filter(pk__in=due).exclude(publish_refused=""):
            self.stderr.write(f"Not published: {guide}. {guide.publish_refused}")
        printing.catch_up(now=now)
