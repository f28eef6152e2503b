"""What Obsidian and Notion put into Markdown, made plain; every line stays on its line."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import unquote

_HEX = re.compile(r"[ _-]?[0-9a-f]{32}(?=$|_all$)", re.IGNORECASE)
_EMBED = re.compile(r"!\[\[([^\[\]\n]{1,300})\]\]")
_WIKI = re.compile(r"\[\[(?=\S)([^\[\]|\n]{1,300})(?:\|([^\[\]\n]{1,300}))?\]\]")
_IMAGE = re.compile(r"!\[([^\[\]\n]{0,300})\]\((?!https?:)([^()\n]{1,500})\)")
_LINK = re.compile(
    r"(?<!!)\[([^\[\]\n]{1,300})\]\((?!https?:|mailto:|#)[^()\n]{1,500}\.(?:md|csv)\)"
)
_LIT = re.compile(r"(?<![\w=])==(?=\S)([^=\n]{1,500}?)(?<=\S)==(?![\w=])")
_COMMENT = re.compile(r"%%[^%]{0,5000}%%")
_BLOCK_ID = re.compile(r"\s\^[A-Za-z0-9-]{1,40}$")
_TAG = re.compile(r"(?<![\w#&/])#([^\W\d_][\w/-]{0,60})")
_TAGS_ONLY = re.compile(r"^\s*(?:tags?\s*:\s*)?(?:#[^\W\d_][\w/-]{0,60}[\s,]*)+$", re.IGNORECASE)
_LAST_TAGS = re.compile(r"(?<=[.!?:])(\s*)(?:\s#[^\W\d_][\w/-]{0,60})+\s*$")
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})")
_CODE = re.compile(r"(`{1,20})[^`\n]+\1")


@dataclass(slots=True)
class Plain:
    """A text without the marks of other programs. tags; embeds: what it showed and does not come
    along; comments: what only its author saw. Each with its line."""

    text: str
    tags: list[tuple[str, int]] = field(default_factory=list)
    embeds: list[tuple[str, int]] = field(default_factory=list)
    comments: list[tuple[str, int]] = field(default_factory=list)


def without_id(stem: str) -> str:
    """A file's stem without the 32 hex digits that Notion puts behind it."""
    return _HEX.sub("", stem).strip() or stem


def has_id(stem: str) -> bool:
    """Whether a file's stem ends as Notion's do."""
    return _HEX.search(stem) is not None


def plain(text: str, *, vault: bool, line: int = 1) -> Plain:
    """`text` with links as their words, without highlights, embedded files and comments.

    Lines of nothing but #tags are taken off. vault: it is Obsidian's, so that the tags within
    sentences count too (their words stay), and %%comments%%. Code is left as it is. line: that of
    the text's first row.
    """
    made = Plain(text)
    if vault:
        made.text = _without_comments(text, line, made)
    rows = made.text.split("\n")
    fence = ""
    for number, row in enumerate(rows):
        mark = _FENCE.match(row)
        if mark and (not fence or row.strip().startswith(fence)):
            fence = "" if fence else mark[1]
        elif not fence:
            rows[number] = _plain_row(row, line + number, vault, made)
    made.text = "\n".join(rows)
    return made


def _without_comments(text: str, line: int, made: Plain) -> str:
    pieces: list[str] = []
    position = 0
    for match in _COMMENT.finditer(text):
        pieces.append(text[position : match.start()])
        line += pieces[-1].count("\n")
        made.comments.append((" ".join(match[0].strip("%").split()), line))
        breaks = match[0].count("\n")
        pieces.append("\n" * breaks)
        line += breaks
        position = match.end()
    return "".join([*pieces, text[position:]])


def _plain_row(row: str, line: int, vault: bool, made: Plain) -> str:
    if "#" in row and _TAGS_ONLY.match(row):
        made.tags += [(tag, line) for tag in _TAG.findall(row)]
        return ""
    pieces: list[str] = []
    position = 0
    for code in [*_CODE.finditer(row), None]:
        pieces.append(_prose(row[position : code.start() if code else len(row)], line, vault, made))
        if code:
            pieces.append(code[0])
            position = code.end()
    plain_row = "".join(pieces)
    return _BLOCK_ID.sub("", plain_row) if vault else plain_row


def _prose(text: str, line: int, vault: bool, made: Plain) -> str:
    if "[" in text:
        for pattern in (_EMBED, _IMAGE):
            group = 1 if pattern is _EMBED else 2
            found = (unquote(match[group]) for match in pattern.finditer(text))
            made.embeds += [(name, line) for name in found]
            text = pattern.sub("", text)
        text = _WIKI.sub(lambda match: match[2] or match[1].split("#")[0] or match[1], text)
        text = _LINK.sub(r"\1", text)
    if "==" in text:
        text = _LIT.sub(r"\1", text)
    if vault and "#" in text:
        made.tags += [(tag, line) for tag in _TAG.findall(text)]
        text = _TAG.sub(r"\1", _LAST_TAGS.sub(r"\1", text))
    return text
