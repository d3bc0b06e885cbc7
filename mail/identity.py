"""Who the institute is: one row that staff edit, with honest defaults until they do."""

from mail.models import Institute


def current() -> Institute:
    """The institute's row, or its defaults where nobody has saved one yet; never writes."""
    return Institute.objects.filter(pk=1).first() or Institute(pk=1)
