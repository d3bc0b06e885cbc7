"""Write the interview-preparation sequence of a fresh site."""

from typing import Any

from django.core.management.base import BaseCommand

from leads import first_sequence


class Command(BaseCommand):
    help = "Write the five interview-preparation emails, unless the sequence exists."

    def handle(self, *args: Any, **options: Any) -> None:
        if first_sequence.write():
            self.stdout.write(f"Wrote the sequence {first_sequence.NAME}.")
