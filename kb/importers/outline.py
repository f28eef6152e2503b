"""Where the stories of a document stand: its headings as a tree, and which of them are stories."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, field
from itertools import accumulate
from typing import TYPE_CHECKING

from kb.parse.asks import unwrap
from kb.parse.labels import part_kind, section_kind, split_label, strip_number
from kb.parse.markdown import blocks

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kb.domain import PartKind
    from kb.parse.markdown import Block

RULE = -1
LEAST_WORDS = 25  # of a text without labels that may still be a story
_MANY_WORDS = 60
_LONGEST_GROUP = 500  # characters of a heading that may say what its stories are about
_MARKER = re.compile(r"^\s*(?:[-*+•]|\d{1,9}[.)])(?:\s+|$)")
_LATE = ("action", "result", "learning")
_STORY_NUMBER = re.compile(
    r"^(?:(?:my\s)?(?:star\s)?(?:story|example|experience|star|answer|anecdote|case))"
    r"\s*(?:#|no\.?|number)?\s*(?:\d{1,3}|one|two|three|four|five|six|seven|eight|nine|ten)\b"
    r"\s*[:.)–—-]*\s*",
    re.IGNORECASE,
)
_ANCHOR = re.compile(r"\s*\{\s*#[^{}]{1,200}\}\s*$")
_LINKED = re.compile(r"^\[([^\[\]]{1,300})\]\([^()\s]{0,500}\)$")
_NO_STORY = re.compile(
    r"(?:introduction|intro|about|preface|overview|summary|how (?:to|i) .*|template|format|legend"
    r"|to ?dos?|notes?(?: to self)?|contents|table of contents|toc|index|instructions|read ?me"
    r"|tips.*|links|references|resources|the star (?:method|format).*|what is star.*|changelog)",
    re.IGNORECASE,
)
_COLLECTION = re.compile(
    r"\b(?:stories|examples|portfolio|bank|interview|prep|preparation|experiences|answers|star"
    r"|anecdotes|questions|behaviou?ral)\b",
    re.IGNORECASE,
)
_FRAME = re.compile(
    r"^(?:\s|\b(?:my|our|the|some|more|other|about|of|on|for|all)\b)+"
    r"|(?:\s|\b(?:about|of|on|for|and|to)\b)+$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Mark:
    """A heading, a label or a rule. row, end: its rows from 0, end exclusive. level: of a heading,
    0 for a label in the text, RULE for a rule. kind: the part that a label names."""

    row: int
    end: int
    level: int
    text: str
    kind: PartKind | None = None


@dataclass(frozen=True, slots=True)
class Marks:
    """The marks of a text, found by their rows."""

    marks: list[Mark]
    rows: list[int]

    @classmethod
    def of(cls, marks: list[Mark]) -> Marks:
        """The index over marks in order of their rows."""
        return cls(marks, [mark.row for mark in marks])

    def within(self, start: int, stop: int) -> list[Mark]:
        """The marks on the rows from `start` to `stop`, exclusive."""
        return self.marks[bisect_left(self.rows, start) : bisect_left(self.rows, stop)]

    def labels(self, start: int, stop: int) -> list[Mark]:
        """The labels among them."""
        return [mark for mark in self.within(start, stop) if mark.kind]

    def before(self, row: int) -> Mark | None:
        """The last mark above a row."""
        place = bisect_left(self.rows, row)
        return self.marks[place - 1] if place else None


@dataclass(slots=True)
class Node:
    """A heading with all that stands under it, to row `stop` (exclusive). own: the marks under it
    and under no deeper heading."""

    mark: Mark
    stop: int = 0
    own: list[Mark] = field(default_factory=list)
    children: list[Node] = field(default_factory=list)

    @property
    def labels(self) -> list[Mark]:
        """Every label under the heading, in order."""
        marks = [mark for mark in self.own if mark.kind]
        marks += [label for child in self.children for label in child.labels]
        return sorted(marks, key=lambda mark: mark.row)

    @property
    def own_stop(self) -> int:
        """The row where its first deeper heading stands, or where it ends."""
        return self.children[0].mark.row if self.children else self.stop


@dataclass(frozen=True, slots=True)
class Section:
    """A story, or several under one heading. start, stop: the rows of its text. title: the
    heading's words, or "". groups: the headings above it, the document's title left out."""

    title: str
    row: int
    start: int
    stop: int
    groups: tuple[str, ...] = ()


def scan(text: str) -> list[Mark]:
    """The headings, rules and labels of parts in a text."""
    lines = text.split("\n")
    marks: list[Mark] = []
    previous: PartKind | None = None
    for block in blocks(text):
        for mark in _of_block(block, lines, previous):
            previous = mark.kind or previous
            marks.append(mark)
    return marks


def sections(text: str, marks: list[Mark]) -> list[Section]:
    """Where the stories stand, told by their headings and labels; all of it where by neither."""
    lines = text.split("\n")
    count = list(accumulate((len(row.split()) for row in lines), initial=0))
    root = _tree(len(lines), marks, same=False)
    if any(_restarts(node.own) and _beside(node) for node in _all(root)):
        root = _tree(len(lines), marks, same=True)
    if len({mark.kind for mark in root.labels}) > 1:
        found = _with_unlabelled(root, _even(list(_labelled(root))), count)
    else:
        found = list(_unlabelled(root, count))
    title = root.children[0] if len(root.children) == 1 else root
    chosen = {id(node) for node in found or [root]}
    return list(_sections(root, chosen, {id(root), id(title)}, ()))


def restarts(labels: Iterable[Mark]) -> list[Mark]:
    """The labels at which another story begins: the first kind, or a situation, after an action,
    result or learning, where two kinds or more stand on either side."""
    runs: list[list[Mark]] = []
    late = False
    for mark in labels:
        if not runs or (late and mark.kind in ("situation", runs[0][0].kind)):
            runs.append([])
            late = False
        runs[-1].append(mark)
        late = late or mark.kind in _LATE
    starts: list[Mark] = []
    full = False  # whether two kinds stand above
    for run in runs:
        told = len({mark.kind for mark in run}) > 1
        if full and told:
            starts.append(run[0])
        full = full or told
    return starts


def title_of(heading: str) -> str:
    """A heading's words without numbering, "Story 3:", links, anchors and emphasis."""
    text = _ANCHOR.sub("", unwrap(heading.strip()))
    link = _LINKED.match(text)
    text = strip_number(link[1] if link else text)
    rest = _STORY_NUMBER.sub("", text, count=1).strip()
    return unwrap(rest.strip(" :–—-")) if len(rest) > 1 else text.strip()


def group_of(heading: str) -> str:
    """What a heading over several stories says of them: "Leadership" of "My leadership stories";
    "" where it says no more than that there are some."""
    title = title_of(heading)
    if len(title) > _LONGEST_GROUP:
        return title
    return _FRAME.sub("", _COLLECTION.sub(" ", title)).strip(" :,;–—-")


def is_numbered(heading: str) -> bool:
    """Whether a heading counts: "3. The outage", "Story 3: ..."."""
    text = unwrap(heading.strip())
    return strip_number(text) != text or _STORY_NUMBER.match(text) is not None


def is_collection(title: str) -> bool:
    """Whether a title is that of several stories."""
    return _COLLECTION.search(title) is not None


def no_story(title: str) -> bool:
    """Whether a heading is that of an introduction, a table of contents and the like."""
    name = strip_number(title).rstrip(" :")
    return section_kind(name) in ("contents", "note") or _NO_STORY.fullmatch(name) is not None


def _of_block(block: Block, lines: list[str], previous: PartKind | None) -> Iterator[Mark]:
    first = block.line - 1
    if block.kind == "heading":
        label = split_label(block.text)
        kind = part_kind(block.text, previous) or (part_kind(label.text) if label else None)
        yield Mark(first, block.end, block.level, block.text, kind)
    elif block.kind == "rule":
        yield Mark(first, block.end, RULE, "")
    elif block.kind in ("paragraph", "list", "html"):
        for row in range(first, min(block.end, len(lines))):
            bare = _MARKER.sub("", lines[row], count=1).strip()
            label = split_label(bare)
            kind = part_kind(label.text, previous) if label else None
            if label and kind and (row == first or label.marked or label.text[:1].isupper()):
                previous = kind
                yield Mark(row, row + 1, 0, label.text, kind)


def _tree(rows: int, marks: list[Mark], *, same: bool) -> Node:
    """The headings as a tree. same: a label's heading belongs to a heading of its own level."""
    root = Node(Mark(0, 0, 0, ""), rows)
    open_nodes = [root]
    for mark in marks:
        if mark.level > 0:
            while len(open_nodes) > 1 and _closes(mark, open_nodes[-1], same):
                open_nodes.pop().stop = mark.row
        if mark.level > 0 and mark.kind is None:
            node = Node(mark, rows)
            open_nodes[-1].children.append(node)
            open_nodes.append(node)
        else:
            open_nodes[-1].own.append(mark)
    return root


def _closes(mark: Mark, node: Node, same: bool) -> bool:
    if same and mark.kind:
        return node.mark.level > mark.level
    return node.mark.level >= mark.level


def _all(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children:
        yield from _all(child)


def _restarts(marks: Iterable[Mark]) -> bool:
    return bool(restarts(mark for mark in marks if mark.kind))


def _beside(node: Node) -> bool:
    """Whether a node's labels are headings of the same level as headings under it."""
    levels = {mark.level for mark in node.own if mark.kind and mark.level}
    return any(child.mark.level in levels for child in node.children)


def _labelled(node: Node) -> Iterator[Node]:
    """The outermost headings that hold the parts of one story."""
    kinds = {mark.kind for mark in node.labels}
    if len(kinds) < 2:
        return
    inner = [child for child in node.children if len({m.kind for m in child.labels}) > 1]
    again = _restarts(node.labels)
    alone = not any(mark.kind for mark in node.own)
    if not again and len(inner) == 1 and alone and _is_frame(node):
        yield from _labelled(inner[0])
    elif not again or not inner:
        yield node
    else:
        if len({mark.kind for mark in node.own if mark.kind}) > 1:
            yield node
        for child in inner:
            yield from _labelled(child)


def _even(found: list[Node]) -> list[Node]:
    """The stories, where a heading over a single one is left out if the others stand as deep."""
    levels = {node.mark.level for node in found}
    even: list[Node] = []
    for node in found:
        inner = [child for child in node.children if len({m.kind for m in child.labels}) > 1]
        alone = len(inner) == 1 and not any(mark.kind for mark in node.own)
        even.append(inner[0] if alone and inner[0].mark.level in levels else node)
    return even


def _is_frame(node: Node) -> bool:
    """Whether a heading only holds stories, as a document's title does."""
    return not node.mark.text or is_collection(node.mark.text)


def _with_unlabelled(root: Node, found: list[Node], count: list[int]) -> list[Node]:
    """The stories, and beside them the headings of the same rank that hold a text of some length
    without labels. count: the words above each row."""
    chosen = {id(node) for node in found}
    for node in _all(root):
        levels = {child.mark.level for child in node.children if id(child) in chosen}
        found += (
            child
            for child in node.children
            if child.mark.level in levels and id(child) not in chosen and _tells(child, count)
        )
    return found


def _tells(node: Node, count: list[int]) -> bool:
    inner = any(len({mark.kind for mark in child.labels}) > 1 for child in _all(node))
    return not inner and not no_story(node.mark.text) and _words(node, count) >= LEAST_WORDS


def _words(node: Node, count: list[int]) -> int:
    return count[node.stop] - count[node.mark.end]


def _unlabelled(root: Node, count: list[int]) -> Iterator[Node]:
    """The stories of a document without labels: the first level with several headings, where
    those are plainly stories. Nothing where it reads as one story."""
    node = root
    while len(node.children) == 1 and node.children[0].children:
        node = node.children[0]
    nodes = [child for child in node.children if not no_story(child.mark.text)]
    told = [child for child in nodes if _words(child, count) >= LEAST_WORDS]
    if len(told) < 2:
        return
    counted = sum(is_numbered(child.mark.text) for child in told)
    long = sum(_words(child, count) >= _MANY_WORDS for child in told)
    if counted > 1 or long > 2 or is_collection(node.mark.text):
        yield from told


def _sections(
    node: Node, chosen: set[int], frame: set[int], above: tuple[str, ...]
) -> Iterator[Section]:
    """The chosen headings as sections, with the headings above each, those of the frame left
    out."""
    if id(node) in chosen:
        inner = any(id(child) in chosen for child in _all(node) if child is not node)
        stop = node.own_stop if inner else node.stop
        yield Section(node.mark.text, node.mark.row, node.mark.end, stop, above)
    elif id(node) not in frame and (name := group_of(node.mark.text)):
        above = (*above, name)
    for child in node.children:
        yield from _sections(child, chosen, frame, above)
