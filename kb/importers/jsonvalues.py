"""JSON text to values that know their line; numbers stay as they are written."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from kb.errors import DocumentError
from kb.importers.values import Obj, Value

_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\n]', re.DOTALL)
_DEEPEST = 60
_SURROGATE = re.compile("[\ud800-\udfff]")  # half of a character, as the JSON "\\ud83d" alone


def read_json(text: str, path: str, line: int = 1) -> Value:
    """The value in `text`, whose first line is `line` of the file `path`.

    Objects keep repeated names. Texts keep their characters, but for halves of some, which no
    file can hold; true, false and numbers are texts, null is "". Raises DocumentError, with the
    line, where it is no JSON.
    """
    # objects are made as they close, so their lines come in the same order
    lines = _object_lines(text, line)

    def made(pairs: list[tuple[str, Any]]) -> Obj:
        named = ((_whole(name), _value(held, 0)) for name, held in pairs)
        return Obj(tuple(named), next(lines, line))

    try:
        found = json.loads(text, object_pairs_hook=made, parse_int=str, parse_float=str,
                           parse_constant=str)  # fmt: skip
        return _value(found, 0)
    except json.JSONDecodeError as error:
        raise DocumentError(
            f"not readable as JSON: {error.msg.lower()}.",
            "Mend it there, or save it anew.",
            path,
            line + error.lineno - 1,
        ) from error
    except (ValueError, RecursionError) as error:
        raise DocumentError("nested too deeply to hold stories.", "", path, line) from error


def _value(found: object, depth: int) -> Value:
    if isinstance(found, str):
        return _whole(found)
    if isinstance(found, Obj):
        return found
    if isinstance(found, list):
        if depth > _DEEPEST:
            raise RecursionError
        return tuple(_value(item, depth + 1) for item in found)
    return "" if found is None else str(found).lower()


def _whole(text: str) -> str:
    return text if text.isascii() else _SURROGATE.sub("\ufffd", text)


def _object_lines(text: str, line: int) -> Iterator[int]:
    """The line on which each object begins, in the order in which they end."""
    opened: list[int] = []
    for match in _TOKEN.finditer(text):
        token = match[0]
        if token == "{":
            opened.append(line)
            if len(opened) > _DEEPEST:
                raise RecursionError
        elif token == "}":
            yield opened.pop() if opened else line
        else:
            line += token.count("\n")
