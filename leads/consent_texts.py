"""The words people agree to. A change of words is a new version below; an old version is never edited."""

from typing import Any

from django.core.exceptions import ImproperlyConfigured

from leads.models import CALL, LIST, ConsentText

WORDS: dict[str, tuple[str, ...]] = {
    # The first entry is version 1, the last one is current.
    LIST: ("Send me interview-preparation emails (about five). Each one has a link that stops them.",),
    CALL: ("An advisor may phone me about coaching at the number I gave. I can take this back at any time.",),
}


def words(purpose: str) -> str:
    """The current words of a purpose, for the form."""
    return WORDS[purpose][-1]


def current(purpose: str) -> ConsentText:
    """The row of the current words of a purpose, written on first use."""
    text, _ = ConsentText.objects.get_or_create(
        purpose=purpose, version=len(WORDS[purpose]), defaults={"words": words(purpose)}
    )
    return text


def seed(**signal: Any) -> None:
    """Write every version that is not in the database yet; runs after every migrate.

    Raises ImproperlyConfigured where code and database disagree about a version: people agreed to what the row says.
    """
    for purpose, versions in WORDS.items():
        for version, said in enumerate(versions, start=1):
            text, _ = ConsentText.objects.get_or_create(purpose=purpose, version=version, defaults={"words": said})
            if text.words != said:
                raise ImproperlyConfigured(
                    f"Version {version} of the consent text {purpose!r} was edited; add a new one."
                )
