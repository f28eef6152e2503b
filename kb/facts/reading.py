"""A story to its sentences without markup, each character with the line it stands on."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Final, Literal

from kb.facts.model import Fact
from kb.figures import find_figures

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kb.domain import PartKind, Story

_FENCE: Final = re.compile(r"(?:>\s?)*\s*(`{3,}|~{3,})")
_OWN: Final = re.compile(r"(?:>\s?)*\s*(?:#{1,6}\s+|[-*+]\s+(?:\[[ xX]\]\s+)?|\d{1,3}[.)]\s+|\|)")
_LEAD: Final = re.compile(
    r"(?:>\s?)*\s*(?:(?:#{1,6}|[-*+](?: \[[ xX]\])?|\d{1,3}[.)])\s+)?", re.ASCII
)
_LINK: Final = re.compile(r"!?\[([^\[\]]*)\]\([^()\s]*\)")
_TAG: Final = re.compile(r"</?[a-zA-Z][^<>]{0,80}>")
_MARKS: Final = re.compile(r"\*+|(?<!\w)_+|_+(?!\w)|`+|~~|\\(?=[*_`#$%~])")
_RULE: Final = re.compile(r"[\s|:=*_-]*\Z")
_END: Final = re.compile(r"(?<![.?!…])[.?!…]+[\"'”’)\]]*\s+(?=[\"'“‘(\[]*(?:[^\W\d_a-z]|\d))")
_NEVER_LAST: Final = frozenset(
    {"e.g", "i.e", "mr", "mrs", "ms", "dr", "prof", "st", "vs", "cf", "fig", "approx", "ca", "resp"}
)
LONGEST: Final = 800  # characters of a sentence
_BEFORE_NUMBER: Final = frozenset({"no", "nos", "p", "pp", "ch", "sec", "vol", "art"})


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence without markup. rows: where each of its source lines begins in it, with the
    number of the line, in order."""

    text: str
    rows: tuple[tuple[int, int], ...]

    def line(self, place: int) -> int:
        """The line on which the character at `place` stands."""
        return self.rows[max(0, bisect_right(self.rows, (place, 10**9)) - 1)][1]


def sentences(text: str, line: int) -> Iterator[Sentence]:
    """The sentences of Markdown `text`, whose first line is `line`. Code blocks have none."""
    for rows in _blocks(text, line):
        yield from _split(rows)


def facts_of(story: Story) -> Iterator[tuple[list[Fact], str]]:
    """The numbers of each sentence of a story that has some, as they stand, those of its title
    first; and the sentence before it in its part, or "". All are open."""
    parts: tuple[tuple[PartKind | Literal["title"], str, int], ...] = (
        ("title", story.title, story.line),
        *((p.kind, p.text, p.line) for p in story.parts),
    )
    for kind, text, line in parts:
        before = ""
        for sentence in sentences(text, line):
            found = [
                Fact(
                    story=story.id, title=story.title, company=story.company, part=kind,
                    path=story.path, line=sentence.line(figure.start), figure=figure,
                    sentence=sentence.text,
                )
                for figure in find_figures(sentence.text)
            ]  # fmt: skip
            if found:
                yield found, before
            before = sentence.text


def _blocks(text: str, line: int) -> Iterator[list[tuple[str, int]]]:
    """Paragraphs, list items and table rows: their lines without marks, with their numbers."""
    held: list[tuple[str, int]] = []
    fence = ""
    for number, whole in enumerate(text.split("\n"), start=line):
        row = whole.strip()
        edge = _FENCE.match(row)
        if fence:
            fence = "" if edge and edge[1].startswith(fence) else fence
            continue
        if edge or _RULE.match(row) or _OWN.match(row):
            yield held
            held = []
        if edge:
            fence = edge[1]
        elif not _RULE.match(row):
            held.append((_plain(row), number))
    yield held


def _plain(row: str) -> str:
    """A line without list mark, emphasis, links and tags."""
    row = _LEAD.sub("", row, count=1).strip().strip("|")
    row = _MARKS.sub("", _TAG.sub("", _LINK.sub(r"\1", row)))
    return " ".join(row.split())


def _split(rows: list[tuple[str, int]]) -> Iterator[Sentence]:
    rows = [(row, number) for row, number in rows if row]
    text = " ".join(row for row, _ in rows)
    places = accumulate((len(row) + 1 for row, _ in rows), initial=0)
    starts = [(place, number) for place, (_, number) in zip(places, rows, strict=False)]
    begin = 0
    ends = [end for end in _END.finditer(text) if _closes(text, end)]
    for stop in (*(end.end() for end in ends), len(text)):
        while stop - begin > LONGEST:  # no sentence; cut, so that no work grows with its square
            space = text.rfind(" ", begin + 1, begin + LONGEST) + 1
            yield _sentence(text, begin, space or begin + LONGEST, starts)
            begin = space or begin + LONGEST
        if text[begin:stop].strip():
            yield _sentence(text, begin, stop, starts)
        begin = stop


def _closes(text: str, stop: re.Match[str]) -> bool:
    """Whether a stop ends a sentence, and not an abbreviation or initial."""
    if not stop[0].startswith(".") or stop[0].startswith(".."):
        return True
    before = text[max(0, stop.start() - 12) : stop.start()]
    last = (before.split() or [""])[-1].lstrip("\"'“‘([").lower()
    if last in _NEVER_LAST or (last in _BEFORE_NUMBER and text[stop.end()].isdigit()):
        return False
    return not (len(last) == 1 and last.isalpha() and last != "i")


def _sentence(text: str, begin: int, end: int, starts: list[tuple[int, int]]) -> Sentence:
    first = max(0, bisect_right(starts, (begin, 10**9)) - 1)
    last = bisect_left(starts, (end, 0))
    rows = [(max(0, at - begin), number) for at, number in starts[first:last]]
    return Sentence(text[begin:end].rstrip(), tuple(rows))
