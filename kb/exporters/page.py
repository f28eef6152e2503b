"""Stories as one page of HTML that needs nothing else: no script, no picture, no address."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from html import escape
from typing import TYPE_CHECKING, Final

from kb.exporters.document import label
from kb.exporters.marked import address, parsed, parser, plain, visible
from kb.exporters.style import CSS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from markdown_it.token import Token

    from kb.domain import Part, Story

_HASH: Final = b64encode(sha256(CSS.encode()).digest()).decode()
_PAGE: Final = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-{hash}'; \
base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>{title}</title>
<style>{css}</style>
</head>
<body>
{body}
</body>
</html>
"""


def html_page(stories: Sequence[Story]) -> str:
    """The page: with more than one story a table of contents, then the stories.

    Authors' Markdown is rendered without raw HTML, pictures, and links but to the
    web and by mail; on paper each story begins a page.
    """
    only = len(stories) == 1
    title = stories[0].title if only else "Stories"
    anchors = _anchors(stories)
    body = [] if only else list(_contents(stories, anchors))
    body.append("<main>")
    for story, anchor in zip(stories, anchors, strict=True):
        body += _article(story, anchor, 1 if only else 2)
    body.append("</main>")
    return _PAGE.format(hash=_HASH, title=_text(title), css=CSS, body="\n".join(body))


def _anchors(stories: Sequence[Story]) -> list[str]:
    """A name within the page for each story: its id, numbered where it stands twice."""
    seen: dict[str, int] = {}
    names: list[str] = []
    for story in stories:
        seen[story.id] = number = seen.get(story.id, 0) + 1
        names.append(f"story-{story.id}" + (f".{number}" if number > 1 else ""))
    return names


def _contents(stories: Sequence[Story], anchors: Sequence[str]) -> Iterator[str]:
    yield f'<header id="top">\n<h1>Stories</h1>\n<p class="quiet">{_counted(len(stories))}</p>'
    if stories:
        yield '<nav aria-label="Contents">\n<ol>'
        for story, anchor in zip(stories, anchors, strict=True):
            about = _joined(story.date, story.company)
            aside = f' <span class="quiet">{about}</span>' if about else ""
            name = f'<span class="title">{_text(story.title)}</span>'
            yield f'<li><a href="#{escape(anchor)}">{name}{aside}</a></li>'
        yield "</ol>\n</nav>"
    yield "</header>"


def _counted(number: int) -> str:
    return f"{number} stor{'y' if number == 1 else 'ies'}"


def _article(story: Story, anchor: str, level: int) -> Iterator[str]:
    """A story under a heading of this level."""
    yield f'<article id="{escape(anchor)}">'
    yield f"<h{level}>{_text(story.title)}</h{level}>"
    status = "" if story.status == "ready" else story.status
    about = _joined(story.date, story.role, story.company, status)
    if about:
        yield f'<p class="quiet">{about}</p>'
    for name, values in (("Competencies", story.competencies), ("Tags", story.tags)):
        if values:
            yield f'<p class="quiet">{name}: {_joined(*values)}</p>'
    for part in story.parts:
        yield from _part(part, level + 1)
    if story.answers:
        yield f'<section>\n<h{level + 1} class="label">Questions it answers</h{level + 1}>\n<ul>'
        yield from (f"<li>{_text(answer)}</li>" for answer in story.answers)
        yield "</ul>\n</section>"
    if level > 1:
        yield '<p class="up"><a href="#top">Contents</a></p>'
    yield "</article>"


def _part(part: Part, level: int) -> Iterator[str]:
    yield "<section>"
    if name := label(part):
        yield f'<h{level} class="label">{_text(name)}</h{level}>'
    yield f"{markdown_html(part.text, level)}</section>"


def markdown_html(text: str, level: int) -> str:
    """An author's Markdown as HTML, safe to show wherever it came from; its headings are below
    `level`."""
    tokens = parsed(visible(text))
    for token in tokens:
        _tame(token, level)
    return str(parser().renderer.render(tokens, parser().options, {}))


def _tame(token: Token, level: int) -> None:
    """Take from a token, and those in it, whatever is neither text nor structure."""
    kept: dict[str, str | int | float] = {}
    if token.type in ("heading_open", "heading_close"):
        token.tag = f"h{min(int(token.tag[1:]) + level, 6)}"
    elif token.type == "link_open" and address(token):
        kept = {"href": address(token), "rel": "noopener noreferrer nofollow"}
    elif token.type == "ordered_list_open":
        kept = {name: value for name, value in token.attrs.items() if name == "start"}
    elif token.type == "image":
        token.content = plain([token])
        token.type, token.tag, token.children = "text", "", None
    token.attrs = kept
    token.info = ""
    for child in token.children or []:
        _tame(child, level)


def _joined(*texts: str) -> str:
    return ", ".join(_text(text) for text in texts if text)


def _text(text: str) -> str:
    return escape(visible(text), quote=False)
