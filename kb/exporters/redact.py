"""Stories without what must not be told outside: names and figures replaced by placeholders.

What is replaced: what private.yaml lists, every story's company, and what looks like an e-mail
address, a phone number, a link or a secret. The result is not anonymous, and never called so.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import TYPE_CHECKING, Final

from kb.errors import DocumentError
from kb.exporters.candidates import lower_case, name_like
from kb.exporters.listed import FOUND, Listed
from kb.exporters.marked import shown
from kb.exporters.names import fold
from kb.exporters.private import Entry, Kind, Private, read_private

if TYPE_CHECKING:
    from kb.domain import Part, Story

__all__ = ["Entry", "Kind", "Private", "Redacted", "Redactor", "Replaced", "read_private"]

NOT_ANONYMOUS: Final = "This is not anonymous: a reader who knows you may still recognise it."
# What can make a reader see other words than those that were written and looked at.
_MARKUP = re.compile(r"[*_~`\\&<\[]")
# Before one of these a placeholder in brackets would be read as a link.
_LINKING: Final = (":", "(", "[")


@dataclass(frozen=True, slots=True)
class Replaced:
    """A text that was replaced: as it is listed, by what, how often, and in which other forms."""

    text: str
    placeholder: str
    count: int
    forms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Redacted:
    """Stories that were redacted.

    candidates: words left in them that look like names, with how often each stands, the most
    frequent first. failed: why a story was left out.
    """

    stories: tuple[Story, ...]
    replaced: tuple[Replaced, ...]
    candidates: tuple[tuple[str, int], ...]
    failed: tuple[DocumentError, ...]


class Redactor:
    """Replaces what a private.yaml lists, and each company of `stories`.

    stories: all of the bank, also those that are not exported, so that a company has the same
    placeholder and a story the same id in every export.
    """

    def __init__(self, private: Private, stories: Sequence[Story]) -> None:
        self._ordinary = lower_case(text for story in stories for text in _prose(story))
        self._listed = Listed(private, (s.company for s in stories if s.company), self._ordinary)
        self._ids = self._new_ids({story.id for story in stories})
        self._count: Counter[Entry] = Counter()
        self._forms: dict[Entry, dict[str, str]] = {}

    def redact(self, stories: Sequence[Story]) -> Redacted:
        """The stories with everything replaced; one in which a listed text is broken up by
        markup, so that replacing it is not sure, is left out."""
        self._count, self._forms = Counter(), {}
        done: list[Story] = []
        failed: list[DocumentError] = []
        for story in stories:
            before = Counter(self._count)
            redacted = self.story(story)
            fault = self._fault(redacted, story)
            if fault:
                failed.append(fault)
                self._count = before
            else:
                done.append(redacted)
        texts = (self._listed.unmarked(text) for story in done for text in _prose(story))
        candidates = name_like(texts, self._ordinary)
        return Redacted(tuple(done), self._replaced(), candidates, tuple(failed))

    def story(self, story: Story) -> Story:
        """A story with everything replaced, its id and path too; competencies that hold a listed
        word are left out, and a date is cut down to what holds none."""
        new = self._ids.get(story.id, story.id)
        return replace(
            story,
            id=new,
            path=f"{new}.md",
            title=self.text(story.title),
            date=self._date(story.date),
            role=self.text(story.role),
            company=self.text(story.company),
            competencies=tuple(c for c in story.competencies if self.text(c, label=True) == c),
            tags=tuple(dict.fromkeys(self.text(tag, label=True) for tag in story.tags)),
            answers=tuple(dict.fromkeys(self.text(answer) for answer in story.answers)),
            parts=tuple(self._part(part) for part in story.parts),
        )

    def text(self, text: str, *, label: bool = False, markdown: bool = False) -> str:
        """A text with everything replaced, composed (NFC).

        label: it is a name of hyphens and lower case, such as a tag. markdown: a placeholder in
        brackets gets a backslash where it would be read as a link.
        """
        text = unicodedata.normalize("NFC", text)
        pieces: list[str] = []
        end = 0
        for span in self._listed.spans(text, label=label):
            self._note(span.entry, text[span.start : span.end])
            linking = span.written[0] == "[" and text[span.end : span.end + 1] in _LINKING
            mark = "\\" if markdown and linking else ""
            pieces += [text[end : span.start], mark, span.written]
            end = span.end
        return "".join([*pieces, text[end:]])

    def _part(self, part: Part) -> Part:
        return replace(part, text=self.text(part.text, markdown=True), title=self.text(part.title))

    def _date(self, date: str) -> str:
        """As much of a date as holds no listed figure: a year and a month, a year, or nothing."""
        while date and self._listed.spans(date):
            date = date.rpartition("-")[0]
        return date

    def _fault(self, redacted: Story, story: Story) -> DocumentError | None:
        """What is wrong with a redacted story, if a reader of it would still see a listed text."""
        lines = {part.text: source.line for part, source in
                 zip(redacted.parts, story.parts, strict=True)}  # fmt: skip
        for text in (*_prose(redacted), redacted.role, redacted.company, *redacted.tags):
            name = self._listed.left(shown(text)) if _MARKUP.search(text) else ""
            if name:
                return DocumentError(
                    f"`{name}` is broken up by markup, so that it cannot surely be replaced; "
                    "the story is left out.",
                    "Write it in one piece.",
                    story.path,
                    lines.get(text, story.line),
                )
        return None

    def _new_ids(self, ids: set[str]) -> dict[str, str]:
        """Each id that holds a listed word, and the one that stands for it."""
        held = sorted(one for one in ids if self._listed.spans(one, label=True))
        free = (name for name in (f"story-{n}" for n in count(1)) if name not in ids)
        return dict(zip(held, free, strict=False))

    def _note(self, entry: Entry, text: str) -> None:
        self._count[entry] += 1
        form = " ".join(text.split())
        if fold(form) != fold(entry.text):
            self._forms.setdefault(entry, {}).setdefault(fold(form), form)

    def _replaced(self) -> tuple[Replaced, ...]:
        """What was replaced, in the order of the list."""
        told = [entry for entry in self._listed.entries if self._count[entry]]
        unlisted = FOUND.values()
        return tuple(
            Replaced(
                entry.text,
                entry.placeholder,
                self._count[entry],
                () if entry in unlisted else tuple(sorted(self._forms.get(entry, {}).values())),
            )
            for entry in told
        )


def _prose(story: Story) -> Iterator[str]:
    """The running texts of a story."""
    yield story.title
    yield from story.answers
    for part in story.parts:
        yield part.title
        yield part.text
