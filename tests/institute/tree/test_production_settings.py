"""Production refuses to start half-set, and Django's own deployment check has nothing to say."""

from pathlib import Path

import pytest

from tests.institute.production import KEY, manage, refusal, settings

SHORT = "SECRET_KEY is too short or a known example. Give a random one of at least 50 characters."


def test_the_deployment_check_is_clean(tmp_path: Path) -> None:
    done = manage("check", "--deploy", "--fail-level", "WARNING", DATA_DIR=str(tmp_path))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "no issues" in done.stdout + done.stderr


def test_every_change_of_a_model_has_its_migration(tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path / 'db.sqlite3'}"
    done = manage("makemigrations", "--check", "--dry-run", DATABASE_URL=database, DATA_DIR=str(tmp_path))
    assert done.returncode == 0, done.stdout + done.stderr


def test_with_all_that_is_needed_it_starts() -> None:
    assert refusal() == ""


@pytest.mark.parametrize(
    ("key", "told"),
    [
        ("", "SECRET_KEY is not set. Give a random one of at least 50 characters."),
        (KEY[:49], SHORT),
        ("a" * 60, SHORT),
        ("django-insecure-" + KEY, SHORT),
        ("changeme" + KEY, SHORT),
    ],
    ids=["absent", "short", "one letter", "Django's example", "a known example"],
)
def test_a_weak_key_stops_the_start(key: str, told: str) -> None:
    assert refusal(SECRET_KEY=key) == told


def test_a_secret_may_lie_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(KEY + "\n")
    assert settings(without="SECRET_KEY", SECRET_KEY_FILE=str(tmp_path / "key"))["SECRET_KEY"] == KEY


def test_a_secret_given_twice_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(KEY)
    assert refusal(SECRET_KEY_FILE=str(tmp_path / "key")) == "Give SECRET_KEY or SECRET_KEY_FILE, not both."


def test_old_keys_can_stay_valid_for_a_while() -> None:
    assert settings(SECRET_KEY_FALLBACKS="one, two")["SECRET_KEY_FALLBACKS"] == ["one", "two"]


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("DEBUG", "maybe", "DEBUG must be 1 or 0, not 'maybe'."),
        (
            "SITE_URL",
            "coaching.example.org",
            "SITE_URL must look like https://www.example.org, not 'coaching.example.org'.",
        ),
        ("DATABASE_URL", "mysql://127.0.0.1/site", "DATABASE_URL must begin with postgres:// or sqlite://."),
        ("EMAIL_URL", "https://smtp.example.org", "EMAIL_URL must begin with smtp://, smtp+tls:// or smtp+ssl://."),
        (
            "EMAIL_URL",
            "smtp://smtp.example.org:25",
            "EMAIL_URL must use smtp+tls:// or smtp+ssl:// for a host that is not this machine.",
        ),
        (
            "OUTSIDE_PORTS",
            "80,https",
            "OUTSIDE_PORTS must be port numbers from 1 to 65535 with commas, such as 80,443.",
        ),
        ("ADMIN_PATH", "/", "ADMIN_PATH must not be empty."),
        ("MAIL_PROVIDER", "pigeon", "MAIL_PROVIDER must be one of mailgun, postmark, not 'pigeon'."),
        ("MAIL_PROVIDER", "mailgun", "MAIL_PROVIDER needs MAIL_WEBHOOK_SECRET, of at least 20 characters."),
        ("MAIL_A_MINUTE", "many", "MAIL_A_MINUTE must be a whole number from 0 on, not 'many'."),
        (
            "CLOCK_SHIFT_FILE",
            "shift",
            "CLOCK_SHIFT_FILE is for tests: it cannot be set on a public site with DEBUG off.",
        ),
    ],
)
def test_a_wrong_setting_is_named_in_one_sentence(name: str, value: str, told: str) -> None:
    assert refusal(**{name: value}) == told


def test_production_is_strict_without_being_asked() -> None:
    strict = {
        "DEBUG": False,
        "ALLOWED_HOSTS": ["coaching.example.org"],
        "SESSION_COOKIE_SECURE": True,
        "CSRF_COOKIE_SECURE": True,
        "SESSION_COOKIE_HTTPONLY": True,
        "SECURE_HSTS_SECONDS": 31_536_000,
        "SECURE_HSTS_INCLUDE_SUBDOMAINS": True,
        "CELERY_ACCEPT_CONTENT": ["json"],
        "CELERY_TASK_SERIALIZER": "json",
    }
    read = settings()
    assert {name: read[name] for name in strict} == strict
