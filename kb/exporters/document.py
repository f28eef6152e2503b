"""Stories as one Markdown document, to be read, and to be imported again."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from kb.domain import STAR
from kb.importers.escape import unmistakable
from kb.importers.write import clean
from kb.parse.labels import part_kind
from kb.parse.markdown import blocks

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kb.domain import Part, PartKind, Story

# Of headings inside a part: below the story's own (1) and the part's (2).
_INNER_LEVEL: Final = 3
_CLOSING = re.compile(r"(?<=\s)(?=#+$)")


def markdown_document(stories: Sequence[Story]) -> str:
    """A heading a story, its facts as a list, and a heading a part; text without a label is first.

    A heading inside a part is moved below the part's own, and a line in it that would be read
    as a part's label gets a backslash.
    """
    return clean(
        "".join("\n\n".join(_story(story)) + "\n\n\n" for story in stories).rstrip("\n") + "\n"
    )


def facts(story: Story) -> list[tuple[str, str]]:
    """What is known of a story beside its text, as (name, value); what is empty is left out."""
    known = [
        ("Date", story.date),
        ("Role", story.role),
        ("Company", story.company),
        ("Competencies", ", ".join(story.competencies)),
        ("Tags", ", ".join(story.tags)),
        ("Status", "" if story.status == "ready" else story.status),
    ]
    return [(name, value) for name, value in known if value]


def label(part: Part) -> str:
    """What a part is called for a reader: its own label, or its kind where that is one letter."""
    if part.kind not in STAR:
        return part.title if len(part.title) > 1 else ""
    own = len(part.title) > 1 and part.title != part.title.lower()
    return part.title if own else part.kind.capitalize()


def _story(story: Story) -> Iterator[str]:
    yield "# " + _CLOSING.sub(r"\\", story.title)
    rows = [f"- **{name}:** {value}" for name, value in facts(story)]
    if story.answers:
        rows += ["- **Questions answered:**", *(f"  - {answer}" for answer in story.answers)]
    if rows:
        yield "\n".join(rows)
    kinds = {part.kind for part in story.parts}
    previous: PartKind | None = None
    for part in sorted(story.parts, key=lambda part: part.kind in STAR):  # texts come first
        if part.kind in STAR:
            named = part_kind(part.title, previous) == part.kind
            yield f"## {part.title if named and len(part.title) > 1 else part.kind.capitalize()}"
            previous = part.kind
        yield unmistakable(_lowered(part.text), kinds)


def _lowered(text: str) -> str:
    """A part's text with no heading above its own level."""
    rows = text.split("\n")
    for block in reversed(blocks(text)):
        if block.kind == "heading" and block.level < _INNER_LEVEL:
            rows[block.line - 1 : block.end] = [f"{'#' * _INNER_LEVEL} {block.text}"]
    return "\n".join(rows)
