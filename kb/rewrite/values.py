"""New values as YAML, in quotes where a reader of any age would take them for something else."""

from __future__ import annotations

import io
import re
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_DATE = re.compile(r"\d{4}(-\d{2}){0,2}")
_WIDE = 1 << 30  # columns: nothing is folded


def scalar(value: str, *, key: str = "", style: str = "", surely: bool = False) -> str:
    """A text as the value of a key, in the style that the old value has, where that can hold it.

    With style "|" or ">" it may be several lines, those after the first indented for a key at
    the left edge. A date of the key `date` goes without quotes, as people write it. surely:
    in the one style that holds anything.
    """
    if key == "date" and _DATE.fullmatch(value) and not style and not surely:
        return value
    if "\n" in value and style in ("|", ">") and not surely:
        from ruamel.yaml.scalarstring import LiteralScalarString

        return _dumped(LiteralScalarString(value))
    texts = map(_dumped, _forms(value, '"' if surely else style))
    return _read_as(value, [(text, f"k: {text}", {"k": value}) for text in texts])


def one_line(value: str | Sequence[str]) -> str:
    """A text, or a list in brackets, on one line."""
    if isinstance(value, str):
        return scalar(value)
    return f"[{', '.join(map(in_brackets, value))}]"


def in_brackets(value: str) -> str:
    """A text as an item of a list in brackets."""
    from ruamel.yaml.comments import CommentedSeq

    found = []
    for form in _forms(value, ""):
        items = CommentedSeq([form])
        items.fa.set_flow_style()
        text = _dumped(items)
        found.append((text[1:-1], text, [value]))
    return _read_as(value, found)


def _forms(value: str, style: str) -> list[str]:
    """The text as ruamel.yaml writes it without quotes where it can, and in quotes."""
    from ruamel.yaml.scalarstring import DoubleQuotedScalarString, SingleQuotedScalarString

    double = DoubleQuotedScalarString(value)
    if style == '"' or not value.isprintable():
        return [double]
    quoted = [SingleQuotedScalarString(value), double]
    return quoted if style == "'" else [value, *quoted]


def _read_as(value: str, forms: Iterable[tuple[str, str, object]]) -> str:
    """The first of some texts that an old reader takes for what is meant; else the last.

    forms: the text, a document with it, and what that should be read as. YAML 1.1, which most
    readers are made for, has more that is no text (`no`, `12:30`); ruamel.yaml minds 1.2 alone.
    """
    import yaml

    text = value
    for text, document, meant in forms:  # the last one is wanted, too
        with suppress(yaml.YAMLError, ValueError):
            if yaml.safe_load(document) == meant:
                return text
    return text


def _dumped(value: object) -> str:
    from ruamel.yaml import YAML

    writer = YAML(typ="rt")
    writer.width = _WIDE
    stream = io.StringIO()
    writer.dump({"k": value}, stream)
    return stream.getvalue().removeprefix("k:").removeprefix(" ").removesuffix("\n")
