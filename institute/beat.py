"""What Celery beat rings for, how often (seconds), and after how long a ring that nobody heard is worth nothing."""

from typing import Any

CELERY_BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    "send-due-mail": {"task": "mail.send_due", "schedule": 15.0, "options": {"expires": 15}},
    "tidy-holds": {"task": "bookings.tidy_holds", "schedule": 600.0, "options": {"expires": 300}},
    "refresh-outside": {"task": "bookings.refresh_outside", "schedule": 60.0, "options": {"expires": 55}},
    "decline-unanswered": {"task": "bookings.decline_unanswered", "schedule": 60.0, "options": {"expires": 55}},
    "forget-unproven": {"task": "bookings.forget_unproven", "schedule": 3600.0, "options": {"expires": 600}},
    "publish-due": {"task": "content.publish_due", "schedule": 20.0, "options": {"expires": 20}},
    "tidy-limits": {"task": "leads.tidy", "schedule": 3600.0, "options": {"expires": 600}},
    "leads-go-on": {"task": "leads.go_on", "schedule": 60.0, "options": {"expires": 55}},
    "leads-retention": {"task": "leads.retention", "schedule": 86400.0, "options": {"expires": 3600}},
    "tidy-audit": {"task": "audit.tidy", "schedule": 3600.0, "options": {"expires": 600}},
    "tidy-mail": {"task": "mail.tidy", "schedule": 3600.0, "options": {"expires": 600}},
}
