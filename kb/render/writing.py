"""What is said when a story is written, and the list of what went well."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from kb.domain import StoryCard, Suggestion
from kb.render.layout import Page, clean, pad
from kb.render.pinning import suggestions_json

_DAY = 10  # columns of YYYY-MM-DD


class Brag(Protocol):
    """A line as `kb.keeping.bragging` has it."""

    @property
    def number(self) -> int:
        """Its place in the list, from 1."""

    @property
    def date(self) -> str:
        """As it stands, or ""."""

    @property
    def text(self) -> str:
        """What went well."""

    @property
    def line(self) -> int:
        """That of the file."""


def unfinished_text(paths: Sequence[str], page: Page) -> str:
    """That stories were begun and not finished."""
    named = ", ".join(map(clean, paths[:3]))
    more = f" and {len(paths) - 3} more" if len(paths) > 3 else ""
    return "\n".join(page.wrap(f"Unfinished: {named}{more}"))


def competencies_text(ids: Sequence[str], page: Page, *, numbered: bool) -> str:
    """The competencies that a story may show; numbered where one is asked which."""
    names = [f"{n} {one}" if numbered else one for n, one in enumerate(ids, start=1)]
    return "\n".join(page.wrap(f"It may show: {', '.join(names)}"))


def new_json(
    card: StoryCard, inferred: Sequence[str], found: Sequence[Suggestion]
) -> dict[str, Any]:
    """A new story as an object: where it is, what it shows, and the questions it answers best."""
    return {
        "path": card.path,
        "id": card.id,
        "competencies": list(card.competencies),
        "inferred": list(inferred),
        "questions": suggestions_json(card, found)["suggestions"],
    }


def brag_text(
    lines: Sequence[Brag], places: Mapping[int, str], page: Page, *, hidden: int = 0
) -> str:
    """The lines with their numbers. places: number -> the story in which a line stands; hidden:
    how many older ones are not among them."""
    if not lines:
        return 'Nothing is noted yet. Begin with: kb brag "what went well"'
    wide = len(str(lines[-1].number))
    rows = []
    for one in lines:
        head = f"{one.number:>{wide}}  {pad(clean(one.date), _DAY)}  "
        place = f" (in {clean(places[one.number])})" if one.number in places else ""
        rows += page.wrap(clean(one.text) + place, " " * len(head), head)
    if hidden:
        older = "1 older line" if hidden == 1 else f"{hidden} older lines"
        rows += ["", page.style(f"{older} with --all", "quiet")]
    return "\n".join(rows)


def brag_json(line: Brag, place: str = "") -> dict[str, Any]:
    """One line as an object; story: the path of the one in which it stands, or ""."""
    return {
        "number": line.number,
        "date": line.date,
        "text": line.text,
        "line": line.line,
        "story": place,
    }
