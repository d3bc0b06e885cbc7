from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


def guard_revisions(using: str, **kwargs: Any) -> None:
    """(Re)install the database's own guard: SQLite loses its triggers whenever Django rebuilds a table."""
    from content import guard

    guard.install(using)


class ContentConfig(AppConfig):
    name = "content"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from content import asking, download, emails, privacy
        from content.quiz import emails as quiz_emails
        from content.quiz import held
        from leads import magnet

        emails.register()
        magnet.register(download.OFFER)
        quiz_emails.register()
        held.register()
        asking.register()
        privacy.register()
        post_migrate.connect(guard_revisions, sender=self, dispatch_uid="content.guard_revisions")
