"""What may be asked next of a story, and what supports it: a page and JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from kb.domain import StoryCard
from kb.render.layout import Page, clean, pad

if TYPE_CHECKING:
    from kb.portfolio.probing import Probed

INDENT = " " * 10
WORDS = {"no": "open", "perhaps": "perhaps", "yes": "yes"}
STYLE = {"no": "warning", "perhaps": "stretch", "yes": "workable"}
QUOTED = 160


class _Probing(Protocol):
    """As `kb.planning.probing` has it."""

    @property
    def story(self) -> StoryCard: ...
    @property
    def questions(self) -> Sequence[str]: ...
    @property
    def found(self) -> Sequence[Probed]: ...


def probing_text(probing: _Probing, count: int, page: Page) -> str:
    """The first `count` questions, each with what is missing and the line that answers it."""
    lines = page.wrap(f"\u201c{clean(probing.story.title)}\u201d: what may be asked next.")
    shown = probing.found[:count]
    for one in shown:
        lines += ["", *_probed(one, probing.story.path, page)]
    states = [one.state for one in probing.found]
    said = [f"{states.count(name)} {word}" for name, word in WORDS.items() if name in states]
    more = len(probing.found) - len(shown)
    rest = f" ({len(shown)} shown)" if more else ""
    lines += ["", *page.wrap(f"Of {len(states)} questions: {', '.join(said)}{rest}.")]
    return "\n".join(lines)


def _probed(one: Probed, path: str, page: Page) -> Iterator[str]:
    head = page.style(pad(WORDS[one.state], len(INDENT)), STYLE[one.state])
    first, *rest = page.wrap(clean(one.question), INDENT, INDENT)
    yield head + first[len(INDENT) :]
    yield from rest
    if one.said:
        yield from page.wrap(clean(one.said), INDENT, INDENT)
    if one.line is not None:
        text = clean(one.line.text)
        if len(text) > QUOTED:
            text = text[:QUOTED].rpartition(" ")[0].rstrip(",;:") + " …"
        yield from page.wrap(f"\u201c{text}\u201d", INDENT, INDENT)
        yield INDENT + page.style(f"{clean(path)}:{one.line.line}", "quiet")


def probing_json(probing: _Probing) -> dict[str, Any]:
    """All of it as an object."""
    return {
        "story": probing.story.id,
        "path": probing.story.path,
        "questions": list(probing.questions),
        "probes": [
            {
                "question": one.question,
                "source": one.source,
                "state": WORDS[one.state],
                "said": one.said,
                "line": one.line.line if one.line else None,
                "text": one.line.text if one.line else "",
            }
            for one in probing.found
        ],
    }
