"""JSON log lines in UTC with link tokens, e-mail addresses and phone numbers masked."""

import json
import logging
import re
from datetime import UTC, datetime
from typing import Any

# Any long url-safe run inside a path is treated as a link token (tokens have 32 characters).
_TOKEN = re.compile(r"(?<=/)[A-Za-z0-9_-]{20,}(?=[/?.\s\"']|$)")
_EMAIL = re.compile(r"([A-Za-z0-9])[A-Za-z0-9._%+'-]*@([A-Za-z0-9.-]+)")
_PHONE = re.compile(r"\+\d[\d ().-]{7,}\d")


def masked(text: str) -> str:
    """The text without link tokens, whole addresses or phone numbers."""
    text = _TOKEN.sub("***", text)
    text = _EMAIL.sub(r"\1***@\2", text)
    return _PHONE.sub("+***", text)


class JsonLines(logging.Formatter):
    """One JSON object a line; line breaks inside a message are escaped by JSON itself."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "from": record.name,
            "what": masked(record.getMessage()),
        }
        for name in ("request_id", "status_code"):
            if (value := getattr(record, name, None)) is not None:
                line[name] = value
        if record.exc_info:
            line["error"] = masked(self.formatException(record.exc_info))
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
