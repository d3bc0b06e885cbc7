"""Brings the database to this release; on a new one also what a first visitor and a first staff member need."""

import os
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from bookings.models import Coach
from content.models import Guide, QuizEdition


class Command(BaseCommand):
    help = (
        "Migrate, and write the first guide, quiz and mail sequence where there are none. May be run again at any time."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--first", action="store_true", help="also the demo coaches, where there is no coach, to look around with"
        )
        parser.add_argument(
            "--sign-in",
            metavar="NAME",
            help="also a superuser, where there is none; DJANGO_SUPERUSER_PASSWORD is asked",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        verbosity = options["verbosity"]
        call_command("migrate", interactive=False, verbosity=verbosity)
        if not Guide.objects.filter(live__isnull=False).exists():
            call_command("first_guide", verbosity=verbosity)
        if not QuizEdition.objects.exists():
            call_command("first_quiz", verbosity=verbosity)
        call_command("first_sequence", verbosity=verbosity)
        if options["first"] and not Coach.objects.exists():
            call_command("demo_data", verbosity=verbosity)
        if options["sign_in"]:
            self._sign_in(options["sign_in"])

    def _sign_in(self, name: str) -> None:
        """Django's own createsuperuser, so that there is one way in and one only."""
        if get_user_model().objects.filter(is_superuser=True, is_active=True).exists():
            return
        if not os.environ.get("DJANGO_SUPERUSER_PASSWORD"):
            raise CommandError("Give the password in DJANGO_SUPERUSER_PASSWORD.")
        call_command("createsuperuser", interactive=False, username=name, email="", verbosity=0)
        self.stdout.write("sign-in made")
