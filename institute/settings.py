"""All settings of the site, read from the environment by typed readers. The README has them in one table."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from csp.constants import NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE
from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse_lazy

from institute import logs
from institute.beat import CELERY_BEAT_SCHEDULE  # noqa: F401  Celery reads it here
from institute.desk.theme import UNFOLD  # noqa: F401  django-unfold reads it here
from institute.env import (
    env,
    env_for_anymail,
    is_loopback,
    read_choice,
    read_flag,
    read_mail_server,
    read_networks,
    read_number,
    read_ports,
    read_secret_key,
    read_site_url,
    read_text,
    read_words,
)
from institute.limits import ABUSE_LIMITS  # noqa: F401  leads/abuse.py reads it here

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(read_text("DATA_DIR", str(BASE_DIR / "var"))).resolve()

# --- Who and where we are ---------------------------------------------------------------------------------------------
DEBUG = read_flag("DEBUG", default=False)
SITE_URL = read_site_url("SITE_URL", "http://127.0.0.1:8000")
SITE_HOST = urlsplit(SITE_URL).hostname or ""
SITE_IS_HTTPS = SITE_URL.startswith("https://")
SITE_IS_PUBLIC = not is_loopback(SITE_HOST)
SECRET_KEY = read_secret_key("SECRET_KEY", debug=DEBUG)
ADDRESS_HASH_KEY = read_text("ADDRESS_HASH_KEY")  # suppressions outlive a new SECRET_KEY where this one stays
SECRET_KEY_FALLBACKS = read_words("SECRET_KEY_FALLBACKS")
ALLOWED_HOSTS = read_words("ALLOWED_HOSTS") or [SITE_HOST]
CSRF_TRUSTED_ORIGINS = [SITE_URL]
ADMIN_PATH = read_text("ADMIN_PATH", "admin").strip("/") + "/"
if ADMIN_PATH == "/":
    raise ImproperlyConfigured("ADMIN_PATH must not be empty.")
TRUSTED_PROXIES = read_networks("TRUSTED_PROXIES")
RELEASE = read_text("RELEASE", "0.1.0")

# The one clock of the site can be shifted by a file that holds seconds: for tests of reminders only.
CLOCK_SHIFT_FILE = read_text("CLOCK_SHIFT_FILE")
if CLOCK_SHIFT_FILE and not DEBUG and SITE_IS_PUBLIC:
    raise ImproperlyConfigured("CLOCK_SHIFT_FILE is for tests: it cannot be set on a public site with DEBUG off.")

# --- Django -----------------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.sitemaps",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_prose_editor",
    "csp",
    "django_htmx",
    "phonenumber_field",
    "timezone_field",
    "institute.desk",
    "institute.audit",
    "bookings",
    "content",
    "leads",
    "mail",
]
MIDDLEWARE = [
    "institute.middleware.Headers",
    "institute.middleware.ContentSecurityPolicy",
    "institute.middleware.RequestLimits",
    "django.middleware.security.SecurityMiddleware",
    "bookings.api.kept.KeptSlots",
    "content.kept.KeptPages",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "institute.audit.middleware.Trail",
    "institute.signin.middleware.FreshPassword",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "institute.middleware.StaffTimeZone",
]
ROOT_URLCONF = "institute.urls"
WSGI_APPLICATION = "institute.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "mail.context_processors.institute",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TEST_RUNNER = "django.test.runner.DiscoverRunner"

LANGUAGE_CODE = "en-us"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
PHONENUMBER_DEFAULT_REGION = "US"
PHONENUMBER_DB_FORMAT = "E164"

# --- Database ---------------------------------------------------------------------------------------------------------
SQLITE_OPTIONS = {
    # IMMEDIATE takes the write lock at BEGIN, so a transaction never fails half-way with "database is locked".
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA secure_delete=ON;",
}
DATABASE_URL = read_text("DATABASE_URL", f"sqlite:///{DATA_DIR / 'db.sqlite3'}")
DATABASES: dict[str, dict[str, Any]] = {"default": env.db_url_config(DATABASE_URL)}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = SQLITE_OPTIONS
elif DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql":
    DATABASES["default"]["CONN_MAX_AGE"] = 60
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 5)
else:
    raise ImproperlyConfigured("DATABASE_URL must begin with postgres:// or sqlite://.")

# --- Celery: hints only, every fact is in the database ----------------------------------------------------------------
REDIS_URL = read_text("REDIS_URL")
CELERY_FOLDER = DATA_DIR / "celery"
CELERY_BROKER_URL = REDIS_URL or "filesystem://"
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = (
    {"socket_connect_timeout": 1, "socket_timeout": 10, "health_check_interval": 20}
    if REDIS_URL
    else {
        "data_folder_in": str(CELERY_FOLDER / "queue"),
        "data_folder_out": str(CELERY_FOLDER / "queue"),
        "control_folder": str(CELERY_FOLDER / "control"),
        "processed_folder": str(CELERY_FOLDER / "processed"),
        "store_processed": False,
    }
)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SERIALIZER = "json"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_PUBLISH_RETRY = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE_FILENAME = str(CELERY_FOLDER / "beat")

# --- Mail -------------------------------------------------------------------------------------------------------------
MAIL_FILE_DIR = DATA_DIR / "mail"
EMAIL_URL = read_text("EMAIL_URL")
MAIL_TRANSPORT = "smtp" if EMAIL_URL else "file"
_server = read_mail_server("EMAIL_URL", read_text("EMAIL_PASSWORD"))
EMAIL_HOST, EMAIL_PORT = _server.host, _server.port
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _server.user, _server.password
EMAIL_USE_TLS, EMAIL_USE_SSL = _server.starts_tls, _server.begins_in_tls
EMAIL_TIMEOUT = 20
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"  # nothing leaves but through the ledger
DEFAULT_FROM_EMAIL = read_text(
    "DEFAULT_FROM_EMAIL", f"Tpm Institute <hello@{SITE_HOST if SITE_IS_PUBLIC else 'localhost.localdomain'}>"
)
STAFF_EMAIL = read_text("STAFF_EMAIL")  # where contact messages go; empty: the institute's reply-to address
MAIL_NUDGES = True
MAIL_A_MINUTE, MAIL_A_DAY = read_number("MAIL_A_MINUTE", default=0), read_number("MAIL_A_DAY", default=0)  # 0: no limit
MAIL_PROVIDER = read_choice("MAIL_PROVIDER", ("mailgun", "postmark"))
ANYMAIL = env_for_anymail(MAIL_PROVIDER, read_text("MAIL_WEBHOOK_SECRET"))

# --- Static files -----------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
MEDIA_ROOT = DATA_DIR / "media"
WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_KEEP_ONLY_HASHED_FILES = True

# --- The guide's pages are kept as bytes; each process looks this often (seconds) whether there is something new -------
GUIDE_FRESH_SECONDS = 0.5

# --- Security ---------------------------------------------------------------------------------------------------------
SECURE_SSL_REDIRECT = SITE_IS_HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if SITE_IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SITE_IS_HTTPS
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SITE_IS_HTTPS
# __Host-: only this very host over TLS may set them, no subdomain (RFC 6265bis, 4.1.3.2).
COOKIE_PREFIX = "__Host-" if SITE_IS_HTTPS else ""
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}sessionid", f"{COOKIE_PREFIX}csrftoken"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000
PUBLIC_BODY_LIMIT, STAFF_BODY_LIMIT = 1024 * 1024, 10 * 1024 * 1024
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
# django-unfold's Alpine needs inline scripts, styles and eval: looser on the admin path only.
ADMIN_CONTENT_SECURITY_POLICY: dict[str, Any] = {
    "script-src": [SELF, UNSAFE_INLINE, UNSAFE_EVAL],
    "style-src": [SELF, UNSAFE_INLINE],
    "img-src": [SELF, "data:"],
}
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
CSRF_FAILURE_VIEW = "institute.views.csrf_failure"
LOGIN_URL = reverse_lazy("admin:login")
LOGIN_REDIRECT_URL = reverse_lazy("admin:index")

# What a suspected form's browser computes; tests take less.
CHALLENGE_ROUNDS = 5000

# --- The booking gate; a test-only settings module may switch guards off to show that they matter ----------------------
# One person may have so many coming calls; staff may book more.
OPEN_CALLS_PER_PERSON = 3
BOOKING_GATE_LOCK = True
BOOKING_GATE_CHECK = True
UNGUARDED_FOR_TESTS = False

# --- Outside calendars: fetched by the worker only, and only from public addresses -------------------------------------
OUTSIDE_PORTS = tuple(read_ports("OUTSIDE_PORTS", (80, 443)))
OUTSIDE_NETWORKS = tuple(read_networks("OUTSIDE_NETWORKS"))
OUTSIDE_INTERVAL = read_number("OUTSIDE_INTERVAL", default=900, least=60)

# --- Logs: JSON lines, masked -----------------------------------------------------------------------------------------
LOGGING: dict[str, Any] = logs.config(level=read_text("LOG_LEVEL", "INFO").upper())
WEB_THREADS = read_number("WEB_THREADS", default=8, least=1)
WEB_WORKERS = read_number("WEB_WORKERS", default=2, least=1)
