"""What stands under one question, block by block, to its concept, examples, practices and so on."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kb.domain import Concept, Example, FollowUp, Note, Practice, Variant
from kb.parse.asks import bold_line, wording
from kb.parse.examples import OpenExample, describes_example, example_name, is_counted
from kb.parse.labels import (
    Label,
    SectionKind,
    normal,
    part_kind,
    section_kind,
    split_label,
    strip_number,
    strip_ornament,
)
from kb.parse.prose import Prose
from kb.parse.segments import segments

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kb.domain import PartKind
    from kb.parse.markdown import Block, Item

_DEPTH = 3  # lists within lists whose items are still looked into for labels
_LISTED: frozenset[SectionKind] = frozenset({"practices", "follow-ups", "variants", "competencies"})
_BOLD_LEAD = re.compile(
    r"^(\*\*|__)(?=\S)([^*\n]{1,300}?)\1\s*(?:[:：]\s*|[-–—]\s+)?(.*)$", re.DOTALL
)
_IDS = re.compile(r"[,;|/•·\n]")
_BULLET = re.compile(r"^\s*(?:[-*+•]|\d{1,3}[.)])\s+")


@dataclass(slots=True)
class Sections:
    """The fields of a question, as far as they are read.

    question: its wording, where that was wanting. asked: what stands after a
    label "Question" although there is a wording. competencies: names with lines.
    """

    question: str = ""
    asked: Variant | None = None
    variants: list[Variant] = field(default_factory=list)
    competencies: list[tuple[str, int]] = field(default_factory=list)
    practices: list[Practice] = field(default_factory=list)
    follow_ups: list[FollowUp] = field(default_factory=list)
    concept: Concept | None = None
    examples: tuple[Example, ...] = ()
    notes: tuple[Note, ...] = ()


def read_sections(body: Iterable[Block], wanting: bool = False) -> Sections:
    """The sections among the blocks under one question.

    wanting: the question's wording has not been seen ("## Question 1"), so that
    it is the first text, or what stands after a label "Question".
    """
    reader = _Reader(wanting)
    reader.run(body, 0)
    return reader.closed()


class _Reader:
    """Walks the blocks under a question once, knowing which section is open."""

    def __init__(self, wanting: bool) -> None:
        self.out = Sections()
        self.wanting = wanting
        self.section: SectionKind | None = None
        self.level = 0  # of the heading that opened the section, 0 if a label did
        self.title = ""
        self.concept = Prose()
        self.examples: list[OpenExample] = []
        self.fresh = True  # whether the next part belongs to a new example
        self.notes: list[tuple[str, int, Prose]] = []

    def run(self, body: Iterable[Block], depth: int) -> None:
        """Read blocks in order; depth counts the lists around them."""
        for block in body:
            if block.kind == "heading":
                self._on_heading(block)
            elif block.kind == "rule":
                self.section = None
            elif block.kind == "paragraph":
                self._on_paragraph(block)
            elif block.kind == "list":
                self._on_list(block, depth)
            elif block.kind != "close":
                self._text(block.text, block.line, block.end)

    def closed(self) -> Sections:
        """The fields, with what was still open."""
        if self.concept.text:
            self.out.concept = Concept(self.concept.text, self.concept.line)
        self.out.examples = tuple(
            each.closed() for each in self.examples if each.name or each.parts
        )
        self.out.notes = tuple(
            Note(title, prose.text, line)
            for title, line, prose in self.notes
            if title or prose.text
        )
        return self.out

    # Headings

    def _on_heading(self, block: Block) -> None:
        inside = bool(self.section and self.level and block.level > self.level)
        label = split_label(block.text)
        if inside and self.section != "example":
            self._inner_heading(block)
        elif self._opens(block.text, block):
            return
        elif label and self._opens(label.text, block):
            self._text(label.rest, block.line, block.end)
        elif inside:
            number = strip_number(block.text) != strip_ornament(block.text)
            self._part("point" if number else "text", strip_number(block.text), block.line)
        else:
            self.level = block.level
            self._note(strip_ornament(block.text), block.line)

    def _opens(self, name: str, block: Block) -> bool:
        """Open the section or part that a heading names, if it names one."""
        kind = part_kind(name, self._previous())
        named = name if describes_example(name) else example_name(name)
        section = section_kind(name)
        if kind:
            if self.section != "example":
                self.level = block.level
            self._part(kind, name, block.line)
        elif named is not None:
            level = block.level if self._is_outer(block) else self.level
            self._section("example", name, level, block.line)
            self._example(named, block.line)
        elif section:
            self._section(section, name, block.level, block.line)
            self._bracket(name, block.line)
        return bool(kind or section) or named is not None

    def _is_outer(self, block: Block) -> bool:
        """Whether a heading of an example begins its section rather than lies in it."""
        return self.section != "example" or not 0 < self.level < block.level

    def _inner_heading(self, block: Block) -> None:
        """A heading within a section that is no example: a title there, or its text."""
        text = strip_ornament(block.text)
        if self.section == "practices":
            self.out.practices.append(Practice(strip_number(text), "", block.line))
        elif self.section == "follow-ups":
            self.out.follow_ups.append(FollowUp(strip_number(text), block.line))
        else:
            self._text(text, block.line, block.end)

    # Paragraphs

    def _on_paragraph(self, block: Block) -> None:
        text = block.text.strip()
        label = split_label(text)
        if label and self._labelled(label, block):
            return
        if self.wanting and not self.out.question and self.section in (None, "question"):
            self.out.question, self.section = " ".join(text.split()), None
        elif not self._point(text, block):
            self._text(block.text, block.line, block.end)

    def _labelled(self, label: Label, block: Block) -> bool:
        """A paragraph that begins with a label; False if it is running text all the same."""
        name = label.text
        kind = part_kind(name, self._previous())
        named = example_name(name) if label.marked or is_counted(name) else None
        section = "example" if normal(name) == "a" and not kind else section_kind(name)
        if kind and self._takes_parts():
            self._part(kind, name, block.line)
        elif (named is not None or section == "example") and self._takes_example(name):
            level = self.level if self.section == "example" else 0
            self._section("example", name, level, block.line)
            self._example(named or "", block.line)
        elif section and section != "example" and self._takes_section(section, label):
            self._section(section, name, 0, block.line)
            self._bracket(name, block.line)
        elif kind or section or named is not None or not label.marked:
            return False
        else:
            return self._unknown(label, block)
        self._text(label.rest, block.line, block.end)
        return True

    def _takes_parts(self) -> bool:
        """Whether a STAR label counts here: not in a headed section of another kind."""
        return self.section in (None, "example", "question") or self.level == 0

    def _takes_example(self, name: str) -> bool:
        """Whether a label may open an example here."""
        if self.section in (None, "question") or self.level == 0:
            return True
        if self.section == "example":
            return is_counted(name) or not (self.examples and self.examples[-1].parts)
        return is_counted(name)

    def _takes_section(self, section: SectionKind, label: Label) -> bool:
        """Whether a label may open a section here; in a headed one only bold labels do."""
        if self.section is None or self.level == 0:
            return True
        return label.marked and section not in {"question", "note", "contents"}

    def _unknown(self, label: Label, block: Block) -> bool:
        """A bold label that is none of ours: a title, where the section has titles."""
        last = self.examples[-1] if self.examples else None
        if self.section == "practices":
            self.out.practices.append(Practice(label.text, label.rest.strip(), block.line))
        elif self.section == "example" and last and not (last.parts or last.name or label.rest):
            last.name = label.text
        elif self.section is None and label.colon and not self.wanting:
            self._note(label.text, block.line)
            self._text(label.rest, block.line, block.end)
            self.section = None
        else:
            return False
        return True

    def _point(self, text: str, block: Block) -> bool:
        """A bold numbered line in an example: one of its points."""
        head, _, rest = text.partition("\n")
        bold = bold_line(head)
        title = strip_number(bold) if bold else ""
        if bold is None or self.section != "example" or not self.examples:
            return False
        if not title or title == strip_ornament(bold):
            return False
        if self.examples[-1].kind not in (None, "text", "point"):
            return False
        self._part("point", title.rstrip(":： "), block.line)
        self._text(rest, block.line + 1, block.end)
        return True

    # Lists

    def _on_list(self, block: Block, depth: int) -> None:
        if self.section in _LISTED:
            for item in block.items:
                self._listed(item)
        elif depth < _DEPTH and self._speaks(block.items):
            for item in block.items:
                self.run(segments(item.text, item.line), depth + 1)
        else:
            self._text(block.text, block.line, block.end)

    def _speaks(self, items: tuple[Item, ...]) -> bool:
        """Whether a list's items are sections, or the parts of an example."""
        labels = [split_label(item.text) for item in items]
        parts = [part_kind(label.text, "task") for label in labels if label]
        if len(set(parts) - {None}) >= 2 and 2 * sum(map(bool, parts)) >= len(items):
            return self._takes_parts()
        kinds = [section_kind(each.text) or normal(each.text) == "a" for each in labels if each]
        return bool(kinds) and all(kinds) and 2 * len(kinds) >= len(items) and self.level == 0

    def _listed(self, item: Item) -> None:
        """An item of a section that is a list."""
        text, line = item.text.strip(), item.line
        if not text:
            return
        if self.section == "practices":
            self.out.practices.append(_practice(text, line))
        elif self.section == "follow-ups":
            self.out.follow_ups.append(FollowUp(text, line))
        elif self.section == "variants":
            self.out.variants.append(Variant(text, line))
        else:
            self._ids(text, line)

    def _ids(self, text: str, line: int) -> None:
        for name in _IDS.split(text):
            if name.strip("*_`[]# .\t"):
                self.out.competencies.append((name.strip("*_`[]# .\t"), line))

    # Where text goes

    def _text(self, text: str, line: int, end: int) -> None:
        """Text of the open section."""
        if not text.strip():
            return
        if self.section == "question":
            self._asked(text, line)
        elif self.section == "concept":
            self.concept.add(text, line, end)
        elif self.section == "example":
            if not self.examples:  # a name of the section that is no example's name
                self._example("", line)
            self.examples[-1].add_text(text, line, end)
        elif self.section == "practices":
            self._practice_text(text, line)
        elif self.section in _LISTED:
            for number, each in enumerate(text.split("\n")):
                self._line(_BULLET.sub("", each).strip(), line + number)
        else:
            self._note_text(text, line, end)

    def _asked(self, text: str, line: int) -> None:
        """The wording after a label "Question"; a second one is a variant."""
        plain = wording(" ".join(text.split())).text
        if self.wanting and not self.out.question:
            self.out.question = plain
        elif self.out.asked is None and not self.wanting:
            self.out.asked = Variant(plain, line)
        else:
            self.out.variants.append(Variant(plain, line))
        self.section = None

    def _practice_text(self, text: str, line: int) -> None:
        """A paragraph among practices: under a heading its text, else one of its own."""
        last = self.out.practices[-1] if self.out.practices else None
        if last and last.title and not last.text and self.level and last.line < line:
            self.out.practices[-1] = Practice(last.title, text.strip(), last.line)
        elif text.rstrip().endswith(":"):
            self.notes.append((self.title, line, Prose(line, line, [text.strip()])))
        else:
            self.out.practices.append(_practice(text.strip(), line))

    def _line(self, text: str, line: int) -> None:
        """A line of follow-ups, variants or competencies, not in a list."""
        if not text:
            return
        if self.section == "follow-ups":
            self.out.follow_ups.append(FollowUp(text, line))
        elif self.section == "variants":
            self.out.variants.extend(
                Variant(each, line) for each in re.split(r"(?<=[?？])\s+[;|,/]?\s*", text) if each
            )
        else:
            self._ids(text, line)

    def _note_text(self, text: str, line: int, end: int) -> None:
        """Text of an open note; without one, of the loose text right before it, or anew."""
        title, _, prose = self.notes[-1] if self.notes else ("", 0, Prose())
        if not self.notes or (self.section is None and prose.end < line - (1 if title else 2)):
            prose = Prose()
            self.notes.append(("", line, prose))
        prose.add(text, line, end)

    # What is opened

    def _previous(self) -> PartKind | None:
        """The open part, if the open section is an example."""
        return self.examples[-1].kind if self.section == "example" and self.examples else None

    def _section(self, kind: SectionKind, title: str, level: int, line: int) -> None:
        self.section, self.level, self.title = kind, level, strip_ornament(title)
        self.fresh = True
        if kind in ("note", "contents"):
            self._note(self.title, line)

    def _bracket(self, name: str, line: int) -> None:
        """Keep a remark in brackets behind a section's name: it is no part of the label."""
        remark = re.search(r"[(\[]([^()\[\]]+)[)\]]\W*$", name[-200:])
        if remark and self.section not in ("note", "contents"):
            self.notes.append((strip_ornament(name), line, Prose()))

    def _note(self, title: str, line: int) -> None:
        self.section = "note"
        self.notes.append((title, line, Prose()))

    def _example(self, name: str, line: int) -> None:
        self.examples.append(OpenExample(name, line))
        self.fresh = False

    def _part(self, kind: PartKind, title: str, line: int) -> None:
        """Open a part, in a new example if this one has been told or none is open."""
        again = normal(title) in {"situation", "s"} and self.examples and self.examples[-1].told
        if again or not self.examples or (self.section != "example" and self.fresh):
            self._example("", line)
        self.section = "example"
        self.examples[-1].begin(kind, title, line)


def _practice(text: str, line: int) -> Practice:
    """A rule of good practice, its bold lead as its title."""
    match = _BOLD_LEAD.match(strip_ornament(text))
    if match is None:
        return Practice("", text, line)
    return Practice(match[2].strip(":： "), match[3].strip(), line)
