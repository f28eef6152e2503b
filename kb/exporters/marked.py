"""Authors' Markdown, parsed for reading: no raw HTML, no pictures, links to the web or by mail."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_ABROAD: Final = re.compile(r"(?:https?|mailto):", re.IGNORECASE)
# Not allowed in XML, or of no use in a text: control characters, lone surrogates, non-characters.
_UNSEEN: Final = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")


@cache
def parser() -> MarkdownIt:
    """The parser that the pages of `kb serve` have too."""
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": False}).enable("table").enable("strikethrough")


def parsed(text: str) -> list[Token]:
    """The tokens of a text."""
    return parser().parse(text)


def address(token: Token) -> str:
    """Where a link leads, if that is the web or a mailbox; "" for any other."""
    href = str(token.attrGet("href") or "")
    return href if _ABROAD.match(href) else ""


def shown(text: str) -> str:
    """What a reader sees of a text: its words without markup, blocks apart, and its addresses."""
    return "\n\n".join(_shown(parsed(text)))


def _shown(tokens: Sequence[Token]) -> Iterator[str]:
    for token in tokens:
        if token.type == "inline":
            children = token.children or []
            yield plain(children)
            yield from (unquote(a) for a in map(address, children) if a)
        elif token.type in ("fence", "code_block"):
            yield token.content


def plain(tokens: Sequence[Token]) -> str:
    """The words of a paragraph's tokens; of a picture what is said in its place."""
    return "".join(map(_word, tokens))


def _word(token: Token) -> str:
    if token.type == "image":
        return plain(token.children or [])
    return "\n" if token.type in ("softbreak", "hardbreak") else token.content


def visible(text: str) -> str:
    """A text without characters that neither a page nor a Word file may hold."""
    return _UNSEEN.sub("\ufffd", text)
