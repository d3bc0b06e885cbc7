"""What a mail provider posts to us: one address, for the one provider that MAIL_PROVIDER names, its signature checked.

django-anymail reads each provider's dialect, checks its signature or password, and says it in one language: the signal
`tracking`. A replay is harmless, because every report is kept once.
"""

import json
import logging
from datetime import UTC, datetime, timedelta
from typing import Any

from anymail.exceptions import AnymailWebhookValidationFailure  # type: ignore[import-untyped]
from anymail.signals import AnymailTrackingEvent, EventType, RejectReason, tracking  # type: ignore[import-untyped]
from anymail.webhooks.mailgun import MailgunTrackingWebhookView  # type: ignore[import-untyped]
from anymail.webhooks.postmark import PostmarkTrackingWebhookView  # type: ignore[import-untyped]
from django.conf import settings
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from mail import clock, incoming
from mail.reports import Fate, Report, address_in, code_in, fate, id_in, key_of
from mail.text import one_line

log = logging.getLogger(__name__)

# How old a signed post may be, and how far a clock may be off: what was caught on its way is worth nothing afterwards.
WINDOW = timedelta(minutes=5)


class Mailgun(MailgunTrackingWebhookView):
    """anymail checks Mailgun's signature over time and token; that the time is now, it leaves to us."""

    def validate_request(self, request: HttpRequest) -> None:
        """Refuse what was signed more than five minutes ago, or ahead."""
        super().validate_request(request)
        legacy = request.content_type != "application/json"
        stamp = request.POST["timestamp"] if legacy else json.loads(request.body)["signature"]["timestamp"]
        try:
            signed = datetime.fromtimestamp(int(stamp), UTC)
        except (ValueError, OverflowError, OSError) as error:
            raise AnymailWebhookValidationFailure("Mailgun signed no time") from error
        if abs(clock.now() - signed) > WINDOW:
            raise AnymailWebhookValidationFailure("Mailgun signed this at another time")


# Mailgun signs each post (HMAC-SHA256); Postmark signs in with a name and a password (HTTP Basic) over TLS.
PROVIDERS = {"mailgun": Mailgun, "postmark": PostmarkTrackingWebhookView}
_SAID: dict[str, Fate] = {
    EventType.DEFERRED: Fate.DELAYED,
    EventType.COMPLAINED: Fate.COMPLAINT,
    EventType.UNSUBSCRIBED: Fate.UNSUBSCRIBED,
}


# Servers post here: no cookie, no form. The proof is the provider's signature.
@csrf_exempt
@require_http_methods(["HEAD", "POST"])
def provider(request: HttpRequest) -> HttpResponse:
    """Take one post; 404 without a provider, 400 for what is not the provider's or cannot be read, 503 to be asked again."""
    view = PROVIDERS.get(settings.MAIL_PROVIDER)
    if view is None:
        raise Http404
    try:
        response: HttpResponse = view.as_view()(request)
    except AnymailWebhookValidationFailure as error:
        log.warning("a post to the mail provider's address was refused: %s", type(error).__name__)
        return HttpResponse("Not signed by the provider.\n", status=400, content_type="text/plain")
    except DatabaseError:
        return HttpResponse("Try again later.\n", status=503, content_type="text/plain", headers={"Retry-After": "60"})
    except Exception as error:  # anymail takes a post that is signed for one that has the right shape
        log.warning("a post of the mail provider could not be read: %s", type(error).__name__)
        return HttpResponse("Not understood.\n", status=400, content_type="text/plain")
    return response


def listen() -> None:
    """Hear what anymail says."""
    tracking.connect(hear, dispatch_uid="mail.webhooks")


def hear(sender: Any, event: AnymailTrackingEvent, esp_name: str, **_: Any) -> None:
    """Note one event, where it is one that says that a mail did not arrive or was not wanted."""
    report = as_report(event, esp_name)
    if report is not None:
        incoming.note(report, source=esp_name.lower(), now=clock.now())


def as_report(event: AnymailTrackingEvent, esp_name: str) -> Report | None:
    """What an event says in our own words; None for deliveries, opens, clicks and everything unknown."""
    detail = one_line(" ".join(str(part) for part in (event.mta_response, event.description) if part), limit=1000)
    status = code_in(detail)
    what = _what(event, status, detail)
    recipient = address_in(str(event.recipient or ""))
    if what is None or not recipient:
        return None
    message_id = id_in(f"<{str(event.message_id or '').strip('<>')}>")
    # Mailgun signs its one-time token, which is the event's id, and not the rest: used again, it is a report known already.
    mark = str(event.event_id or f"{message_id} {event.timestamp} {recipient} {what}")
    return Report(what, message_id, recipient, status, detail, key_of(esp_name, mark))


def _what(event: AnymailTrackingEvent, status: str, detail: str) -> Fate | None:
    if event.event_type in (EventType.BOUNCED, EventType.REJECTED, EventType.FAILED):
        if event.reject_reason == RejectReason.SPAM:
            return Fate.COMPLAINT
        if event.reject_reason == RejectReason.UNSUBSCRIBED:
            return Fate.UNSUBSCRIBED
        if "." in status:
            return fate(status=status, detail=detail)
        # No code of its own: the provider's word, unless the server only said "not now".
        gone = event.reject_reason in (RejectReason.BOUNCED, RejectReason.INVALID) and status != "4"
        return Fate.HARD if gone else Fate.LOST
    return _SAID.get(event.event_type)
