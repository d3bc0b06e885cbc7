"""The rows of the mail room: messages and what they are about, what came back, mailed links, suppressions, the institute."""

from mail.models.allowance import Allowance
from mail.models.bounce import Bounce
from mail.models.institute import Institute
from mail.models.link_token import LinkToken
from mail.models.message import Message
from mail.models.outage import Outage
from mail.models.suppression import Suppression
from mail.models.topic import Topic
from mail.models.trial import Trial

__all__ = [
    "Allowance",
    "Bounce",
    "Institute",
    "LinkToken",
    "Message",
    "Outage",
    "Suppression",
    "Topic",
    "Trial",
]
