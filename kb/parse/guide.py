"""A document of interview questions to a Guide."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING

from kb.domain import Finding, Guide, Note, ParsedGuide, Question, Variant
from kb.errors import DocumentError
from kb.parse.frontmatter import FrontMatter, split_front_matter
from kb.parse.labels import strip_ornament
from kb.parse.markdown import fence_is_open, normalise
from kb.parse.outline import read_outline
from kb.parse.sections import read_sections
from kb.parse.segments import segments
from kb.parse.slug import slug
from kb.parse.yamltree import Mapping, Scalar, Sequence

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from kb.parse.markdown import Block
    from kb.parse.outline import Ask
    from kb.parse.sections import Sections
    from kb.parse.yamltree import Node

_GENERIC = re.compile(r"[\W_]*(?:(?:and|interview|questions?|answers?|guide|prep)[\W_]*)*")


def parse_guide(
    text: str, *, path: str, guide_id: str, competencies: Collection[str] = ()
) -> ParsedGuide:
    """Read a document of questions, in any of the shapes people write them in.

    text: the file's characters. path: as findings name it. guide_id: begins the
    ids of its questions. competencies: the known ids; empty means any will do.
    Whatever fits no section is kept as a note. No text makes it raise: what is
    wrong with a document is a finding.
    """
    findings: list[Finding] = []
    front = _front_matter(normalise(text), path, findings)
    blocks = list(segments(front.body, front.body_line))
    fields = dict(_fields(front.fields))
    title, description = (fields.pop(key, ("", 0))[0] for key in ("title", "description"))
    outline = read_outline(blocks, titled=bool(title))
    notes = [*_leftover(fields), *_second_title(title, outline.title, blocks), *outline.notes]
    under = [read_sections(ask.body, wanting=not ask.words.text) for ask in outline.asks]
    questions = list(_questions(outline.asks, under, guide_id))
    findings.extend(_duplicates(questions, outline.asks, path))
    findings.extend(_unknown(under, path, competencies))
    findings.extend(_open_fences(blocks, path))
    if not questions:
        findings.append(_no_questions(path))
    guide = Guide(
        id=guide_id,
        path=path,
        title=title or outline.title or _words(guide_id),
        description=description,
        questions=tuple(questions),
        notes=tuple(notes),
    )
    return ParsedGuide(guide, tuple(sorted(findings, key=lambda each: each.line)))


def _front_matter(text: str, path: str, findings: list[Finding]) -> FrontMatter:
    """The front matter and the body; a front matter that cannot be read is body."""
    try:
        return split_front_matter(text, path=path)
    except DocumentError as error:
        findings.append(
            Finding("front-matter", "warning", error.message, path, error.line, error.hint)
        )
        return FrontMatter(None, text, 1)


def _fields(fields: Mapping | None) -> Iterator[tuple[str, tuple[str, int]]]:
    """The keys of the front matter, each with its value as one text and its line."""
    for key, value in fields.pairs if fields else ():
        name = key.text if isinstance(key, Scalar) else " ".join(_texts(key))
        yield name, (", ".join(_texts(value)), key.line)


def _texts(node: Node) -> list[str]:
    """All texts within a YAML value, in order (the tree is of bounded depth)."""
    if isinstance(node, Scalar):
        return [" ".join(filter(None, (node.text, node.cut)))] if node.kind != "null" else []
    if isinstance(node, Sequence):
        return [text for item in node.items for text in _texts(item)]
    return [text for pair in node.pairs for each in pair for text in _texts(each)]


def _leftover(fields: dict[str, tuple[str, int]]) -> Iterator[Note]:
    for name, (value, line) in fields.items():
        yield Note(name, value, line)


def _second_title(title: str, heading: str, blocks: Iterable[Block]) -> Iterator[Note]:
    """The first heading, where front matter gives another title and both say something."""
    said = heading.casefold().removeprefix(title.casefold())
    if title and heading and not _GENERIC.fullmatch(said):
        yield Note(heading, "", next(b.line for b in blocks if b.kind == "heading"))


def _questions(asks: Iterable[Ask], sections: Iterable[Sections], guide: str) -> Iterator[Question]:
    """The questions with everything under them, each with an id of its own."""
    taken: dict[str, int] = {}
    for ask, under in zip(asks, sections, strict=True):
        text, variants = _wording(ask, under)
        yield Question(
            id=_unique(f"{guide}/{_name(ask, text)}", taken),
            guide=guide,
            text=text,
            line=ask.line,
            category=ask.category,
            competencies=tuple(dict.fromkeys(slug(name) for name, _ in under.competencies)),
            variants=tuple(variants),
            concept=under.concept,
            examples=under.examples,
            practices=tuple(under.practices),
            follow_ups=tuple(under.follow_ups),
            notes=under.notes,
        )


def _name(ask: Ask, text: str) -> str:
    """What a question's id ends with, but for clashes."""
    return slug(ask.words.anchor or ask.words.text or text)


def _wording(ask: Ask, under: Sections) -> tuple[str, list[Variant]]:
    """A question's text and variants: a field "Question" is better than a heading of a topic."""
    text, variants = ask.words.text, under.variants
    if not text:
        return under.question or strip_ornament(ask.heading).strip("*_:： "), variants
    if under.asked is None or under.asked.text == text:
        return text, variants
    if ask.words.shaped:
        return text, [under.asked, *variants]
    return under.asked.text, [Variant(text, ask.line), *variants]


def _unique(name: str, taken: dict[str, int]) -> str:
    """`name`, or with the first of "-2", "-3" ... that is free; it is taken from now on."""
    unique = name
    while unique in taken:
        taken[name] += 1
        unique = f"{name}-{taken[name]}"
    taken[unique] = 1
    return unique


def _duplicates(questions: Iterable[Question], asks: Iterable[Ask], path: str) -> Iterator[Finding]:
    """The questions whose id was taken by an earlier one."""
    for question, ask in zip(questions, asks, strict=True):
        name = _name(ask, question.text)
        if question.id != f"{question.guide}/{name}":
            message = f'a second question has the id "{name}"; it is known as "{question.id}".'
            hint = "Write {#another-id} at the end of its heading to give it a lasting id."
            yield Finding("duplicate-question-id", "warning", message, path, ask.line, hint)


def _unknown(
    sections: Iterable[Sections], path: str, competencies: Collection[str]
) -> Iterator[Finding]:
    """Competencies that are not among the known ones, each with the nearest."""
    known = sorted(competencies)
    for under in sections:
        for name, line in under.competencies if known else ():
            if slug(name) not in competencies:
                nearest = difflib.get_close_matches(slug(name), known, n=1, cutoff=0.5)
                hint = f'Did you mean "{nearest[0]}"?' if nearest else "Choose a known id."
                message = f'"{name}" is no known competency.'
                yield Finding("unknown-competency", "warning", message, path, line, hint)


def _open_fences(blocks: Iterable[Block], path: str) -> Iterator[Finding]:
    for block in blocks:
        if fence_is_open(block):
            yield Finding(
                "open-code-block",
                "warning",
                "a code block is not closed, so all text after it counts as code.",
                path,
                block.line,
                "End it with a line of ```, as it began.",
            )


def _no_questions(path: str) -> Finding:
    return Finding(
        "no-questions",
        "warning",
        "no question was found in this guide.",
        path,
        1,
        'Write each question as a heading, such as "## Question 1: Tell me about ...".',
    )


def _words(guide_id: str) -> str:
    """A title for a guide that has none: the last word group of its id."""
    words = guide_id.rsplit("/", 1)[-1].replace("-", " ").strip()
    return words[:1].upper() + words[1:] if words else "Untitled"
