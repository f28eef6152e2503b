"""A document's blocks, with paragraphs cut where a line begins something new."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kb.parse.asks import bold_line, explicit_rest, shaped
from kb.parse.labels import part_kind, section_kind, split_label, strip_number
from kb.parse.markdown import Block, blocks, dedent, unquote

if TYPE_CHECKING:
    from collections.abc import Iterator

_DEPTH = 3  # quotations within quotations that are still looked into
_MARKER = re.compile(r"[-*+]\s|\d{1,9}[.)]\s")
_PROMISING = re.compile(r"[:：*_<\[]|\s[-–—]\s|^\s*[Qq]")


def segments(text: str, line: int = 1, depth: int = 0) -> Iterator[Block]:
    """The blocks of `text`, each paragraph cut before lines that begin with a label.

    Lines such as `**Task:** ...`, `A: ...` and `**Q2. Why?**` begin a segment.
    Quotations and indented code that begin with a known label are read as if
    they were plain text.
    """
    for block in blocks(text, line) if text.strip() else ():
        inner = _inner(block) if depth < _DEPTH else ""
        if inner:
            yield from segments(inner, block.line, depth + 1)
        elif block.kind == "paragraph":
            yield from _cut(block)
        elif block.kind == "list":
            yield from _without_lazy(block)
        else:
            yield block


def is_known(text: str) -> bool:
    """Whether a text begins with a label of a part or section, or with a question's mark."""
    label = split_label(text)
    if label and (part_kind(label.text, "task") or section_kind(label.text)):
        return True
    return explicit_rest(strip_number(text)) is not None


def head_and_body(text: str, line: int) -> tuple[str, str, int]:
    """A question's wording, what follows it in the same text, and the line of that.

    The wording lies in the first lines that are neither blank nor begin a list
    or a label. It ends with the first of these that ends in "?" or "."; if none
    does, it is all of them, unless they are long: then it is one line.
    """
    lines = text.split("\n")
    limit = next((n for n in range(1, len(lines)) if _parts(lines[n])), len(lines))
    stop = next((n for n in range(limit) if _ends(lines[n])), None)
    if stop is None:
        stop = limit - 1 if sum(map(len, lines[:limit])) <= 300 else 0
    head = " ".join(each.strip() for each in lines[: stop + 1])
    body = "\n".join(lines[stop + 1 :])
    skipped = len(body) - len(body.lstrip("\n"))
    return head.strip(), body[skipped:], line + stop + 1 + skipped


def _parts(line: str) -> bool:
    """Whether a line cannot continue a question's wording."""
    text = line.strip()
    return not text or bool(_MARKER.match(text)) or is_known(text)


def _ends(line: str) -> bool:
    return line.rstrip().rstrip("*_\"'”’)").endswith(("?", ".", "？"))


def _inner(block: Block) -> str:
    """What a quotation or indented text says, if it begins with a known label, else ""."""
    if block.kind == "quote":
        inner = unquote(block.text)
    elif block.kind == "code" and block.text.startswith((" ", "\t")):
        inner = dedent(block.text)
    else:
        return ""
    return inner if is_known(inner.split("\n", 1)[0].strip()) else ""


def _without_lazy(block: Block) -> Iterator[Block]:
    """A list, and apart from it the label lines that follow an item without indentation.

    Markdown lets such a line continue the item; people mean it to end the list.
    """
    lines = block.text.split("\n")
    starts = [n for n in range(1, len(lines)) if _ends_list(lines[n])]
    if not starts:
        yield block
        return
    for start, stop in zip([0, *starts], [*starts, len(lines)], strict=True):
        for each in blocks("\n".join(lines[start:stop]), block.line + start):
            yield from _cut(each) if each.kind == "paragraph" else (each,)


def _ends_list(line: str) -> bool:
    if not line[:1].strip() or _MARKER.match(line) or not _PROMISING.search(line):
        return False
    return split_label(line) is not None or explicit_rest(strip_number(line)) is not None


def _cut(block: Block) -> Iterator[Block]:
    """A paragraph as the segments that its label lines begin."""
    lines = block.text.split("\n")
    starts = [0, *(n for n in range(1, len(lines)) if _begins(lines[n], lines[n - 1]))]
    for start, stop in zip(starts, [*starts[1:], len(lines)], strict=True):
        text = "\n".join(lines[start:stop])
        yield Block("paragraph", text, block.line + start, block.line + stop - 1)


def _begins(line: str, before: str) -> bool:
    """Whether a line of a paragraph begins something new."""
    if _PROMISING.search(line):
        text = line.strip()
        if split_label(text) or explicit_rest(strip_number(text)) is not None or _asks(text):
            return True
    return _PROMISING.search(before) is not None and _asks(before)


def _asks(line: str) -> bool:
    bold = bold_line(line)
    return bold is not None and shaped(strip_number(bold))
