"""Demo coaches and kinds of call: added, or with --remove taken away."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from bookings import demo, selectors


class Command(BaseCommand):
    help = "Add demo coaches with hours and kinds of call, or take them away with --remove."

    def add_arguments(self, parser: CommandParser) -> None:
        """One switch."""
        parser.add_argument("--remove", action="store_true", help="take all demo data away")

    def handle(self, *args: Any, **options: Any) -> None:
        """Add or remove, and say what was done."""
        if options["remove"]:
            number = demo.remove()
            self.stdout.write(f"Removed {number} demo coaches and kinds of call.")
            return
        number = demo.load()
        self.stdout.write(f"Added {number} demo coaches and kinds of call." if number else "The demo data is there.")
        if not selectors.demo_allowed():
            self.stdout.write("They cannot be booked here: DEBUG is off and SITE_URL is public.")
