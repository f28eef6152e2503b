"""Text to HTML that is safe to show, whoever wrote it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cache
from html import escape
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

import nh3
from markupsafe import Markup

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

TAGS: Final = {
    "p", "br", "hr", "em", "strong", "s", "code", "pre", "blockquote", "ul", "ol", "li", "a",
    "h1", "h2", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
LONG: Final = {"text", "concept"}
TEXTS: Final = {"stories", "questions", "examples", "practices", "notes"}
# table -> where the page of a row's id is
PAGES: Final = {"stories": "/-/story/", "questions": "/-/question/"}
# what names a story or question in other tables
POINTERS: Final = {"story": "/-/story/", "question": "/-/question/"}
_SCHEME = re.compile(r"[a-z]+:", re.IGNORECASE)
_MARKUP = re.compile(r"(<[^>]*>)")


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": False}).enable("table").enable("strikethrough")


def markdown(text: str) -> Markup:
    """An author's Markdown as HTML: raw HTML is shown as text, no script, no picture, and links
    only to the web or by mail."""
    html = nh3.clean(
        _parser().render(text),
        tags=TAGS,
        attributes={"a": {"href"}, "ol": {"start"}},
        attribute_filter=_abroad,
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
    )
    return Markup(html)  # cleaned above


def _abroad(_tag: str, name: str, value: str) -> str | None:
    """An attribute as it is, unless it is a link within this site."""
    return value if name != "href" or _SCHEME.match(value) else None


def highlighted(text: str, sentences: Iterable[str]) -> Markup:
    """`markdown`, with each of the sentences, given without markup, marked where it stands."""
    html = str(markdown(text))
    for sentence in sentences:
        html = _marked(html, sentence)
    return Markup(html)  # of cleaned pieces


def coded(text: str) -> Markup:
    """One of kb's own sentences: what stands between backticks as code."""
    pieces = text.split("`")
    return Markup("").join(
        Markup("<code>{}</code>").format(piece) if number % 2 and number < len(pieces) - 1
        else Markup(escape(piece))
        for number, piece in enumerate(pieces)
    )  # fmt: skip


def _marked(html: str, sentence: str) -> str:
    """Cleaned HTML, marked where a sentence's words first stand: over line breaks and tags,
    and never inside of one."""
    words = [re.escape(escape(word, quote=False)) for word in sentence.split()]
    pieces = _MARKUP.split(html)  # text and tags in turn
    wanted = r"(?<!\w)" + r"(?:\s|&nbsp;)+".join(words) + r"(?!\w)"
    found = re.search(wanted, "".join(pieces[::2])) if words else None
    if found is None:
        return html
    start, end = found.span()
    for number, piece in enumerate(pieces[::2]):
        inside = piece[max(start, 0) : max(end, 0)]
        if inside.strip():
            before, after = piece[: max(start, 0)], piece[end:]
            pieces[2 * number] = f"{before}<mark>{inside}</mark>{after}"
        start, end = start - len(piece), end - len(piece)
    return "".join(pieces)


def cell(value: str, column: str, table: str | None, path: Callable[[str], str]) -> Markup | None:
    """A table's cell as a person wants it; None to leave it to Datasette. path: from one
    within the instance to one for a link."""
    if not value:
        return None
    page = PAGES.get(table or "") if column == "id" else POINTERS.get(column)
    if page:
        return Markup('<a href="{}">{}</a>').format(path(page + quote(value, safe="/")), value)
    if column in LONG and table in TEXTS:
        return Markup('<div class="kb-cell">{}</div>').format(markdown(value))
    return None
