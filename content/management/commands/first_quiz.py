"""Seed and publish the first edition of the quiz, where there is none yet."""

from typing import Any

from django.core.management.base import BaseCommand

from content.errors import GateClosed
from content.quiz import first
from mail import clock


class Command(BaseCommand):
    help = "Seed and publish the first edition of the quiz; does nothing where there is one."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            edition = first.ensure(now=clock.now())
        except GateClosed as closed:
            # The site stands without the quiz, and an editor can publish it once this is mended.
            self.stderr.write(f"The quiz was not published. {closed}")
            return
        self.stdout.write(f"Published {edition}." if edition else "There is an edition already; nothing was changed.")
