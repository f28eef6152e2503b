"""Texts that would be misread as headings or labels of a story's parts, made unmistakable."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kb.parse.labels import part_kind, split_label
from kb.parse.markdown import blocks, fence_is_open

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from kb.domain import PartKind
    from kb.parse.markdown import Block

_MARKER = re.compile(r"^\s*(?:[-*+]|\d{1,9}[.)])(?:\s+|$)")
_CLOSER = re.compile(r"[:：]|(?<=\s)[-–—](?=\s)")
_BOLD = re.compile(r"^(\s*)(\*{1,3}|_{1,3})(.+?)\2")
_TAG = re.compile(r"(?=</(?:h[1-6]|summary))", re.IGNORECASE)


def unmistakable(text: str, but: Collection[str] = ()) -> str:
    """`text` with a backslash in every line that could be read as a part's label.

    but: the kinds whose plain labels need none, since headings of the same kind are stronger.
    Fences that stay open are closed.
    """
    lines = text.split("\n")
    closing = ""
    for block in blocks(text):
        if block.kind == "heading":
            _mend_heading(block, lines)
        elif block.kind in ("paragraph", "list"):
            _mend_rows(block, lines, but)
        elif block.kind == "code" and fence_is_open(block):
            closing = f"\n{_fence(block)}"
    return "\n".join(lines) + closing


def quoted(text: str) -> str:
    """`text` as a block quotation, in which nothing is read as a label."""
    return "\n".join(f"> {row}".rstrip() for row in text.split("\n"))


def _kind(text: str) -> PartKind | None:
    """The part that a line's label names, wherever the line stands."""
    label = split_label(text.strip())
    return part_kind(label.text, "task") if label else None


def _mend_heading(block: Block, lines: list[str]) -> None:
    if not (part_kind(block.text, "task") or _kind(block.text)):
        return
    row = block.line - 1
    if "<" in lines[row]:
        lines[row] = _TAG.sub("&#58;", lines[row], count=1)
        return
    for text in _forms(block.text):
        if not (part_kind(text, "task") or _kind(text)):
            lines[row] = lines[row].replace(block.text, text)
            return


def _mend_rows(block: Block, lines: list[str], but: Collection[str]) -> None:
    for row in range(block.line - 1, min(block.end, len(lines))):
        match = _MARKER.match(lines[row]) if block.kind == "list" else None
        width = match.end() if match else 0
        head, body = lines[row][:width], lines[row][width:]
        kind = _kind(body)
        if kind and kind not in but:
            body = next(form for form in _forms(body) if _kind(form) is None)
            lines[row] = head + body


def _forms(line: str) -> Iterator[str]:
    """A line in ways in which its label may no longer be one, the best looking first."""
    if closer := _CLOSER.search(line):
        yield f"{line[: closer.start()]}\\{line[closer.start() :]}"
    if bold := _BOLD.match(line):
        yield f"{line[: bold.end(3)]}\\:{line[bold.end(3) :]}"
    yield f"{line.rstrip()}\\:"
    indent = len(line) - len(line.lstrip())
    yield f"{line[:indent]}\\{line[indent:]}"


def _fence(block: Block) -> str:
    match = re.match(r"^ {0,3}(`{3,}|~{3,})", block.text)
    return match[1] if match else "```"
