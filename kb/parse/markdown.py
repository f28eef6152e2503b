"""Markdown text to a flat list of blocks, each with its line and the author's own characters.

markdown-it-py finds where blocks begin and end; what they say is cut from the
source, so that no character of a text changes. Only the outermost blocks are
read: what a list item or a quotation holds is read again when it is wanted,
so depth costs nothing. Nested `<details>` become headings of level 7.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from markdown_it import MarkdownIt

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from markdown_it.token import Token

BlockKind = Literal[
    "heading", "paragraph", "list", "code", "quote", "rule", "table", "html", "close"
]  # fmt: skip

SUMMARY_LEVEL = 7
_NESTING = 6  # list, item, paragraph, and a little more; deeper text stays as it is
_READER = (
    MarkdownIt("commonmark", {"maxNesting": _NESTING})
    .enable("table")
    .disable(["reference", "inline"])
)
_KINDS: dict[str, BlockKind] = {
    "paragraph_open": "paragraph",
    "bullet_list_open": "list",
    "ordered_list_open": "list",
    "blockquote_open": "quote",
    "fence": "code",
    "code_block": "code",
    "hr": "rule",
    "html_block": "html",
    "table_open": "table",
}
_MARKER = re.compile(r"^( {0,9}(?:[-*+]|\d{1,9}[.)]))(?:( {1,4})(?! )| +|$)")
_TASK = re.compile(r"^\[[ xX]\] +(?=\S)")
_FOLD = re.compile(
    r"<summary\b[^<>]{0,200}>(.{0,400}?)</summary\s*>|</?details\b[^<>]{0,200}>",
    re.IGNORECASE | re.DOTALL,
)
_HTML_HEADING = re.compile(r"\s*<h([1-6])\b[^<>]{0,200}>([^\n]{1,500}?)</h\1\s*>\s*", re.IGNORECASE)
_TAG = re.compile(
    r"</?(?:a|b|br|em|h[1-6]|i|p|span|strong|u)(?:\s[^<>\n]{0,200})?/?>", re.IGNORECASE
)
_SENTENCE_END = re.compile(r"[.:;,!\"”'’)*_]$")


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a list: its text without marker and indentation, and its line."""

    text: str
    line: int
    ordered: bool


@dataclass(frozen=True, slots=True)
class Block:
    """A block of the document.

    text: its source lines (a heading without its marks). line, end: 1-based,
    first and last source line. level: of a heading, 1 to 6, 7 for a `<summary>`.
    items: of a list. A "close" block stands for `</details>`.
    """

    kind: BlockKind
    text: str
    line: int
    end: int
    level: int = 0
    items: tuple[Item, ...] = ()


def normalise(text: str) -> str:
    """`text` without a leading byte order mark and with `\\n` as its only line end."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def plain_tags(text: str) -> str:
    """`text` without HTML tags of emphasis, headings and anchors (`<b>`, `<a name="x">`)."""
    return _TAG.sub("", text).strip()


def blocks(text: str, line: int = 1) -> list[Block]:
    """The outermost blocks of `text`, whose first line is `line` of the file.

    Every line that is not blank lies in exactly one block, rules and the tags
    of `<details>` and `<summary>` apart.
    """
    lines = text.split("\n")
    found: list[Block] = []
    following = 0
    # a lone carriage return, as YAML may hold one, is a line's end to the reader and not to us
    for tokens in _outermost(_READER.parse(text.replace("\r", " "))):
        start, stop = _extent(tokens[0], lines)
        found.extend(_unclaimed(lines, following, start, line))
        found.extend(_read(tokens, lines, start, stop, line))
        following = max(following, stop)
    found.extend(_unclaimed(lines, following, len(lines), line))
    return found


def unquote(text: str) -> str:
    """A block quotation's text without one level of `>` marks."""
    return "\n".join(re.sub(r"^ {0,3}> ?", "", each) for each in text.split("\n"))


def dedent(text: str) -> str:
    """An indented block's text, each line moved left by the first line's indentation."""
    lines = text.expandtabs(4).split("\n")
    return "\n".join(_outdent(each, len(lines[0]) - len(lines[0].lstrip())) for each in lines)


def rows(text: str) -> list[list[str]]:
    """A table's rows of cells, without the delimiter row; the first is its header."""
    cut = [re.split(r"(?<!\\)\|", each.strip().strip("|")) for each in text.split("\n")]
    return [[cell.strip() for cell in row] for number, row in enumerate(cut) if number != 1]


def fence_is_open(block: Block) -> bool:
    """Whether a code block's fence is never closed, so that it runs to the end of the text."""
    match = re.match(r"^ {0,3}(`{3,}|~{3,})", block.text)
    if block.kind != "code" or match is None:
        return False
    last = block.text.rsplit("\n", 1)[-1].strip()
    return block.line == block.end or not (
        last.startswith(match[1]) and not last.strip(match[1][0])
    )


def _outermost(tokens: list[Token]) -> Iterator[list[Token]]:
    """The tokens of each outermost block."""
    group: list[Token] = []
    for token in tokens:
        group.append(token)
        if token.level == 0 and token.nesting != 1:
            yield group
            group = []
    if group:
        yield group


def _extent(token: Token, lines: Sequence[str]) -> tuple[int, int]:
    """A token's first line and the line after its last, blank lines at the end left out."""
    start, stop = token.map or (0, 0)
    stop = min(stop, len(lines))
    while stop > start and not lines[stop - 1].strip():
        stop -= 1
    return start, stop


def _unclaimed(lines: Sequence[str], start: int, stop: int, first: int) -> Iterator[Block]:
    """Lines that no token claims, as a paragraph: nothing may be lost."""
    text = "\n".join(lines[start:stop])
    if text.strip():
        yield Block("paragraph", text, first + start, first + stop - 1)


def _read(
    tokens: list[Token], lines: Sequence[str], start: int, stop: int, first: int
) -> Iterator[Block]:
    """The block or blocks that one outermost token stands for."""
    text = "\n".join(lines[start:stop])
    line, end = first + start, first + stop - 1
    if tokens[0].type == "heading_open":
        yield from _heading(tokens, text, line, end)
        return
    kind = _KINDS.get(tokens[0].type, "paragraph")
    if kind == "html":
        yield from _html(text, line, end)
    elif kind == "list":
        items = [_item(each, lines, first) for each in tokens if _is_item(each)]
        yield Block(kind, text, line, end, items=tuple(items))
    elif text.strip():
        yield Block(kind, text, line, end)


def _heading(tokens: list[Token], text: str, line: int, end: int) -> Iterator[Block]:
    """A heading; but prose with `---` right below it is prose and a rule.

    Of several lines above `===` only the last is the heading.
    """
    body, _, content = tokens[1].content.strip().rpartition("\n")
    if tokens[0].markup == "-" and _is_prose(text):
        yield Block("paragraph", text.rpartition("\n")[0], line, end - 1)
        yield Block("rule", "---", end, end)
        return
    if body:
        yield Block("paragraph", "\n".join(text.split("\n")[:-2]), line, end - 2)
        line = end - 1
    yield Block("heading", content.strip(), line, end, level=int(tokens[0].tag[1:]))


def _is_prose(setext: str) -> bool:
    """Whether a text underlined with dashes looks like a paragraph before a rule."""
    *body, underline = setext.split("\n")
    if len(body) > 1 or len(body[0]) > 160:
        return True
    return len(underline.strip()) <= 3 and bool(_SENTENCE_END.search(body[0].rstrip()))


def _is_item(token: Token) -> bool:
    return token.type == "list_item_open" and token.level == 1


def _item(token: Token, lines: Sequence[str], first: int) -> Item:
    start, stop = _extent(token, lines)
    head, *rest = [each.expandtabs(4) for each in lines[start : max(stop, start + 1)]]
    match = _MARKER.match(head)
    width = match.end() if match else 0
    body = _TASK.sub("", head[width:])
    text = "\n".join([body, *(_outdent(each, width) for each in rest)])
    return Item(text.strip("\n "), first + start, token.info.isdigit() or _is_ordered(head))


def _is_ordered(head: str) -> bool:
    return head.lstrip()[:1].isdigit()


def _outdent(line: str, width: int) -> str:
    """`line` with at most `width` leading spaces taken off."""
    indent = len(line) - len(line.lstrip(" "))
    return line[min(indent, width) :]


def _html(text: str, line: int, end: int) -> Iterator[Block]:
    """An HTML block: headings and summaries as headings, what `<details>` holds as Markdown."""
    heading = _HTML_HEADING.fullmatch(text)
    if heading:
        yield Block("heading", plain_tags(heading[2]), line, end, level=int(heading[1]))
    elif _FOLD.search(text):
        yield from _details(text, line)
    else:
        yield Block("html", text, line, end)


def _details(text: str, line: int) -> Iterator[Block]:
    """The summaries, contents and closing tags of an HTML block, in order."""
    position = 0
    for match in [*_FOLD.finditer(text), None]:
        piece = text[position : match.start() if match else len(text)]
        if piece.strip():
            skipped = len(piece) - len(piece.lstrip("\n"))
            yield from blocks(piece[skipped:].rstrip(), line + skipped)
        if match is None:
            return
        line += piece.count("\n")
        if match[1] is not None:
            title = " ".join(plain_tags(match[1]).split())
            end = line + match[0].count("\n")
            yield Block("heading", title, line, end, level=SUMMARY_LEVEL)
        elif match[0].startswith("</"):
            yield Block("close", "", line, line)
        line += match[0].count("\n")
        position = match.end()
