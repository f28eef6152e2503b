"""Which headings of a document are its questions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kb.parse.asks import Wording, bold_line, explicit_rest, wording
from kb.parse.labels import SectionKind, part_kind, section_kind, split_label, strip_number

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from kb.parse.markdown import Block

_OF_QUESTION: frozenset[SectionKind] = frozenset(
    {"question", "concept", "example", "variants", "follow-ups"}
)


@dataclass(frozen=True, slots=True)
class _Head:
    """A heading: where it stands among the blocks, and what it may be."""

    at: int
    level: int
    words: Wording
    explicit: bool
    section: bool
    holds: bool  # sections of a question stand right under it
    bare: bool  # the next heading follows at once


def is_section(text: str) -> bool:
    """Whether a heading names a part or section of a question ("Result", "Best Practices")."""
    label = split_label(text)
    names = [text, *([label.text] if label else [])]
    return any(part_kind(name) or section_kind(name) for name in names)


def question_headings(blocks: Sequence[Block]) -> dict[int, Wording]:
    """The headings that are questions, by their place in `blocks`.

    Headings marked as questions ("Question 3: ...") set the level; without any,
    those that read like one do; without these, those that hold the sections of
    a question. A heading deeper than an open question is part of it.
    """
    heads = _heads(blocks)
    marked = [head for head in heads if head.explicit]
    chosen = _at_levels(heads, marked) if marked else _unmarked(heads)
    return {head.at: head.words for head in _outermost(heads, chosen)}


def _unmarked(heads: list[_Head]) -> set[int]:
    shaped = [head for head in heads if head.words.shaped and not head.section]
    if len(shaped) > 1 and shaped[0] is heads[0]:
        deeper = [head for head in shaped[1:] if head.level > heads[0].level]
        shaped = deeper if len(deeper) == len(shaped) - 1 else shaped  # a title that asks
    if shaped:
        return _at_levels(heads, shaped) | {head.at for head in shaped}
    return {head.at for head in heads if head.holds and not head.section}


def _at_levels(heads: list[_Head], sure: list[_Head]) -> set[int]:
    """The sure ones, and those of their level that read, count or are built like them."""
    certain = {head.at for head in sure}
    levels = {head.level for head in sure}
    counted = {head.level for head in sure if head.words.numbered}
    return {
        head.at
        for head in heads
        if head.at in certain
        or (
            head.level in levels
            and not head.section
            and (head.words.shaped or head.holds or (head.words.numbered and head.level in counted))
        )
    }


def _outermost(heads: list[_Head], chosen: set[int]) -> Iterable[_Head]:
    """The chosen headings that lie in no other, categories left out."""
    open_level = 99
    for number, head in enumerate(heads):
        after = heads[number + 1] if number + 1 < len(heads) else None
        if head.level <= open_level:
            open_level = 99
        if head.at not in chosen or head.level > open_level:
            continue
        if head.bare and after and after.level > head.level and after.at in chosen:
            continue
        open_level = head.level
        yield head


def _heads(blocks: Sequence[Block]) -> list[_Head]:
    places = [at for at, block in enumerate(blocks) if block.kind == "heading"]
    heads = []
    for number, at in enumerate(places):
        stop = places[number + 1] if number + 1 < len(places) else len(blocks)
        block, body = blocks[at], blocks[at + 1 : stop]
        words = wording(block.text)
        section = is_section(block.text)
        asks = section and section_kind(block.text.rstrip(":： ")) == "question"
        holds = _holds(body) or _heads_section(blocks[stop : stop + 1], block.level)
        heads.append(
            _Head(
                at=at,
                level=block.level,
                words=words._replace(text="") if asks else words,
                explicit=asks or (words.explicit and not (section and not words.text)),
                section=section and not asks,
                holds=holds,
                bare=all(each.kind in {"rule", "close"} for each in body),
            )
        )
    return heads


def _holds(body: Iterable[Block]) -> bool:
    """Whether fields of one question ("**Sample Answer:** ...") stand among some blocks.

    Not where a question in bold or in a list comes first, or "Q:" comes twice:
    then the heading is a category of such questions.
    """
    marks, fields = 0, 0
    for block in body:
        if not fields and _is_question(block):
            return False
        if block.kind == "paragraph":
            label = split_label(block.text)
            marks += explicit_rest(strip_number(block.text)) is not None
            fields += label is not None and section_kind(label.text) in _OF_QUESTION
    return fields > 0 and marks < 2


def _is_question(block: Block) -> bool:
    """Whether a block is a question that is no heading: a bold line, or a list of questions."""
    if block.kind == "list":
        return any(wording(item.text.split("\n", 1)[0]).shaped for item in block.items[:1])
    bold = bold_line(block.text.split("\n", 1)[0]) if block.kind == "paragraph" else None
    return bold is not None and wording(bold).shaped


def _heads_section(following: Sequence[Block], level: int) -> bool:
    """Whether the next heading is a deeper one that names a section of a question."""
    return any(each.level > level and section_kind(each.text) in _OF_QUESTION for each in following)
