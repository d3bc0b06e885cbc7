"""The leads room and what it tells the mail room."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class LeadsConfig(AppConfig):
    name = "leads"
    verbose_name = "Leads"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from leads import consent_texts, emails, intake, personal

        emails.register()
        intake.register()
        personal.register()
        post_migrate.connect(consent_texts.seed, sender=self, dispatch_uid="leads.consent_texts")
