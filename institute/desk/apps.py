from django.apps import AppConfig
from django.db.models.signals import post_migrate


class DeskConfig(AppConfig):
    name = "institute.desk"
    label = "desk"
    verbose_name = "Staff desk"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Keep the four staff groups as `groups` names them after every migrate."""
        from institute.desk import groups

        post_migrate.connect(groups.after_migrate, sender=self, dispatch_uid="desk.groups")
