"""YAML text to a small tree of texts with lines; nothing is guessed into numbers or truths.

The tree is built from parser events with a stack of its own, because composing
deeply nested YAML exhausts the stack (and ends the process, with the C parser).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kb.errors import DocumentError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import yaml

MAX_DEPTH = 40
MOST_REPEATED = 200_000  # characters that aliases may add: nine to the ninth in a few lines
_OTHER_BREAKS = re.compile("[\x85\u2028\u2029]")  # lines end there for YAML, and nowhere else
_CUT = re.compile(r"[ \t]+#(?=[^\s#])")
_PAIR = re.compile(r"^(\s*(?:- +)*)([A-Za-z_][\w -]{0,40}?)\s*:\s+(\S.*?)\s*$")
_ITEM = re.compile(r"^(\s*(?:- +)+)(\S.*?)\s*$")


@dataclass(frozen=True, slots=True)
class Scalar:
    """A value as it is written: `no`, `007` and `2024-03-01` stay so.

    kind: what YAML would read it as ("str", "null", "bool", "int", "float",
    "timestamp", ...). line: where its text begins, 1-based; end: its last line.
    block: written with | or >, so that its lines are those of the file. cut:
    what follows it on its line after an unspaced "#" (YAML drops it), or "".
    """

    text: str
    kind: str
    line: int
    end: int
    block: bool = False
    cut: str = ""


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list. line: where it begins."""

    items: tuple[Node, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Mapping:
    """Keys and values in the order they stand, repeated keys included."""

    pairs: tuple[tuple[Node, Node], ...]
    line: int


Node = Scalar | Sequence | Mapping


@dataclass(slots=True)
class _Open:
    """A list or mapping that is being read."""

    is_list: bool
    line: int
    anchor: str | None
    nodes: list[Node] = field(default_factory=list)
    size: int = 1

    def close(self) -> Node:
        if self.is_list:
            return Sequence(tuple(self.nodes), self.line)
        return Mapping(tuple(zip(self.nodes[::2], self.nodes[1::2], strict=True)), self.line)


def read_yaml(text: str, *, path: str, first_line: int = 1) -> tuple[Node, ...]:
    """The documents in `text`, which starts on line `first_line` of the file `path`.

    Empty documents are left out. Raises DocumentError, with the line and how to
    mend it, when the text is no YAML, is nested over 40 deep, has an alias
    to itself, or repeats too much through aliases.
    """
    reader = _Reader(text.replace("\r\n", "\n").replace("\r", "\n"), path, first_line)
    try:
        return tuple(reader.documents())
    except DocumentError:
        raise
    except Exception as error:
        raise reader.fault(error) from error


class _Reader:
    def __init__(self, text: str, path: str, first_line: int) -> None:
        import yaml

        self.text = text
        self.lines = text.split("\n")
        odd = _OTHER_BREAKS.search(text) is not None
        self.starts = [0, *(m.end() for m in re.finditer("\n", text))] if odd else []
        self.path = path
        self.first = first_line
        self.size = 0  # of the node that was read last, in characters with its aliases
        self.repeated = 0
        self.resolve: Callable[..., str] = yaml.resolver.Resolver().resolve
        self.scalar_type = yaml.ScalarNode

    def documents(self) -> Iterator[Node]:
        import yaml

        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        stack: list[_Open] = []
        known: dict[str, tuple[Node, int]] = {}
        for event in yaml.parse(self.text, Loader=loader):
            node = self._take(event, stack, known)
            if isinstance(event, yaml.DocumentStartEvent):
                known.clear()
            if node is None:
                continue
            if stack:
                stack[-1].nodes.append(node)
                stack[-1].size += self.size
            elif not (isinstance(node, Scalar) and node.kind == "null"):
                yield node

    def _take(
        self, event: yaml.Event, stack: list[_Open], known: dict[str, tuple[Node, int]]
    ) -> Node | None:
        """The node that an event completes, if it does."""
        import yaml

        line = self._at(event.start_mark)[0] + self.first
        if isinstance(event, yaml.SequenceStartEvent | yaml.MappingStartEvent):
            self._open(isinstance(event, yaml.SequenceStartEvent), line, event.anchor, stack)
        elif isinstance(event, yaml.AliasEvent):
            return self._alias(event.anchor, line, known)
        elif isinstance(event, yaml.ScalarEvent):
            return self._name(event.anchor, self._scalar(event, line), len(event.value) + 1, known)
        elif isinstance(event, yaml.SequenceEndEvent | yaml.MappingEndEvent):
            opened = stack.pop()
            return self._name(opened.anchor, opened.close(), opened.size, known)
        return None

    def _open(self, is_list: bool, line: int, anchor: str | None, stack: list[_Open]) -> None:
        if len(stack) >= MAX_DEPTH:
            message = "nested too deeply to be a story or settings."
            raise DocumentError(message, "Write plain keys, texts and lists.", self.path, line)
        stack.append(_Open(is_list, line, anchor))

    def _name(
        self, anchor: str | None, node: Node, size: int, known: dict[str, tuple[Node, int]]
    ) -> Node:
        self.size = size
        if anchor:
            known[anchor] = node, size
        return node

    def _alias(self, anchor: str | None, line: int, known: dict[str, tuple[Node, int]]) -> Node:
        if anchor and anchor in known:
            node, self.size = known[anchor]
            self.repeated += self.size
            if self.repeated > MOST_REPEATED:
                message = f"`*{anchor}` repeats too much."
                raise DocumentError(message, "Write it out, or leave it out.", self.path, line)
            return node
        hint = "A value that begins with * must be quoted."
        raise DocumentError(f"`*{anchor}` refers to nothing.", hint, self.path, line)

    def _scalar(self, event: yaml.ScalarEvent, line: int) -> Scalar:
        tag: str = event.tag or self.resolve(self.scalar_type, event.value, event.implicit)
        block = event.style in ("|", ">")
        end, column = self._at(event.end_mark)
        cut = ""
        if not event.style and event.value and end < len(self.lines):
            row = self.lines[end]
            cut = row[column:].strip() if _CUT.match(row, column) else ""
        return Scalar(
            text=event.value,
            kind=tag.rpartition(":")[2],
            line=min(line + 1, self.first + len(self.lines) - 1) if block else line,
            end=max(end + self.first - (1 if block else 0), line),
            block=block,
            cut=cut,
        )

    def fault(self, error: Exception) -> DocumentError:
        """What is wrong, in words, where, and how to mend it."""
        if getattr(error, "problem_mark", None) is None:
            said = ("holds a character that YAML does not allow.", "Remove it.")
            return DocumentError(*said, self.path, self._bad_character(error))
        problem, context = (str(getattr(error, name, "")) for name in ("problem", "context"))
        last = len(self.lines) - 1  # the parser ends a last line that has no end
        row, column = self._at(getattr(error, "problem_mark", None))
        row = min(row, last)
        opening = min(self._at(getattr(error, "context_mark", None))[0], last)
        source = self.lines[row] if row < len(self.lines) else ""
        pair = _PAIR.match(source)
        if "quoted scalar" in context:
            row, said = opening, ("a quotation mark is not closed.", "Close it.")
        elif "parsing a flow" in context:
            said = ("a bracket is not closed.", "Close it, or quote the value.")
            row = opening
        elif "\t" in source[: len(source) - len(source.lstrip())]:
            said = ("a tab stands where YAML allows spaces only.", "Use spaces.")
        elif pair and "mapping values" in problem and column <= pair.end(2):
            said = (
                f"`{pair[2]}` cannot stand here.",
                "Start it at the left edge; see the line above.",
            )
        else:
            said = _unquoted(source, pair, "mapping values" in problem)
        return DocumentError(*said, self.path, row + self.first)

    def _bad_character(self, error: Exception) -> int:
        position = getattr(error, "position", None)
        if isinstance(error, UnicodeError):
            position = getattr(error, "start", None)
        if not isinstance(position, int):
            return self.first
        if isinstance(error, UnicodeError):
            return self.text.count("\n", 0, position) + self.first
        return self.text.encode()[:position].count(b"\n") + self.first  # the parser counts bytes

    def _at(self, mark: object) -> tuple[int, int]:
        """Line and column of a mark in the file, both from 0."""
        if not self.starts:
            return getattr(mark, "line", 0), getattr(mark, "column", 0)
        index = getattr(mark, "index", 0)
        row = bisect_right(self.starts, index) - 1
        return row, index - self.starts[row]


def _unquoted(source: str, pair: re.Match[str] | None, colon: bool) -> tuple[str, str]:
    """Message and hint for a line on which a value, most often, needs quotes."""
    item = _ITEM.match(source)
    if pair:
        what = "has an unquoted colon" if colon else "needs quotes"
        hint = f"Quote it: {pair[2]}: {_quoted(pair[3])}"
        return f"the value of `{pair[2]}` {what}.", hint
    if item:
        return "a list item needs quotes.", f"Quote it: - {_quoted(item[2])}"
    hint = "Write `key: value` on each line, list items as `- item`."
    return "not readable as YAML.", hint


def _quoted(value: str) -> str:
    """`value` in the quotes that need no escapes, if there are such."""
    bare = value
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
        bare = value[1:-1]
    if '"' not in bare and "\\" not in bare:
        return f'"{bare}"'
    return "'" + bare.replace("'", "''") + "'"
