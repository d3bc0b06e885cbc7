"""Settings of the test runs: the real ones, with quick hashes, plain static files and a place of their own to write."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

_own = tempfile.mkdtemp(prefix="institute-tests-")
atexit.register(shutil.rmtree, _own, ignore_errors=True)
os.environ["DATA_DIR"] = _own
# Playwright's event loop stays in the main thread after the first browser test; Django would take every later test for a
# coroutine and refuse it the database.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
os.environ.setdefault("SECRET_KEY", "test-0f9c2b7d4e6a8c1357924680acebdfabcdef0123456789-only")
os.environ.setdefault("SITE_URL", "http://testserver")
os.environ.setdefault("ALLOWED_HOSTS", "testserver,127.0.0.1,localhost")
for _name in ("EMAIL_URL", "ADMIN_PATH", "TRUSTED_PROXIES", "CLOCK_SHIFT_FILE", "DEBUG", "STAFF_EMAIL"):
    os.environ.pop(_name, None)

from institute.settings import *  # noqa: E402, F403
from institute.settings import DATABASES, SQLITE_OPTIONS  # noqa: E402

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, not memory: shared-cache memory databases lock under threads and prove nothing.
    DATABASES["default"]["TEST"] = {"NAME": str(Path(_own) / "test.sqlite3")}
    # Nothing here outlives the machine; what must, is tried with processes of their own on the real settings.
    DATABASES["default"]["OPTIONS"] = SQLITE_OPTIONS | {
        "init_command": str(SQLITE_OPTIONS["init_command"]).replace("synchronous=FULL", "synchronous=OFF")
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 0
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = True
CELERY_BROKER_URL = "memory://"
CELERY_BROKER_TRANSPORT_OPTIONS = {}
MAIL_NUDGES = False
CHALLENGE_ROUNDS = 5
SITE_IS_PUBLIC = False
GUIDE_FRESH_SECONDS = 0
