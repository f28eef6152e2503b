"""Text to HTML that is safe to show, whoever wrote it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
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
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
    )
    return Markup(html)  # cleaned above


def highlighted(text: str, sentences: Iterable[str]) -> Markup:
    """`markdown`, with each of the sentences marked where it stands as plain text."""
    html = str(markdown(text))
    for sentence in sentences:
        wanted = str(markdown(sentence)).strip().removeprefix("<p>").removesuffix("</p>")
        if wanted and wanted in html:
            html = html.replace(wanted, f"<mark>{wanted}</mark>", 1)
    return Markup(html)  # of cleaned pieces


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
