"""What can be done with a result: one verb a function, one short transaction each."""

from collections.abc import Mapping
from datetime import datetime

from django.db import IntegrityError, transaction
from django.urls import reverse

from content.models import QuizEdition, QuizResult
from content.quiz import edition as editions
from content.quiz import links, report, scoring, tally
from content.quiz.edition import Picks
from content.quiz.scoring import Outcome
from leads import consents
from leads.models import LIST, Activity, Lead, Role
from leads.people import ensure_lead, record_activity, record_touch
from leads.services import AGAIN, ASKED, MAIL_EVERY, RESENDS, mailed_lately
from mail import ledger, tokens
from mail.errors import LinkUnknown

QUIZ = "quiz"


@transaction.atomic(durable=True)
def record(
    *,
    edition: QuizEdition,
    answers: Mapping[str, Picks],
    seed: str,
    key: str,
    came_from: str,
    now: datetime,
    counts: bool = True,
) -> str:
    """Store the answers with their result and return a raw link to it; the same form again gives the same result.

    A run that may be a robot's does not count (`counts` is false).
    """
    plain = {question: list(picks) for question, picks in answers.items()}
    result = QuizResult.objects.filter(key=key).first() if key else None
    if result is None or (result.edition_id, result.answers) != (edition.pk, plain):
        outcome = scoring.score(editions.read(edition.snapshot), answers)
        # The key of an earlier result with other answers stays with that one.
        row = QuizResult(
            edition=edition,
            taken_at=now,
            seed=seed,
            answers=plain,
            band=outcome.band.value,
            first_role=outcome.ranking[0],
            came_from=came_from,
            key=key if key and result is None else None,
            **outcome.totals,
        )
        try:
            with transaction.atomic():
                row.save()
                if counts:
                    tally.count(came_from=came_from, role=_interest(outcome), now=now)
            result = row
        except IntegrityError:  # two clicks at once meet on the unique key
            result = QuizResult.objects.get(key=key)
    return links.mint(result, now=now)


@transaction.atomic(durable=True)
def email(*, result: QuizResult, email: str, name: str, wants_list: bool, now: datetime, address: str) -> Lead:
    """Write the result down to the lead of this address and mail a link to it. Raises LinkUnknown where it is gone.

    An address that nobody has proven gets the link together with the one that confirms it, at most one mail a day
    whatever was asked for; known and unknown addresses end alike for the visitor.
    """
    lead = ensure_lead(email=email, name=name, now=now)  # the lead is locked before the result, here as in an erase
    result = locked(result)
    if not result.leads.filter(pk=lead.pk).exists():
        result.leads.add(lead)
        record_touch(lead=lead, page=reverse("content:quiz"), referrer_page=result.came_from, now=now)
        _write_down(lead, result, now)
    purposes = [LIST] if wants_list else []
    for purpose in purposes:
        consents.ask(lead=lead, purpose=purpose, how="Quiz result", address=address, now=now)
    asked = {QUIZ, *purposes}
    mailed = mailed_lately(lead, now)
    if not mailed or (lead.confirmed_at and asked - mailed):
        _mail(lead, result, ASKED, "Quiz result asked for by email", sorted(asked), now)
    return lead


@transaction.atomic(durable=True)
def again(*, token: str, now: datetime) -> None:
    """Mail the link once more to the address given last, at most twice a day; nothing where none was given lately.

    Raises LinkUnknown.
    """
    result = links.result_of(token, now=now)
    newest = QuizResult.leads.through.objects.filter(quizresult=result).order_by("-pk").values("lead")[:1]
    lead = Lead.objects.select_for_update(no_key=True).filter(pk__in=newest, email__isnull=False).first()
    if lead is None or not (purposes := mailed_lately(lead, now)):
        return
    if lead.activities.filter(kind=AGAIN, at__gt=now - MAIL_EVERY).count() < RESENDS:
        _mail(lead, result, AGAIN, "Quiz result asked for once more", sorted(purposes), now)


@transaction.atomic(durable=True)
def delete(*, token: str, now: datetime) -> None:
    """Delete the result, its links and what was written down of it to leads; mail that waits is withdrawn.

    Raises LinkUnknown.
    """
    result = links.result_of(token, now=now)
    leads = list(result.leads.select_for_update(no_key=True, of=("self",)).order_by("pk"))
    result = locked(result)
    for lead in leads:
        rows = lead.activities.filter(kind=QUIZ, data__result=result.pk)
        if rows.filter(data__set_role=True).exists() and lead.role_of_interest == _interest(_outcome(result)):
            lead.role_of_interest = ""
            lead.save(update_fields=["role_of_interest"])
        rows.delete()
        record_activity(lead=lead, kind="quiz_deleted", summary="Deleted the quiz result", now=now, actor="visitor")
    remove(result, now=now)


def remove(result: QuizResult, *, now: datetime) -> None:
    """Take a result away with its links and its waiting mail; needs an open transaction."""
    ledger.bump(topic_key(result), why="The quiz result was deleted.")
    tokens.revoke(subject=links.subject(result), purpose=None, now=now)
    result.delete()


def locked(result: QuizResult) -> QuizResult:
    """The row, locked until the transaction ends; raises LinkUnknown where it has gone meanwhile."""
    row = QuizResult.objects.select_for_update(no_key=True).filter(pk=result.pk).first()
    if row is None:
        raise LinkUnknown
    return row


def topic_key(result: QuizResult) -> str:
    """What the mails of a result are about."""
    return f"quiz-result:{result.pk}"


def _write_down(lead: Lead, result: QuizResult, now: datetime) -> Activity:
    """The result on the lead's own timeline, where the coach's brief and staff read it."""
    edition = editions.read(result.edition.snapshot)
    answers = {key: tuple(picks) for key, picks in result.answers.items()}
    said = report.make(edition, answers, None)
    set_role = not lead.role_of_interest
    if set_role:
        lead.role_of_interest = _interest(said.outcome)
        lead.save(update_fields=["role_of_interest"])
    data = {
        "result": result.pk,
        "edition": result.edition.version,
        "totals": dict(said.outcome.totals),
        "most": said.most,
        "band": said.band.value,
        "roles": list(said.outcome.roles),
        "set_role": set_role,
        "said": {
            question.prompt: option.label
            for question in edition.unscored
            for option in edition.chosen(answers, question)[:1]
        },
    }
    summary = f"Took the role-fit quiz. {said.summary}"
    return record_activity(lead=lead, kind=QUIZ, summary=summary, now=now, data=data, actor="visitor")


def _outcome(result: QuizResult) -> Outcome:
    return scoring.score(
        editions.read(result.edition.snapshot), {key: tuple(picks) for key, picks in result.answers.items()}
    )


def _interest(outcome: Outcome) -> str:
    return outcome.roles[0] if len(outcome.roles) == 1 else Role.UNDECIDED.value


def _mail(lead: Lead, result: QuizResult, kind: str, summary: str, purposes: list[str], now: datetime) -> None:
    activity = record_activity(lead=lead, kind=kind, summary=summary, now=now, data={"purposes": purposes})
    ledger.enqueue(
        kind="content.quiz_result",
        dedupe_key=f"content.quiz_result:{activity.pk}",
        topic=ledger.topic(topic_key(result)),
        recipient=lead.email or "",
        due_at=now,
        expires_at=now + MAIL_EVERY,
        now=now,
        context={"result": result.pk, "lead": lead.pk},
    )
