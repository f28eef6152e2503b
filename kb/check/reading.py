"""A story as the rules read it: its sections, their words, and what of them is the teller's voice.

All texts of a section are as long as the section's own, with blanks where something was
left out, so that a place in one is the same place in all of them.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple

from kb.check.labels import sections_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from kb.domain import PartKind, Story

_FENCE: Final = re.compile(r"^ {0,3}(```++|~~~++)[^\n]*+\n(?:(?! {0,3}\1)[^\n]*+\n)*[^\n]*", re.M)
_INLINE: Final = re.compile(r"(?<!`)(`++)[^`\n]{1,400}\1(?!`)")
_LINKED: Final = re.compile(r"(?<=\])\([^()\s]{1,500}\)|<!--.{0,2000}?-->|https?://[^\s<>)]+", re.S)
_QUOTED: Final = re.compile(
    r'"(?:[^"\n]|\n(?!\s*\n)){1,600}"|[“„](?:[^“”\n]|\n(?!\s*\n)){1,600}[”“]|«[^«»]{1,600}»'
    r"|[‘'](?<!\w[‘'])(?=\w)(?:[^’'\n]|(?<=\w)[’'](?=\w)){2,300}[’'](?!\w)"
)
_BLOCK_QUOTE: Final = re.compile(r"^ {0,3}>[^\n]*", re.M)
_WORD: Final = re.compile(r"\w+(?:['.‑-]\w+)*%?")
_SPOKEN: Final = re.compile(r"\w[\w'’.,%-]*")
_ROW_END: Final = re.compile(r"\n(?=[ \t]*(?:\n|[-*+][ \t]|\d{1,3}[.)][ \t]|#|>|\|))")
_HEADING_END: Final = re.compile(r"^ {0,3}#[^\n]*(\n)", re.M)
_SENTENCE: Final = re.compile(r"[^.!?…;]+(?:[.!?…]+(?=\S)[^.!?…;]+)*")
_LONGEST: Final = 1000
_ITEM: Final = re.compile(r"[ \t]*(?:[-*+]|\d{1,3}[.)])[ \t]")


class Word(NamedTuple):
    """A word of a section: in lower case, and its place."""

    low: str
    start: int
    end: int


class Section:
    """A part of a story, or a piece of one that a heading sets apart.

    text: as it stands. line: of its first line in the file.
    """

    def __init__(self, kind: PartKind, title: str, text: str, line: int) -> None:
        self.kind = kind
        self.title = title
        self.text = text
        self.line = line

    def line_of(self, place: int) -> int:
        """The line of the file on which a place in the text stands."""
        return self.line + bisect_left(self._breaks, place)

    @cached_property
    def _breaks(self) -> list[int]:
        return [match.start() for match in re.finditer("\n", self.text)]

    @cached_property
    def prose(self) -> str:
        """The text without code and addresses."""
        return _without_code(self.text)

    @cached_property
    def voice(self) -> str:
        """The prose without what others are quoted with."""
        text = self.prose
        if ">" in text:
            text = _BLOCK_QUOTE.sub(_blanks, text)
        return _QUOTED.sub(_blanks, text)

    @cached_property
    def low(self) -> str:
        """The voice in lower case on one line; a semicolon ends each paragraph and list item."""
        text = self.voice
        if "#" in text:
            text = _HEADING_END.sub(lambda m: " " * (len(m[0]) - 1) + ";", text)
        if "\n" in text:
            text = _ROW_END.sub(";", text).replace("\n", " ")
        text = text.replace("’", "'").replace("*", " ")
        low = text.lower()
        return low if len(low) == len(text) else "".join(map(_lower, text))

    @cached_property
    def words(self) -> list[Word]:
        """The words of the voice."""
        return [Word(m[0], *m.span()) for m in _WORD.finditer(self.low)]

    @cached_property
    def places(self) -> dict[str, list[int]]:
        """The numbers of the words that are, or before an apostrophe begin with, each word."""
        found: dict[str, list[int]] = {}
        for number, word in enumerate(self.words):
            found.setdefault(word.low, []).append(number)
            if "'" in word.low:
                found.setdefault(word.low.partition("'")[0], []).append(number)
        return found

    @cached_property
    def sentences(self) -> list[tuple[int, int]]:
        """Where the sentences of `low` begin and end; a semicolon ends one too.

        One without an end is cut, since the rules look at whole sentences again and again.
        """
        return [
            (start, min(start + _LONGEST, match.end()))
            for match in _SENTENCE.finditer(self.low)
            if not match[0].isspace()
            for start in range(match.start(), match.end(), _LONGEST)
        ]

    @cached_property
    def _starts(self) -> list[int]:
        return [start for start, _ in self.sentences]

    def sentence_at(self, place: int) -> tuple[int, int]:
        """The sentence in which a place stands."""
        number = bisect_right(self._starts, place) - 1
        return self.sentences[number] if number >= 0 else (0, len(self.low))

    def written(self, start: int, end: int) -> str:
        """The author's words between two places, on one line."""
        return " ".join(self.text[start:end].split())

    @cached_property
    def length(self) -> int:
        """How many words are told: code is not."""
        return len(_SPOKEN.findall(self.prose))

    def begins_item(self, place: int) -> bool:
        """Whether a list item begins with the word at a place."""
        start = self.text.rfind("\n", 0, place) + 1
        marker = _ITEM.match(self.text, start)
        return (
            bool(marker) and not self.text[marker.end() : place].strip("*_ ") if marker else False
        )


class Reading:
    """A story, read once for all rules. today: the day on which it is read."""

    def __init__(self, story: Story, today: date) -> None:
        self.story = story
        self.today = today
        self.sections = tuple(Section(*each) for each in sections_of(story))

    def of(self, *kinds: PartKind) -> tuple[Section, ...]:
        """The sections of these kinds, in their order."""
        return tuple(s for s in self.sections if s.kind in kinds)

    def length(self, *kinds: PartKind) -> int:
        """How many words these sections have; with no kinds, all of them."""
        return sum(s.length for s in (self.of(*kinds) if kinds else self.sections))


def action_line(reading: Reading) -> int:
    """The line on which the Action begins; without one, the story."""
    sections = reading.of("action") or reading.sections
    return sections[0].line if sections else reading.story.line


def shortened(words: str, most: int = 60) -> str:
    """Words cut between two of them, with a sign where they were."""
    if len(words) <= most:
        return words
    return words[:most].rpartition(" ")[0].rstrip(",;:") + " …"


def listed(words: Iterable[str]) -> str:
    """Words as one text, each once."""
    return ", ".join(dict.fromkeys(words))


def _without_code(text: str) -> str:
    if "```" in text or "~~~" in text:
        text = _FENCE.sub(_blanks, text)
    if "`" in text:
        text = _INLINE.sub(_blanks, text)
    if "](" in text or "://" in text or "<!--" in text:
        text = _LINKED.sub(_blanks, text)
    if "\n    " in text or "\n\t" in text or text.startswith(("    ", "\t")):
        text = _without_indented(text)
    return text


def _without_indented(text: str) -> str:
    """The text without lines that are code because they are indented below a blank line."""
    rows = text.split("\n")
    blank, listed_above, code = True, False, False
    for number, row in enumerate(rows):
        if not row.strip():
            blank = True
            continue
        deep = row.startswith(("    ", "\t"))
        code = deep and not listed_above and (blank or code)
        if code:
            rows[number] = " " * len(row)
        elif not deep:
            listed_above = bool(_ITEM.match(row))
        blank = False
    return "\n".join(rows)


def _blanks(match: re.Match[str]) -> str:
    return "".join("\n" if sign == "\n" else " " for sign in match[0])


def _lower(sign: str) -> str:
    return sign.lower() if len(sign.lower()) == 1 else sign
