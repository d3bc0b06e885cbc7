"""The rows of the mail room: messages and what they are about, mailed links, suppressions, the institute."""

from mail.models.institute import Institute
from mail.models.link_token import LinkToken
from mail.models.message import Message
from mail.models.outage import Outage
from mail.models.suppression import Suppression
from mail.models.topic import Topic

__all__ = ["Institute", "LinkToken", "Message", "Outage", "Suppression", "Topic"]
