"""Which characters of a file are cut out for a key's new value, and what is put there."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from kb.parse.storyfields import KEYS
from kb.rewrite.tree import is_key, text_of
from kb.rewrite.values import in_brackets, one_line, scalar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kb.rewrite.tree import Node, Region

_BOM = "\ufeff"
_LINE_END = re.compile(r"\r\n|\n|\r")
_INDENT = 2  # of list items, where the file shows no other
_LONG = 72  # a new list that is longer gets a line for each item


class ByHandError(Exception):
    """It cannot be done with the characters of the key and its value alone."""


@dataclass(frozen=True, slots=True)
class Cut:
    """Characters of a region, and what is put in their place."""

    start: int
    end: int
    new: str = ""


def cuts_for(region: Region, key: str, value: str | list[str] | None, surely: bool) -> list[Cut]:
    """The cuts that give a story's key its value; None takes it out.

    surely: in the style that holds anything, not the one that is there. Raises ByHandError.
    """
    mapping = region.mapping
    if mapping is not None and (mapping.kind != "map" or mapping.flow):
        raise ByHandError
    pairs = mapping.named(key) if mapping else []
    if value is None:
        return [_without(region.text, *pair) for pair in pairs]
    if not pairs:
        return [_insertion(region, key, value, surely)]
    return _replacement(region.text, pairs[0], value, surely)


def apply(text: str, region: Region, cuts: Sequence[Cut]) -> str:
    """The whole text, as on disk, after the cuts; new lines end as those around them."""
    mark = len(_BOM) if text.startswith(_BOM) else 0
    # places of \r\n, which the region has as one character
    wide = [m.start() - n for n, m in enumerate(re.finditer("\r\n", text[mark:]))]
    pieces: list[str] = []
    done = 0
    for cut in sorted(cuts, key=lambda one: (one.start, one.end)):
        start, end = (mark + p + bisect_left(wide, p) for p in (
            region.base + cut.start, region.base + cut.end))  # fmt: skip
        pieces += [text[done:start], cut.new.replace("\n", _line_end(text, start))]
        done = max(done, end)
    return "".join([*pieces, text[done:]])


def with_front_matter(text: str, key: str, value: str | list[str], surely: bool) -> str:
    """A text that has no front matter, with one that holds the key."""
    mark = _BOM if text.startswith(_BOM) else ""
    rows = ["---", *_entry(key, value, _INDENT, surely), "---", ""]
    return mark + _line_end(text, 0).join(rows) + text.removeprefix(mark)


def _line_end(text: str, place: int) -> str:
    """How the line at a place ends; where it does not, how the one before does."""
    after = _LINE_END.search(text, place)
    if after:
        return after[0]
    before = [m[0] for m in _LINE_END.finditer(text)]
    return before[-1] if before else "\n"


def _replacement(
    text: str, pair: tuple[Node, Node], value: str | list[str], surely: bool
) -> list[Cut]:
    name, old = pair
    if old.kind == "map" or "?" in _before(text, name.start):
        raise ByHandError
    if old.kind == "list" and not old.flow:
        if value and isinstance(value, list):
            return _items(text, old, value)
        colon = text.index(":", name.end) + 1
        return [Cut(colon, colon, f" {one_line(value)}"), *(_rows(text, n) for n in old.nodes)]
    if old.kind == "list":
        return [_brackets(text, old, value)]
    if old.style in ("|", ">") and "#" in text[old.start : _row_end(text, old.start)]:
        raise ByHandError  # a comment, which would be lost
    style = old.style
    new = one_line(value) if isinstance(value, list) else scalar(
        value, key=name.text.lower(), style=style, surely=surely)  # fmt: skip
    new = re.sub(r"\n(?=[^\n])", "\n" + " " * _column(text, name.start), new)
    if old.anchor and old.kind == "scalar":
        new = f"&{old.anchor} {new}"
    space = " " if old.start == old.end and not text[old.start - 1].isspace() else ""
    return [Cut(old.start, old.end, space + new)]


def _insertion(region: Region, key: str, value: str | list[str], surely: bool) -> Cut:
    """A new key, after the last of those that kb knows, or after all."""
    text = region.text
    pairs = list(region.mapping.pairs) if region.mapping else []
    known = [p for p in pairs if p[0].kind == "scalar" and any(is_key(p[0].text, k) for k in KEYS)]
    column = _column(text, pairs[0][0].start) if pairs else 0
    rows = _entry(key, value, _offset(text, pairs), surely)
    place = _row_end(text, max(node.end for node in (known or pairs)[-1])) if pairs else (
        _row_end(text, 0))  # fmt: skip
    return Cut(place, place, "".join(f"\n{' ' * column}{row}" for row in rows))


def _entry(key: str, value: str | list[str], offset: int, surely: bool) -> list[str]:
    """The lines of a new key. offset: how far the items of a list stand in from it."""
    if isinstance(value, str):
        return [f"{key}: {scalar(value, key=key.lower(), surely=surely)}"]
    line = f"{key}: {one_line(value)}"
    if len(line) <= _LONG or not value:
        return [line]
    return [f"{key}:", *(f"{' ' * offset}- {one_line(item)}" for item in value)]


def _offset(text: str, pairs: Sequence[tuple[Node, Node]]) -> int:
    """How far the items of a story's lists stand in from their keys."""
    for key, value in pairs:
        if value.kind == "list" and not value.flow and value.nodes:
            dash = len(_before(text, value.nodes[0].start).partition("-")[0])
            return max(dash - _column(text, key.start), 0)
    return _INDENT


def _without(text: str, key: Node, value: Node) -> Cut:
    """All rows of a key taken out; of one behind the dash of a list item the dash stays."""
    start, end = key.start, _row_end(text, max(key.end, value.end))
    before = _before(text, start)
    if before.strip():
        return Cut(start - len(before) + len(before.rstrip()), end)
    return Cut(_row_start(text, start), min(end + 1, len(text)))


def _items(text: str, old: Node, value: list[str]) -> list[Cut]:
    """A list of a line for each item; those that stay are left as they are written."""
    texts = [text_of(item) for item in old.nodes]
    dash = _before(text, old.nodes[0].start)
    cuts: list[Cut] = []
    for tag, a, b, c, d in SequenceMatcher(None, texts, value, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        # behind the item that stays, before what may stand under it
        place = _row_end(text, old.nodes[a - 1].end) if a else (
            _row_start(text, old.nodes[0].start) - 1)  # fmt: skip
        cuts.append(Cut(place, place, "".join(f"\n{dash}{one_line(i)}" for i in value[c:d])))
        cuts.extend(_rows(text, item) for item in old.nodes[a:b])
    return cuts


def _brackets(text: str, old: Node, value: str | list[str]) -> Cut:
    """A list in brackets, its items that stay as they are written."""
    inside = text[old.start : old.end]
    ends = [old.start, *(item.end for item in old.nodes)]
    starts = [*(item.start for item in old.nodes), old.end]
    if any("#" in text[end:start] for end, start in zip(ends, starts, strict=True)):
        raise ByHandError  # a comment, which would be lost
    head, _, rest = inside.partition("[")
    if isinstance(value, str):
        return Cut(old.start, old.end, head + one_line(value))
    written = {text_of(n): text[n.start : n.end] for n in old.nodes if n.kind == "scalar"}
    items = [written[v] if v in written else in_brackets(v) for v in value]
    space = " " if rest.startswith(" ") and items else ""
    return Cut(old.start, old.end, f"{head}[{space}{', '.join(items)}{space}]")


def _row_start(text: str, place: int) -> int:
    return text.rfind("\n", 0, place) + 1


def _row_end(text: str, place: int) -> int:
    found = text.find("\n", place)
    return len(text) if found < 0 else found


def _before(text: str, place: int) -> str:
    return text[_row_start(text, place) : place]


def _column(text: str, place: int) -> int:
    return place - _row_start(text, place)


def _rows(text: str, node: Node) -> Cut:
    """All rows of a list item taken out."""
    return Cut(_row_start(text, node.start), min(_row_end(text, node.end) + 1, len(text)))
