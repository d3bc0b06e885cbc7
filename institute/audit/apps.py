from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "institute.audit"
    label = "audit"
    verbose_name = "Audit"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Hear what Django itself says about sign-ins and accounts."""
        from institute.audit import hearing

        hearing.listen()
