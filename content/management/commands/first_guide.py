"""Seed and publish the first guide, where there is none yet."""

from typing import Any

from django.core.management.base import BaseCommand

from content import first_guide
from mail import clock


class Command(BaseCommand):
    help = "Seed and publish the first guide; does nothing where a guide exists."

    def handle(self, *args: Any, **options: Any) -> None:
        revision = first_guide.ensure(now=clock.now())
        if revision is None:
            self.stdout.write("There is a guide already; nothing was changed.")
        else:
            self.stdout.write(f"Published {revision}.")
