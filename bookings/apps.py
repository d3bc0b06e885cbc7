from django.apps import AppConfig
from django.core import checks
from django.db.models.signals import post_migrate


class BookingsConfig(AppConfig):
    name = "bookings"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Fill the registries of the rooms below, and keep the overlap guard in place after every migrate."""
        from bookings import emails, overlap, privacy, selectors
        from leads import reach

        emails.register()
        privacy.register()
        reach.register("bookings", selectors.leads_of)
        post_migrate.connect(_keep_overlap_guard, sender=self, dispatch_uid="bookings.overlap")
        checks.register(overlap.check_guard, checks.Tags.database)
        checks.register(overlap.check_switches, checks.Tags.security)


def _keep_overlap_guard(*, using: str, **_: object) -> None:
    from bookings import overlap

    overlap.install_if_possible(using)
