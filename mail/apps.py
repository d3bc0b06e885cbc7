from django.apps import AppConfig


class MailConfig(AppConfig):
    name = "mail"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from mail import checks, emails, personal, webhooks  # noqa: F401

        emails.register()
        personal.register()
        webhooks.listen()
