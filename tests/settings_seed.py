"""The real settings, but static files are collected without their compressed forms: that is most of the work, and no
site of a test needs them."""

from institute.settings import *  # noqa: F403
from institute.settings import STORAGES

STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"}}
