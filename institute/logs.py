"""JSON log lines in UTC with link tokens, e-mail addresses and phone numbers masked."""

import json
import logging
import re
import traceback
from collections.abc import Iterator
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

# Any long url-safe run inside a path is treated as a link token (tokens have 32 characters).
_TOKEN = re.compile(r"(?<=/)[A-Za-z0-9_-]{20,}(?=[/?.\s\"']|$)")
_EMAIL = re.compile(r"([A-Za-z0-9])[A-Za-z0-9._%+'-]*@([A-Za-z0-9.-]+)")
_PHONE = re.compile(r"\+\d[\d ().-]{7,}\d")
# What an exception quotes is what somebody typed: int("Grace") does, and PostgreSQL with its double quotes after a colon.
_QUOTED = re.compile(r"'(?:[^'\\]|\\.)*'|(?<=: )\"[^\"]*\"")
# Set while a request is answered, so that all its lines can be found together.
request_id: ContextVar[str] = ContextVar("request_id", default="")


def masked(text: str) -> str:
    """The text without link tokens, whole addresses or phone numbers."""
    text = _TOKEN.sub("***", text)
    text = _EMAIL.sub(r"\1***@\2", text)
    return _PHONE.sub("+***", text)


def told(error: BaseException) -> str:
    """An exception without the values in it: its class, the first line of its words, and where it happened.

    PostgreSQL's second line is the whole row that it refused.
    """
    return "".join(part for each in reversed(list(_chain(error))) for part in _lines(each))


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    found: BaseException | None = error
    while found is not None and id(found) not in seen:
        seen.add(id(found))
        yield found
        found = found.__cause__ or (None if found.__suppress_context__ else found.__context__)


def _lines(error: BaseException) -> Iterator[str]:
    yield "Traceback (most recent call last):\n"
    yield from traceback.format_tb(error.__traceback__)
    first = _QUOTED.sub("***", str(error).partition("\n")[0])
    yield f"{type(error).__module__}.{type(error).__qualname__}: {first}\n"


class JsonLines(logging.Formatter):
    """One JSON object a line; line breaks inside a message are escaped by JSON itself."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "from": record.name,
            "what": masked(record.getMessage()),
        }
        # Django logs a 4xx once all middleware is left: the request still knows its id.
        if known := request_id.get() or getattr(getattr(record, "request", None), "request_id", ""):
            line["request_id"] = known
        if (status := getattr(record, "status_code", None)) is not None:
            line["status_code"] = status
        if record.exc_info and record.exc_info[1] is not None:
            line["error"] = masked(told(record.exc_info[1]))
        return json.dumps(line, ensure_ascii=True)


def config(*, level: str) -> dict[str, Any]:
    """Everything to standard error, as masked JSON lines; the chatter of libraries only from warnings on."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": "institute.logs.JsonLines"}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            "django.server": {"handlers": ["console"], "level": "WARNING", "propagate": False},
            "django": {"level": "INFO"},
            "celery": {"level": "WARNING"},
            "kombu": {"level": "WARNING"},
        },
    }
