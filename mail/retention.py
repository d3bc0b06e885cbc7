"""What the mail room lets go of: texts of old mail and links that open nothing any more."""

from datetime import datetime, timedelta

from django.db.models import Q

from mail.models import LinkToken, Message

KEEP_TEXTS = timedelta(days=30)
KEEP_DEAD_LINKS = timedelta(days=30)
AT_ONCE = 1000


def tidy(*, now: datetime) -> tuple[int, int]:
    """Blank the texts of mail that ended 30 days ago and delete links dead for 30 days; how many of each.

    The rows of messages stay: they say what was sent, when and why, without saying what it said.
    """
    old = Message.objects.filter(masked__isnull=False, expires_at__lt=now - KEEP_TEXTS).exclude(status__in=Message.OPEN)
    dead = LinkToken.objects.filter(Q(expires_at__lt=now - KEEP_DEAD_LINKS) | Q(revoked_at__lt=now - KEEP_DEAD_LINKS))
    texts = links = 0
    # In portions, so that no statement holds SQLite's one write lock for long.
    while ids := list(old.order_by().values_list("pk", flat=True)[:AT_ONCE]):
        texts += Message.objects.filter(pk__in=ids).update(masked=None, last_error="")
    while ids := list(dead.order_by().values_list("pk", flat=True)[:AT_ONCE]):
        links += LinkToken.objects.filter(pk__in=ids).delete()[0]
    return texts, links
