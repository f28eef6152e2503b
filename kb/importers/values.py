"""A value of a source: a text, a list of values, or an object; and how it reads as text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kb.parse.yamltree import Mapping, Node, Scalar, Sequence

_DEPTH = 12  # of values within values that are still written out in lines


@dataclass(frozen=True, slots=True)
class Obj:
    """An object: its names and values in order, repeated names included. line: where it begins."""

    pairs: tuple[tuple[str, Value], ...]
    line: int = 0


Value = str | tuple["Value", ...] | Obj


def has_text(value: Value) -> bool:
    """Whether a value says anything."""
    return any(row.strip() for row in _leaves(value))


def as_text(value: Value) -> str:
    """A value as Markdown: several items as bullets, objects as `name: value`."""
    if isinstance(value, str):
        return value.strip("\n").rstrip()
    if isinstance(value, tuple) and len(value) == 1:
        return as_text(value[0])
    return "\n".join(_rows(value, 0))


def as_list(value: Value) -> list[str]:
    """The texts in a value; of an object its name, where it has one."""
    if isinstance(value, str):
        return [value] if value.strip() else []
    if isinstance(value, tuple):
        return [text for item in value for text in as_list(item)]
    named = [inner for name, inner in value.pairs if name.lower() in ("name", "title", "text")]
    return as_list(named[0]) if named else list(filter(str.strip, _leaves(value)))


def of_node(node: Node) -> Value:
    """A YAML node as a value. A null is no text."""
    if isinstance(node, Scalar):
        return "" if node.kind == "null" else f"{node.text} {node.cut}".rstrip()
    if isinstance(node, Sequence):
        return tuple(of_node(item) for item in node.items)
    return of_mapping(node)


def of_mapping(mapping: Mapping) -> Obj:
    """A YAML mapping as an object."""
    pairs = ((as_text(of_node(key)), of_node(value)) for key, value in mapping.pairs)
    return Obj(tuple(pairs), mapping.line)


def _leaves(value: Value) -> Iterator[str]:
    if isinstance(value, str):
        yield value
        return
    for item in value if isinstance(value, tuple) else (inner for _, inner in value.pairs):
        yield from _leaves(item)


def _rows(value: Value, depth: int) -> Iterator[str]:
    if isinstance(value, str) or depth > _DEPTH:
        yield from " ".join(_leaves(value)).strip().split("\n")
        return
    pairs = value.pairs if isinstance(value, Obj) else [("", item) for item in value]
    for name, inner in pairs:
        if not has_text(inner):
            continue
        first, *rest = _rows(inner, depth + 1)
        if name and isinstance(inner, str):
            yield f"- {name}: {first}"
        elif name:
            yield from (f"- {name}:", f"  {first}")
        else:
            yield first if isinstance(inner, tuple | Obj) else f"- {first}"
        yield from (f"  {row}" if row.strip() else "" for row in rest)
