"""Let go of leads whose time is over, or say how many would go."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from leads import retention
from mail import clock


class Command(BaseCommand):
    help = "Erase leads whose time is over (see leads/retention.py); the worker does it once a day."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say how many would be erased")

    def handle(self, *args: Any, **options: Any) -> None:
        now = clock.now()
        counts = retention.dry_run(now=now) if options["dry_run"] else retention.run(now=now)
        words = "would go" if options["dry_run"] else "gone"
        for name, number in counts.items():
            kept = f" (kept {retention.MONTHS[name]} months)" if name in retention.MONTHS else ""
            self.stdout.write(f"{name}{kept}: {number} {words}")
