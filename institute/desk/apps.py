from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate


class DeskConfig(AppConfig):
    name = "institute.desk"
    label = "desk"
    verbose_name = "Staff desk"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Keep the four staff groups as `groups` names them after every migrate."""
        from institute.desk import groups
        from institute.signin import fresh

        fresh.listen()
        # Django makes permissions app by app: only after the last app's turn is every one of them there.
        last = [app for app in apps.get_app_configs() if app.models_module is not None][-1]
        post_migrate.connect(groups.after_migrate, sender=last, dispatch_uid="desk.groups")
