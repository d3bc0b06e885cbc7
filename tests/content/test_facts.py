"""Every fact of the first guide stands on its page, in its section; and the check itself can fail."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from content.models import Revision
from tests.content.page import Element, by_ids, cells, read

Json = dict[str, Any]
FACTS: dict[str, Json] = json.loads((Path(__file__).parent.parent / "data" / "facts.json").read_text())


def stated(section: Element, fact: Json) -> bool:
    """Whether a section states the fact: a short label as a whole, a cell in its place, prose by its key phrases."""
    if "label" in fact:
        # A short label is an element of its own, not a word in a sentence.
        return any(e.text == fact["label"] for e in section.find("strong", "summary"))
    if "cell" in fact:
        row, column, text = fact["cell"]
        return cells(section.find("table")[0]).get((row, column)) == text
    if "link" in fact and not section.find("a", href=fact["link"]):
        return False
    return all(phrase in section.text for phrase in fact["phrases"])


def missing(html: bytes | str) -> set[str]:
    """Ids of the facts that the page does not state."""
    sections = by_ids(read(html))
    return {name for name, fact in FACTS.items() if not stated(sections[fact["section"]], fact)}


@pytest.mark.django_db
def test_the_page_states_every_fact_in_its_section(live: Revision, client: Client) -> None:
    assert len(FACTS) == 90
    assert missing(client.get(f"/guides/{live.slug}/").content) == set()


@pytest.mark.parametrize("name", sorted(FACTS))
def test_a_fact_taken_out_of_the_snapshot_is_missed(name: str, taken: Json, rendered: Callable[[Json], str]) -> None:
    assert missing(rendered(without(taken, name))) == {name}


def test_rows_carry_exactly_the_facts_of_the_guide(taken: Json) -> None:
    assert {name for row in rows(taken) for name in facts_of(row)} == set(FACTS)


def test_no_row_claims_a_fact_it_does_not_state(taken: Json) -> None:
    for row in rows(taken):
        for name in facts_of(row):
            assert words_of(row, name), (name, row)


# --- Taking one fact out -----------------------------------------------------------------------------------------------


def rows(snapshot: Json) -> Iterator[Json]:
    """Every row that can carry facts."""
    for role in snapshot["roles"]:
        yield from role["aspects"]
    yield from snapshot["cells"]
    for section in snapshot["sections"]:
        for kind in ("paragraphs", "points", "steps", "tips", "faqs", "callouts"):
            yield from section[kind]


def facts_of(row: Json) -> list[str]:
    return [name for key in ("facts", "question_facts", "answer_facts") for name in row.get(key, [])]


def words_of(row: Json, name: str) -> bool:
    """Whether the row's own words state the fact."""
    fact = FACTS[name]
    own = " ".join(str(row.get(key, "")) for key in ("heading", "label", "text", "detail", "question", "answer"))
    own = re.sub(r"\*\*|\[([^]]*)\]\([^)]*\)", r"\1", own).replace("{phone}", "+1 (215) 430-2201")
    if "label" in fact:
        return fact["label"] in (row.get("label"), row.get("text"), row.get("question"))
    if "cell" in fact:
        return bool(row["text"] == fact["cell"][2])
    return all(phrase.removeprefix("Focus ") in own for phrase in fact["phrases"])


def without(snapshot: Json, name: str) -> Json:
    """The snapshot with one fact gone and every other one still there."""
    for row in rows(snapshot):
        if name not in facts_of(row):
            continue
        if name in row.get("question_facts", []):
            row["question"] = ""
        elif name in row.get("answer_facts", []):
            row["answer"] = ""
        elif row["facts"] == [name]:
            for key in ("heading", "label", "text", "detail"):
                row[key] = ""
        else:
            row["text"] = " ".join(sentence for sentence in sentences(row["text"]) if not tells(sentence, name))
    return snapshot


def sentences(text: str) -> list[str]:
    return re.split(r"(?<=[.!?]) ", text)


def tells(sentence: str, name: str) -> bool:
    said = sentence.replace("{phone}", "+1 (215) 430-2201")
    return any(phrase in said for phrase in FACTS[name]["phrases"])
