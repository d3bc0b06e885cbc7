"""A sender as a process of its own, for tests that kill it: `python -m tests.mail.one_sender`."""

import os
from datetime import timedelta

os.environ["DJANGO_SETTINGS_MODULE"] = os.environ.get("DJANGO_SETTINGS_MODULE", "tests.settings")


def main() -> None:
    import django
    from django.conf import settings

    django.setup()
    settings.MAIL_TRANSPORT, settings.EMAIL_HOST = "smtp", "127.0.0.1"
    settings.EMAIL_PORT = int(os.environ["SINK_PORT"])
    settings.DATABASES["default"]["CONN_MAX_AGE"] = 0

    from django.core.management import call_command

    from mail import clock, registry
    from mail.registry import Stream
    from tests.mail.conftest import KIND, render_note

    registry.register(KIND, stream=Stream.BOOKING, render=render_note, label="Note")
    real, shift = clock.now, timedelta(seconds=float(os.environ["SHIFT"]))
    clock.now = lambda: real() + shift
    call_command("send_due", "--loop", "--every", "0.1")


if __name__ == "__main__":
    main()
