"""A draft as the Markdown file that reads back as the same story.

What is written is read again before it is given out. Where a text would be misread (a line in
it looks like a part's heading or label, a fence is never closed), the parts' headings become
stronger, then the line gets a backslash, and at last the text is quoted.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from kb.domain import STAR, Part
from kb.importers.escape import quoted, unmistakable
from kb.parse.labels import normal
from kb.parse.markdown import blocks, normalise
from kb.parse.storybody import read_body

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kb.importers.draft import Draft

_UNSAFE = re.compile(r"[\0\ud800-\udfff]")
# What YAML reads as itself, unquoted, in a list in brackets too.
_PLAIN = re.compile(r"[^\W\d_](?:[\w '’.()/&+?-]*[\w.)+?])?")
_NOT_TEXT = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n"})
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t"}


def story_markdown(draft: Draft) -> str:
    """The file of a story: front matter with the fields that are there, then its parts.

    `parse_stories` reads back the same fields and parts. A part keeps its label where that is
    one of its kind, else the canonical one is written. Text without a label can only stand
    before the labelled parts, and goes there. A text that would be misread comes back with
    backslashes before colons, or as a quotation. Fields are on one line; line ends are `\\n`;
    NUL and lone surrogates become U+FFFD.
    """
    title = one_line(draft.title) or "Untitled"
    return f"---\n{_front_matter(draft, title)}---\n{_body(tuple(_parts(draft)), title)}"


def clean(text: str) -> str:
    """`text` with `\\n` as its only line end and nothing that a UTF-8 file cannot hold."""
    return _UNSAFE.sub("\ufffd", normalise(text))


def one_line(text: str) -> str:
    """`text`, clean, with single spaces between its words."""
    return " ".join(clean(text).split())


def trimmed(text: str) -> str:
    """`text`, clean, without blank lines around it; the first line keeps its indentation."""
    rows = clean(text).rstrip().split("\n")
    first = next((number for number, row in enumerate(rows) if row.strip()), len(rows))
    return "\n".join(rows[first:])


def scalar(value: str) -> str:
    """`value` as YAML on one line, quoted where it must be."""
    if _PLAIN.fullmatch(value) and value.lower() not in _NOT_TEXT:
        return value
    if '"' in value and "'" not in value and value.isprintable():
        return f"'{value}'"
    return f'"{"".join(_escaped(char) for char in value)}"'


def _escaped(char: str) -> str:
    if char in _ESCAPES:
        return _ESCAPES[char]
    if char.isprintable():
        return char
    return f"\\U{ord(char):08x}" if ord(char) > 0xFFFF else f"\\u{ord(char):04x}"


def _front_matter(draft: Draft, title: str) -> str:
    answers = [clean(answer).strip() for answer in draft.answers]
    fields = {
        "id": scalar(one_line(draft.id)) if draft.id else "",
        "title": scalar(title),
        "date": one_line(draft.date),
        "role": _text(draft.role),
        "company": _text(draft.company),
        "competencies": _list(draft.competencies),
        "tags": _list(draft.tags),
        "answers": "".join(f"\n  - {scalar(answer)}" for answer in answers if answer),
        "status": "" if draft.status == "ready" else draft.status,
    }
    rows = (f"{key}: {value}".replace(": \n", ":\n") for key, value in fields.items() if value)
    return "\n".join(rows) + "\n"


def _text(value: str) -> str:
    return scalar(one_line(value)) if value.strip() else ""


def _list(values: tuple[str, ...]) -> str:
    kept = [one_line(value) for value in values]
    return f"[{', '.join(scalar(value) for value in kept if value)}]" if any(kept) else ""


def _parts(draft: Draft) -> Iterator[Part]:
    """The parts as they are to be read back: texts first and in one, no part without text."""
    texts = [trimmed(part.text) for part in draft.parts if part.kind not in STAR]
    opening = "\n\n".join(text for text in texts if text)
    if opening:
        yield Part("text", opening, 0)
    for part in draft.parts:
        text = trimmed(part.text)
        if part.kind in STAR and text:
            yield Part(part.kind, text, 0, one_line(part.title) or part.kind.capitalize())


def _body(parts: tuple[Part, ...], title: str) -> str:
    """The parts as Markdown, in the first of the ways that reads back as these."""
    body = ""
    for wanted, level in _ways(parts):
        body = f"\n{_written(wanted, level)}" if wanted else ""
        if _read(body, title) == _plain(wanted):
            return body
        if head := _title_heading(body, title):
            headed = f"\n{head}{body}"
            if _read(headed, title) == _plain(wanted):
                return headed
    return body


def _ways(parts: tuple[Part, ...]) -> Iterator[tuple[tuple[Part, ...], int]]:
    """The parts and the level of their headings, from the plainest way on."""
    present = {part.kind for part in parts}
    mends: tuple[Callable[[str], str], ...] = (
        str, lambda text: unmistakable(text, present), unmistakable, quoted,
    )  # fmt: skip
    for mend in mends:
        mended = tuple(replace(part, text=mend(part.text)) for part in parts)
        for wanted in (mended, tuple(_canonical(part) for part in mended)):
            yield wanted, 2
            yield wanted, 1


def _canonical(part: Part) -> Part:
    return replace(part, title=part.kind.capitalize() if part.kind in STAR else "")


def _written(parts: tuple[Part, ...], level: int) -> str:
    heads = (f"{'#' * level} {part.title}\n" if part.kind in STAR else "" for part in parts)
    return "\n".join(f"{head}{part.text}\n" for head, part in zip(heads, parts, strict=True))


def _title_heading(body: str, title: str) -> str:
    """A heading that is read as the story's title, where one in the body would be; else ""."""
    first = next((block.text for block in blocks(body) if block.kind == "heading"), None)
    return f"# {first}\n" if first is not None and normal(first) == normal(title) else ""


def _read(body: str, title: str) -> list[tuple[str, str, str]]:
    return _plain(read_body(body, line=1, title=title).parts)


def _plain(parts: tuple[Part, ...]) -> list[tuple[str, str, str]]:
    return [(part.kind, part.title, part.text) for part in parts]
