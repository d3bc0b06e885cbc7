"""What the mail room lets go of: texts of old mail and links that open nothing any more."""

from datetime import datetime, timedelta

from django.db.models import Q

from mail.models import Bounce, LinkToken, Message, Trial

KEEP_TEXTS = timedelta(days=30)
KEEP_DEAD_LINKS = timedelta(days=30)
AT_ONCE = 1000


def tidy(*, now: datetime) -> tuple[int, int]:
    """Blank the texts of mail last touched 30 days ago and delete links dead for 30 days; how many of each.

    The rows of messages stay: they say what was sent, when and why, without saying what it said.
    """
    # `next_try_at` is the last instant at which a sender had it: a confirmation a year ahead is not kept for a year.
    kept = Q(masked__isnull=False) | ~Q(last_error="")
    old = Message.objects.filter(kept, next_try_at__lt=now - KEEP_TEXTS).exclude(status__in=Message.OPEN)
    said = Bounce.objects.filter(noted_at__lt=now - KEEP_TEXTS).exclude(detail="")
    tried = Trial.objects.filter(asked_at__lt=now - KEEP_TEXTS, confirmed_at__isnull=True)
    dead = LinkToken.objects.filter(Q(expires_at__lt=now - KEEP_DEAD_LINKS) | Q(revoked_at__lt=now - KEEP_DEAD_LINKS))
    texts = links = 0
    # In portions, so that no statement holds SQLite's one write lock for long.
    while ids := list(old.order_by().values_list("pk", flat=True)[:AT_ONCE]):
        texts += Message.objects.filter(pk__in=ids).update(masked=None, last_error="")
    while ids := list(dead.order_by().values_list("pk", flat=True)[:AT_ONCE]):
        links += LinkToken.objects.filter(pk__in=ids).delete()[0]
    said.update(detail="")
    tried.delete()
    return texts, links
