"""The queue is read in the order of its own index only."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("mail", "0001_initial")]

    operations = [
        migrations.RemoveIndex(model_name="message", name="mail_message_expiring"),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("status", "due")), fields=["expires_at"], name="mail_message_expired"
            ),
        ),
    ]
