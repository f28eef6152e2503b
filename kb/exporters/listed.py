"""All that is replaced in a bank, and where it stands in a text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import count
from typing import TYPE_CHECKING, Final, NamedTuple

from kb.exporters.forms import company_forms, person_forms
from kb.exporters.names import CURRENCIES, Terms, figures, fold, other_scales, words
from kb.exporters.patterns import given_away
from kb.exporters.private import Entry, Private

if TYPE_CHECKING:
    from collections.abc import Collection

    from kb.exporters.names import Hit

FOUND: Final = {
    "e-mail": Entry("other", "e-mail addresses", "[e-mail]"),
    "phone": Entry("other", "phone numbers", "[phone]"),
    "link": Entry("other", "links", "[link]"),
    "secret": Entry("other", "what looks like a secret", "[secret]"),
}
# The address of a Markdown link to elsewhere: it goes, the words of the link stay.
_ADDRESS = re.compile(
    r"\]\(\s{0,9}<?(?:[a-z][a-z0-9+.-]{1,20}:|www\.)[^()\s]{1,2000}(?:\s[^()\n]{0,200})?\)",
    re.IGNORECASE,
)
_COMPANIES: Final = ("company", "client")


class Span(NamedTuple):
    """A place in a text, what it is replaced for, and what is written there."""

    start: int
    end: int
    entry: Entry
    written: str


class Listed:
    """What a private.yaml lists, the companies of a bank, and what is found without a list.

    companies: those of all stories; each that is not listed gets a letter, by the alphabet.
    ordinary: words that stand somewhere in lower case, and so name no company by themselves.
    """

    def __init__(
        self, private: Private, companies: Iterable[str], ordinary: Collection[str]
    ) -> None:
        self._names: Terms[Entry] = Terms(words)
        self._figures: Terms[Entry] = Terms(figures)
        for entry in private.entries:
            self._list(entry)
        self.entries = (*private.entries, *self._unlisted(companies), *FOUND.values())
        for entry in self.entries:
            self._derive(entry, ordinary)
        self._marks: Terms[str] = Terms(words)
        for entry in self.entries:
            if words(entry.placeholder):
                self._marks.add(entry.placeholder, entry.placeholder)

    def spans(self, text: str, *, label: bool = False) -> list[Span]:
        """What is to be replaced in a text, in order and apart from each other.

        label: the text is a name of hyphens and lower case, such as an id or a tag.
        """
        merged: list[Span] = []
        for span in sorted(self._found(text, label), key=lambda s: (s.start, -s.end)):
            if merged and span.start < merged[-1].end:
                merged[-1] = merged[-1]._replace(end=max(merged[-1].end, span.end))
            else:
                merged.append(span)
        return merged

    def left(self, text: str) -> str:
        """A listed text that stands in a text which was redacted, or ""."""
        text = self.unmarked(text)
        hit = next(iter((*self._names.find(text), *self._whole_figures(text))), None)
        return text[hit.start : hit.end] if hit else ""

    def unmarked(self, text: str) -> str:
        """A text with a NUL for the words of each placeholder."""
        pieces: list[str] = []
        end = 0
        for hit in self._marks.find(text):
            if hit.start >= end:
                pieces += [text[end : hit.start], "\0"]
                end = hit.end
        return "".join([*pieces, text[end:]])

    def _list(self, entry: Entry) -> None:
        if entry.kind != "figure":
            for text in _with_and(entry.text):
                self._names.add(text, entry)
            return
        self._figures.add(entry.text, entry)
        for keys in other_scales([token.key for token in figures(entry.text)]):
            self._figures.derive(keys, entry, cased=False)

    def _unlisted(self, companies: Iterable[str]) -> list[Entry]:
        """An entry for each company that stories name; one that holds a listed name is that."""
        letters = (f"Company {_letter(number)}" for number in count())
        made: list[Entry] = []
        for name in sorted({" ".join(c.split()) for c in companies}, key=lambda c: (fold(c), c)):
            if not words(name) or self._names.exact(name):
                continue
            hits = [h for h in self._names.find(name) if h.value.kind in _COMPANIES]
            entry = hits[0].value if hits else Entry("company", name, next(letters))
            self._list(Entry(entry.kind, name, entry.placeholder) if hits else entry)
            made += [] if hits else [entry]
        return made

    def _derive(self, entry: Entry, ordinary: Collection[str]) -> None:
        if entry.kind == "person":
            for keys, between in person_forms(entry.text):
                self._names.derive(keys, entry, between)
        elif entry.kind in _COMPANIES:
            for text in _with_and(entry.text):
                for keys, between in company_forms(text, ordinary):
                    self._names.derive(keys, entry, between)

    def _found(self, text: str, label: bool) -> Iterator[Span]:
        for hit in self._names.find(text, label=label):
            end = hit.end + _abbreviates(text, hit.end)
            yield Span(hit.start, end, hit.value, hit.value.placeholder)
        for hit in self._whole_figures(text):
            start, end = _with_currency(text, hit)
            yield Span(start, end, hit.value, hit.value.placeholder)
        for start, end, what in given_away(text):
            yield Span(start, end, FOUND[what], FOUND[what].placeholder)
        for match in _ADDRESS.finditer(text):
            yield Span(match.start(), match.end(), FOUND["link"], "] ([link])")

    def _whole_figures(self, text: str) -> Iterator[Hit[Entry]]:
        """The listed figures in a text; 3.2 is none in "3.2M"."""
        for hit in self._figures.find(text):
            if not (text[hit.end - 1].isdigit() and text[hit.end : hit.end + 1].isalpha()):
                yield hit


def _with_and(text: str) -> Iterator[str]:
    """A name as listed, and with its "&" in the other ways of writing it."""
    yield text
    if "&" in text:
        yield text.replace("&", " and ")
        yield text.replace("&", " &amp; ")
    elif " and " in text:
        yield text.replace(" and ", " & ")


def _letter(number: int) -> str:
    """A, B, ... Z, AA, AB: as columns of a sheet are called."""
    text = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        text = chr(ord("A") + rest) + text
    return text


def _abbreviates(text: str, end: int) -> int:
    """1 where the dot behind a name is that of an initial and ends no sentence, else 0."""
    initial = end < 2 or not text[end - 2].isalnum()
    if not initial or text[end : end + 1] != ".":
        return 0
    following = text[end + 1 : end + 12].lstrip(" \t")[:1]
    return int(following.islower() or following in tuple("'’,;:)"))


def _with_currency(text: str, hit: Hit[Entry]) -> tuple[int, int]:
    """The place of a figure, with the currency beside it if it was listed with one."""
    if not any(sign in hit.value.text for sign in CURRENCIES):
        return hit.start, hit.end
    before = re.search(rf"[{CURRENCIES}] ?$", text[max(hit.start - 2, 0) : hit.start])
    behind = re.match(rf" ?[{CURRENCIES}]", text[hit.end : hit.end + 2])
    return hit.start - len(before[0] if before else ""), hit.end + len(behind[0] if behind else "")
