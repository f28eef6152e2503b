"""Where the keys and values of a story stand in its file, to the character."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from kb.parse.frontmatter import split_front_matter

if TYPE_CHECKING:
    from collections.abc import Iterator

_YAML = (".yaml", ".yml")
_Shape = tuple[str, str, str, list["_Shape"]]
_NO_KEYS: _Shape = ("map", "", "", [])
_NOTHING: _Shape = ("scalar", "", "", [])
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})


@dataclass(slots=True, eq=False)
class Node:
    """A piece of YAML. start, end: offsets in the text, end after its last character that says
    something. style: of a scalar, its quotes or | or >. anchor: of an alias, that of what it
    stands for. nodes: of a list its items, of a mapping key, value, key, value."""

    kind: Literal["scalar", "list", "map", "alias"]
    start: int
    end: int
    text: str = ""
    style: str = ""
    flow: bool = False
    anchor: str = ""
    nodes: list[Node] = field(default_factory=list)

    @property
    def pairs(self) -> Iterator[tuple[Node, Node]]:
        """Of a mapping: its keys and values."""
        return zip(self.nodes[::2], self.nodes[1::2], strict=True)

    def named(self, key: str) -> list[tuple[Node, Node]]:
        """Of a mapping: the pairs whose key kb reads as `key`."""
        if self.kind != "map":
            return []
        return [
            pair for pair in self.pairs if pair[0].kind == "scalar" and is_key(pair[0].text, key)
        ]


@dataclass(frozen=True, slots=True)
class Region:
    """The YAML of a file. text: it, at `base` of the normalised file; of front matter with a
    blank line in the place of the rule above. mapping: the story's, or None where it has no key
    yet; docs: all there is."""

    text: str
    base: int
    mapping: Node | None
    docs: list[Node]


def region_of(text: str, path: str, number: int) -> Region | None:
    """The YAML with the mapping of a file's story `number`; None for Markdown without any.

    text: normalised, and known to be readable.
    """
    if path.lower().endswith(_YAML):
        docs = [doc for doc in _read(text) if not (doc.kind == "scalar" and _is_null(doc))]
        return Region(text, 0, _stories(docs)[number], docs)
    matter = split_front_matter(text, path=path)
    if matter.fields is None:
        return None
    lines = text.split("\n")
    start = next(row for row, line in enumerate(lines) if line.strip())
    base = sum(len(line) + 1 for line in lines[:start])
    inner = [" " * len(lines[start]), *lines[start + 1 : matter.body_line - 2], ""]
    shown = "\n".join(inner)
    docs = _read(shown) if matter.fields.pairs else []
    return Region(shown, base, docs[0] if docs and docs[0].kind == "map" else None, docs)


@lru_cache(maxsize=1024)
def key_of(text: str) -> str:
    """A key as kb reads it, whatever its case and separators."""
    return re.sub(r"[\s_-]+", " ", text.strip().lower())


def is_key(one: str, other: str) -> bool:
    """Whether kb reads two spellings as one key."""
    return key_of(one) == key_of(other)


def text_of(node: Node) -> str | None:
    """A node as one text, as kb reads it; None for what is more than that."""
    if node.kind == "scalar":
        return node.text
    if node.kind == "map" and len(node.nodes) == 2 and {n.kind for n in node.nodes} == {"scalar"}:
        return f"{node.nodes[0].text}: {node.nodes[1].text}".strip()
    return None


def texts_of(node: Node) -> str | list[str]:
    """A node as a text or a list of texts; "" for what is more than that."""
    if node.kind != "list":
        return text_of(node) or ""
    texts = [text_of(item) for item in node.nodes]
    return "" if None in texts else [text for text in texts if text is not None]


def says(node: Node, value: str | list[str] | None) -> bool:
    """Whether a node is just that text, or a list of just those."""
    if isinstance(value, str):
        return node.kind == "scalar" and node.text == value and bool(value or node.style)
    return value is not None and node.kind == "list" and [text_of(n) for n in node.nodes] == value


def shape(region: Region, key: str) -> object:
    """All that a region says but for that key of its story, to be compared."""
    shapes = [_shape(doc, region.mapping, key) for doc in region.docs]
    return [one for one in shapes if one not in (_NO_KEYS, _NOTHING)]


def spoken(region: Region, key: str) -> bool:
    """Whether something outside of a story's key refers to a value within it."""
    inside: set[str] = set()
    pairs = region.mapping.named(key) if region.mapping else []
    own = [node for pair in pairs for node in pair]
    for node in own:
        inside |= {n.anchor for n in _walk(node) if n.kind != "alias" and n.anchor}
    skipped = {id(n) for node in own for n in _walk(node)}
    others = (n for doc in region.docs for n in _walk(doc) if id(n) not in skipped)
    return any(n.kind == "alias" and n.anchor in inside for n in others)


def _shape(node: Node, mapping: Node | None, key: str) -> _Shape:
    nodes = node.nodes
    if node is mapping:
        named = {id(name) for name, _ in node.named(key)}
        pairs = [(k, v) for k, v in node.pairs if id(k) not in named]
        nodes = [each for pair in pairs for each in pair]
    return (node.kind, node.text, node.anchor, [_shape(n, mapping, key) for n in nodes])


def _walk(node: Node) -> Iterator[Node]:
    stack = [node]
    while stack:
        one = stack.pop()
        yield one
        stack.extend(one.nodes)


def _is_null(node: Node) -> bool:
    return not node.style and node.text in _NULLS


def _stories(docs: list[Node]) -> list[Node]:
    """The nodes of a YAML file's stories, in the order in which they are parsed."""
    if len(docs) == 1 and docs[0].kind == "map":
        nodes = docs[0].nodes
        listed = len(nodes) == 2 and nodes[0].text.lower() == "stories" and nodes[1].kind == "list"
        return nodes[1].nodes if listed else docs
    return [item for doc in docs for item in (doc.nodes if doc.kind == "list" else [doc])]


def _read(text: str) -> list[Node]:
    """The documents of a text, as the reader of kb has them: the two of PyYAML differ."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    found: list[Node] = []
    stack: list[Node] = []
    for event in yaml.parse(text, Loader=loader):
        if isinstance(event, yaml.CollectionEndEvent):
            closed = stack.pop()
            last = closed.nodes[-1].end if closed.nodes else closed.start
            closed.end = _at(event.end_mark) if closed.flow else last
        elif isinstance(event, yaml.NodeEvent):
            node = _node(event, text)
            (stack[-1].nodes if stack else found).append(node)
            if node.kind in ("list", "map"):
                stack.append(node)
    return found


def _node(event: object, text: str) -> Node:
    """The node that an event begins (a list, a mapping) or is."""
    import yaml

    assert isinstance(event, yaml.NodeEvent)
    start, end, anchor = _at(event.start_mark), _at(event.end_mark), event.anchor or ""
    if isinstance(event, yaml.AliasEvent):
        return Node("alias", start, end, anchor=anchor)
    if isinstance(event, yaml.ScalarEvent):
        end = start + len(text[start:end].rstrip())
        return Node("scalar", start, end, event.value, event.style or "", anchor=anchor)
    kind: Literal["list", "map"] = "map" if isinstance(event, yaml.MappingStartEvent) else "list"
    flow = bool(getattr(event, "flow_style", False))
    return Node(kind, start, end, flow=flow, anchor=anchor)


def _at(mark: object) -> int:
    found: int = getattr(mark, "index", 0)
    return found
