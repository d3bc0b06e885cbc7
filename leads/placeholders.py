"""Text that staff write, filled in: names in braces and nothing else. No attributes, no tags, no format language.

`str.format` and Django's templates both reach from a value to everything it knows; this reaches nothing. A name that is
not in the list is left as it stands, and reported when the text is saved.
"""

import re
from collections.abc import Mapping

NAMES: dict[str, str] = {
    "first_name": "the first word of the person's name, or “there”",
    "name": "the person's name, or “there”",
    "role": "the role they are interested in, or “your next role”",
    "institute": "our name",
    "phone": "our phone number",
    "phone_hours": "when we answer the phone",
    "guide_url": "the address of the guide",
    "book_url": "the address of the booking page",
    "quiz_url": "the address of the role-fit quiz",
}
_PLACE = re.compile(r"\{([a-z_]+)\}")
# Whatever looks like a placeholder of any kind: braces with something in them, percent formats, template tags.
_ODD = re.compile(r"\{[^{}\n]{0,60}\}+|%\(\w{1,40}\)[a-z]?")


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with the known names replaced, once: what a value holds is never looked at again."""
    return _PLACE.sub(lambda found: values[found[1]] if found[1] in values and found[1] in NAMES else found[0], text)


def unknown(text: str) -> list[str]:
    """What looks like a placeholder and is none, in the order it stands; shown to staff when they save."""
    found = []
    for match in _ODD.finditer(text):
        known = _PLACE.fullmatch(match[0])
        if not (known and known[1] in NAMES) and match[0] not in found:
            found.append(match[0])
    return found
