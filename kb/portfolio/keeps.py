"""Swaps into a loop's file: its `keep:` changes, and nothing else that its owner wrote."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from kb.errors import UsageError
from kb.portfolio.loops import Loop, parse_loop, quoted

if TYPE_CHECKING:
    import yaml

_CANNOT: Final = "kb cannot write into this file what you want to keep."
_INDENT: Final = "  "
Pairs = Iterable[tuple[str, str]]


def with_keeps(text: str, path: str, drop: Collection[str], kept: Mapping[str, str]) -> str:
    """A loop's text whose `keep:` holds these stories too, by question.

    drop: the questions, as the file has them, that are kept no more. Raises DocumentError when
    the text is no loop, UsageError when it is written in a way that nothing can be added to.
    """
    before = parse_loop(text, path).loop
    gone = {*drop, *(_plain(question) for question in kept)}
    rest = [one for one in before.keep if one.question not in gone]
    wanted = {_plain(question): _plain(story) for question, story in kept.items()}
    written = _written(text, gone, [(one.question, one.story) for one in rest], wanted.items())
    after = parse_loop(written, path).loop if written else Loop()
    found = [(one.question, one.story) for one in after.keep]
    same = _bare(after) == _bare(before)
    if not same or found != [*((one.question, one.story) for one in rest), *wanted.items()]:
        lines = ", ".join(f"{quoted(q)}: {quoted(s)}" for q, s in wanted.items())
        raise UsageError(_CANNOT, f"Write there yourself: keep: {{{lines}}}")
    return written


def _plain(text: str) -> str:
    return " ".join(text.split())


def _bare(loop: Loop) -> str:
    """A loop without its keeps and the places where it says them, which may move."""
    return repr((
        loop.company, loop.date, loop.framework, loop.reuse,
        [(r.name, r.interviewer, [(w.text, w.focus) for w in r.wanted]) for r in loop.rounds],
        [replace(told, line=0) for told in loop.told],
        [replace(never, line=0) for never in loop.never],
    ))  # fmt: skip


def _written(text: str, gone: Collection[str], rest: Pairs, kept: Pairs) -> str:
    """The text with the change, "" where it has no place for it. rest: what stays kept."""
    import yaml

    # parse_loop has read it under its limit of depth; the pure loader refuses `[Why?]`
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        root = next(yaml.compose_all(text, Loader=loader), None)
    except yaml.YAMLError:
        return ""
    if not isinstance(root, yaml.MappingNode) or root.flow_style:
        return ""
    margin = " " * root.start_mark.column
    values = (v for k, v in root.value if str(k.value).strip().lower() == "keep")
    node = next(values, None)
    if node is None:
        return _put(text, root.end_mark.index, [f"{margin}keep:", *_lines(kept, margin)])
    if isinstance(node, yaml.MappingNode) and not node.flow_style:
        return _in_block(text, node, gone, kept)
    if not isinstance(node, yaml.MappingNode) and node.value not in ("", "~", "null"):
        return ""
    before = text[: node.start_mark.index].rstrip()
    text = before + text[node.end_mark.index :]
    return _put(text, _line_end(text, len(before)), _lines([*rest, *kept], margin))


def _in_block(text: str, node: yaml.MappingNode, gone: Collection[str], kept: Pairs) -> str:
    """The text with a `keep:` of lines changed, a line or more each."""
    margin = " " * node.start_mark.column
    at = _line_end(text, node.value[-1][1].end_mark.index)
    text = _put(text, at, _lines(kept, margin, ""))
    for key, value in reversed(node.value):
        if _plain(str(key.value)) in gone:
            first = key.start_mark.index - key.start_mark.column
            text = text[:first] + text[_line_end(text, value.end_mark.index) :]
    return text


def _lines(kept: Pairs, margin: str, indent: str = _INDENT) -> list[str]:
    return [f"{margin}{indent}{quoted(question)}: {quoted(story)}" for question, story in kept]


def _line_end(text: str, at: int) -> int:
    """Where the next line begins; `at` itself, where one begins there."""
    if at and text[at - 1] == "\n":
        return at
    found = text.find("\n", at)
    return len(text) if found < 0 else found + 1


def _put(text: str, at: int, lines: Iterable[str]) -> str:
    """The text with lines put in where a line begins."""
    end = "\r\n" if "\r\n" in text else "\n"
    before = text[:at]
    if before and not before.endswith("\n"):
        before += end
    return before + "".join(f"{line}{end}" for line in lines) + text[at:]
