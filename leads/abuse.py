"""The one abuse check of every public form: honeypot, signed form time, limits per client, per address and for all.

What looks like a robot's is asked again with a proof of work (`challenge`). Who sends it again without the proof is not
refused either: the last `Suspicious` has `hold` set, and the view puts the form into the quarantine, for a person.
"""

import functools
import logging
import math
from copy import copy
from datetime import UTC, datetime, timedelta
from typing import Any

from crispy_forms.layout import Div, Layout
from django import forms
from django.conf import settings
from django.core import signing
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest
from limits import RateLimitItem, parse

from leads import alarm, challenge
from leads.client import client_address, client_network
from leads.errors import Suspicious, TooMany
from leads.limits_storage import DatabaseStorage
from leads.people import normalise_email
from mail.rows import refuse_transaction, require_transaction

LEAST = timedelta(seconds=2)
MOST = timedelta(hours=24)
REPEATS, REPEATS_LAST = 20, 3600  # copies of one form that cost nothing, within so many seconds
TOO_FAST, TOO_OLD, FORGED, TRAPPED = "too fast", "too old", "form time forged or missing", "honeypot filled"
UNPROVEN, FLOOD = "no proof of work", "too many forms from everywhere"

log = logging.getLogger(__name__)
_signer = functools.partial(signing.Signer, salt="leads.abuse.form_time")


class AbuseFields(forms.Form):
    """The base of every public form: a field that people leave empty, and the signed time the form was made."""

    # Plain fields that accept anything: whatever a robot puts there must not surface as an error beside the field.
    company_website = forms.Field(
        required=False,
        label="Leave this empty",
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )
    form_time = forms.Field(required=False, widget=forms.HiddenInput)
    # Signed by us on a form that came back: from then on a proof is wanted.
    suspected = forms.Field(required=False, widget=forms.HiddenInput)
    proof = forms.Field(required=False, widget=challenge.Proof)

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["form_time"].initial = form_time(now)

    def ask_again(self, error: Suspicious, *, now: datetime) -> None:
        """Put the sentence for the error on top of the form, which keeps what was typed and can be sent once more."""
        self.add_error(None, SENTENCES[error.reason])
        data: Any = copy(self.data)
        # A password manager may have filled the trap; the person cannot see it and must not be caught twice.
        data[self.add_prefix("company_website")] = ""
        data[self.add_prefix("proof")] = ""
        suspected = self.add_prefix("suspected")
        if error.reason != TOO_FAST:  # who was too fast only has to wait
            data[self.add_prefix("form_time")] = form_time(now)
            data[suspected] = _suspicion().sign(error.reason)
        if data.get(suspected):
            widget = self.fields["proof"].widget
            if isinstance(widget, challenge.Proof):
                widget.challenge = challenge.fresh(now=now)
        self.data = data


SENTENCES = {
    TOO_FAST: "That was very quick. Please wait a moment and send the form again.",
    TOO_OLD: "This page had been open for more than a day. Please check your answers and send the form again.",
    FORGED: "We could not tell when this form was opened. Please send it again.",
    TRAPPED: "A hidden field was filled in, perhaps by your browser. We have emptied it; please send the form again.",
    UNPROVEN: "We are still not sure that a person sent this form. Please send it once more.",
    FLOOD: "We get an unusual number of forms right now. Please send yours once more.",
}
_suspicion = functools.partial(signing.Signer, salt="leads.abuse.suspected")


def layout() -> Layout:
    """The layout object that puts the fields of the check into a crispy form."""
    return Layout(Div("company_website", "form_time", "suspected", css_class="hp"), "proof")


def form_time(now: datetime) -> str:
    """The time a form was made, signed, in milliseconds since 1970."""
    return _signer().sign(str(int(now.timestamp() * 1000)))


def check(*, request: HttpRequest, form: AbuseFields | None, entry: str, email: str | None, now: datetime) -> None:
    """Raise Suspicious or TooMany, or count this request and return.

    Call it with a valid form, after validation (a typing error costs nobody an attempt) and before any transaction.
    `entry` names the limits in settings.ABUSE_LIMITS; `form` is None where there is none (an API). A form with an
    idempotency key costs nothing when it is sent again: a double click is one attempt.
    """
    reason = _suspect(form, now) if form is not None else ""
    before = _suspected_before(form) if form is not None else ""
    proven = bool(form is not None and before and challenge.solved(str(form.cleaned_data.get("proof") or ""), now=now))
    # A proof stands for what was suspected before it, never for a form that is caught again.
    if reason and not before:
        raise Suspicious(reason)
    who = client_network(client_address(request))
    limits = [(f"{entry}:address", who)]
    if email:
        limits.append(("email", normalise_email(email)))
    key = form.cleaned_data.get("idempotency_key") if form is not None else ""
    count(*limits, repeat=f"{entry}:{key}:{normalise_email(email or '')}" if key else "", now=now)
    if before and (reason or not proven):
        raise Suspicious(reason or before or UNPROVEN, hold=reason != TOO_FAST)
    if form is not None and not proven and _flooded(entry, now):
        raise Suspicious(FLOOD)


def _suspect(form: AbuseFields, now: datetime) -> str:
    """What is wrong with the form, or ""."""
    if form.cleaned_data.get("company_website"):
        return TRAPPED
    try:
        _check_form_time(str(form.cleaned_data.get("form_time") or ""), now)
    except Suspicious as error:
        return error.reason
    return ""


def _suspected_before(form: AbuseFields) -> str:
    """Why this form came back before, in our own signature, or ""."""
    try:
        return _suspicion().unsign(str(form.cleaned_data.get("suspected") or ""))
    except signing.BadSignature:
        return ""


def _flooded(entry: str, now: datetime) -> bool:
    """Whether this entry point gets more forms than all visitors together ever send; staff are told once an hour."""
    name = f"{entry}:all"
    if name not in settings.ABUSE_LIMITS:
        return False
    item, storage = limit(name), DatabaseStorage(now)
    hits = storage.incr(item.key_for(name), item.get_expiry())
    if hits == item.amount + 1:
        alarm.flood(entry=entry, most=item.amount, now=now)
    return hits > item.amount


def _check_form_time(value: str, now: datetime) -> None:
    try:
        made = datetime.fromtimestamp(int(_signer().unsign(value)) / 1000, UTC)
    except (signing.BadSignature, ValueError, OverflowError) as error:
        raise Suspicious(FORGED) from error
    if now - made < LEAST:
        raise Suspicious(TOO_FAST)
    if now - made > MOST:
        raise Suspicious(TOO_OLD)


def count(*limits: tuple[str, str], repeat: str = "", now: datetime) -> None:
    """Count one request against each (limit name, identifier); raise TooMany at the first that is used up.

    The same `repeat` again is counted no more, up to twenty times an hour.
    """
    storage = DatabaseStorage(now)
    counters = [(item.key_for(name, who), item) for name, who in limits for item in (limit(name),)]
    asked = [(key, item.get_expiry()) for key, item in counters]
    # Counted first, so that copies sent at once wait here for the first one's commit.
    again = [(f"repeat:{repeat}", REPEATS_LAST)] if repeat else []
    refuse_transaction()
    # One statement for all counters, a transaction of its own, always in the same order; never inside the booking gate.
    hits = storage.incr_all([*again, *asked])
    if repeat and 1 < hits.pop(0) <= REPEATS:
        storage.take_back(key for key, _ in counters)
        return
    for number, ((key, item), found) in enumerate(zip(counters, hits, strict=True)):
        if found > item.amount:
            # What was refused is no attempt: against the limits after this one, or for a repeat to lean on.
            storage.take_back(later for later, _ in counters[number + 1 :])
            if repeat:
                storage.clear(f"repeat:{repeat}")
            log.warning("limit %s reached", limits[number][0])
            raise TooMany(_wait(storage, key, now))


def within(name: str, who: str, *, now: datetime) -> bool:
    """Count one in the caller's own transaction, and whether the limit allows it.

    Until that transaction ends everybody else with this name and identifier waits; where it fails, nothing was counted.
    """
    require_transaction()
    item = limit(name)
    return DatabaseStorage(now).incr(item.key_for(name, who), item.get_expiry()) <= item.amount


def ensure_not_used_up(name: str, who: str, *, now: datetime) -> None:
    """Raise TooMany if the limit is used up; count nothing."""
    storage, item = DatabaseStorage(now), limit(name)
    if storage.get(item.key_for(name, who)) >= item.amount:
        raise TooMany(_wait(storage, item.key_for(name, who), now))


def _wait(storage: DatabaseStorage, key: str, now: datetime) -> timedelta:
    """Until the window ends, in whole seconds, rounded up."""
    return timedelta(seconds=max(1, math.ceil(storage.get_expiry(key) - now.timestamp())))


def limit(name: str) -> RateLimitItem:
    """The limit of this name; an entry point without one is a mistake and fails loudly."""
    try:
        return _parsed(settings.ABUSE_LIMITS[name])
    except KeyError:
        raise ImproperlyConfigured(f"ABUSE_LIMITS has no limit {name!r}.") from None


_parsed = functools.cache(parse)
