"""The YAML that may stand between two lines of `---` at the top of a Markdown file."""

from __future__ import annotations

import re
from dataclasses import dataclass

from kb.errors import DocumentError
from kb.parse.yamltree import Mapping, read_yaml

_KEY = re.compile(r"[A-Za-z_][\w -]{0,40}:(?!//)")


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """A text in two. fields: None when there is no front matter. body: all that follows it.
    body_line: the line of the file on which the body begins, 1-based."""

    fields: Mapping | None
    body: str
    body_line: int


def split_front_matter(text: str, *, path: str) -> FrontMatter:
    """Take the front matter off `text`, whose line ends are `\\n`.

    It must be the first thing that is not blank, hold keys and end with `---` or
    `...`; otherwise a first `---` is a rule, and belongs to the body. Raises
    DocumentError, with the line, when it is not closed or is not readable.
    """
    lines = text.split("\n")
    start = next((row for row, line in enumerate(lines) if line.strip()), len(lines))
    if start == len(lines) or lines[start].rstrip() != "---":
        return FrontMatter(None, text, 1)
    end = next(
        (row for row in range(start + 1, len(lines)) if lines[row].rstrip() in ("---", "...")), None
    )
    inner = lines[start + 1 : end]
    if not _has_keys(inner):
        if end is None or any(line.strip() for line in inner):
            return FrontMatter(None, text, 1)
        return FrontMatter(Mapping((), start + 1), "\n".join(lines[end + 1 :]), end + 2)
    if end is None:
        raise DocumentError(
            "the front matter is not closed.", "End it with a line of ---.", path, start + 1
        )
    nodes = read_yaml("\n".join(inner), path=path, first_line=start + 2)
    fields = nodes[0] if nodes else Mapping((), start + 2)
    if not isinstance(fields, Mapping):
        raise DocumentError(
            "the front matter holds no keys.", "Write `key: value` on each line.", path, start + 2
        )
    return FrontMatter(fields, "\n".join(lines[end + 1 :]), end + 2)


def _has_keys(lines: list[str]) -> bool:
    """Whether the first line that says something begins with a key (or a tab and a key)."""
    for line in lines:
        if line.strip() and not line.lstrip().startswith("#"):
            return bool(_KEY.match(line.lstrip()))
    return False
