"""Phrases looked up by the word with which they begin, which is quick however many they are."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple

from kb.check.reading import shortened

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kb.check.reading import Section


_SPACE: Final = re.compile(r"(\(\?<[!=][^()]*\))| ")  # a look-behind must keep its width


class Hit(NamedTuple):
    """A phrase in a section: the number of its first word, and its place."""

    word: int
    start: int
    end: int


class Pattern:
    """A regular expression that is compiled when it is first used; a space stands for any."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def _compiled(self) -> re.Pattern[str]:
        return re.compile(_SPACE.sub(lambda match: match[1] or r"\s+", self.text))

    def search(self, text: str, start: int = 0, end: int = 1 << 60) -> re.Match[str] | None:
        """The first match between two places."""
        return self._compiled.search(text, start, min(end, len(text)))

    def match(self, text: str, start: int = 0, end: int = 1 << 60) -> re.Match[str] | None:
        """A match that begins at a place."""
        return self._compiled.match(text, start, min(end, len(text)))

    def fullmatch(self, text: str) -> re.Match[str] | None:
        """A match of all of the text."""
        return self._compiled.fullmatch(text)

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        """All matches in a text."""
        return self._compiled.finditer(text)


class Phrases:
    """Phrases, each written as "first words": what follows the word, as a regular expression.

    Several first words are parted by spaces. What follows is matched from the end of the
    first word, in the section's `low`; "" stands for the word alone. Of "I've" the first word
    may be "i", and the rest then begins with "'ve".
    """

    def __init__(self, *tables: dict[str, str]) -> None:
        self._tables = tables

    @cached_property
    def _index(self) -> dict[str, list[Pattern]]:
        index: dict[str, list[Pattern]] = {}
        for table in self._tables:
            for words, rest in table.items():
                pattern = Pattern(rest)
                for word in words.split():
                    index.setdefault(word, []).append(pattern)
        return index

    def find(self, section: Section) -> Iterator[Hit]:
        """Each phrase in a section, in order."""
        index, low, places = self._index, section.low, section.places
        there = sorted(
            (number, word) for word in index.keys() & places.keys() for number in places[word]
        )
        for number, first in there:
            start = section.words[number].start
            for pattern in index[first]:
                match = pattern.match(low, start + len(first))
                if match is not None:
                    yield Hit(number, start, match.end())
                    break


def first_of(section: Section, hit: Hit) -> tuple[str, str]:
    """The first word of a phrase, and what is joined to it by an apostrophe."""
    first, _, tail = section.words[hit.word].low.partition("'")
    return first, tail


def is_name(section: Section, hit: Hit) -> bool:
    """Whether a word is a name, written large where no sentence begins: the group Everyone."""
    first = section.text[hit.start : hit.start + 1]
    start, _ = section.sentence_at(hit.start)
    opening = section.low[start : hit.start].strip(" -*_#>\"'(0123456789.)“‘")
    return first.isupper() and bool(opening)


def around(section: Section, hit: Hit) -> str:
    """The words and a few after them, as the author wrote them."""
    last = min(hit.word + 6, len(section.words) - 1)
    start, end = section.sentence_at(hit.start)
    stop = min(section.words[last].end, end)
    begin = section.words[max(hit.word - 2, 0)].start
    return shortened(section.written(max(begin, start), max(stop, hit.end)))
