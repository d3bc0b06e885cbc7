"""The Celery app: tasks are doorbells, every fact they act on is in the database."""

import os
from pathlib import Path
from typing import Any

from celery import Celery

from institute import hints

hints.register()
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "institute.settings")
app = Celery("institute")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@app.on_after_configure.connect
def make_folders(sender: Celery, **_: Any) -> None:
    """The filesystem transport and beat expect their folders to be there and say so only by falling over."""
    if str(sender.conf.broker_url).startswith("filesystem:"):
        options = sender.conf.broker_transport_options
        for name in ("data_folder_in", "data_folder_out", "control_folder", "processed_folder"):
            if name in options:
                Path(options[name]).mkdir(parents=True, exist_ok=True)
    Path(sender.conf.beat_schedule_filename).parent.mkdir(parents=True, exist_ok=True)
