"""What each page shows, worked out of the bank in a thread: plain values for the templates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlencode

import numpy as np
from markupsafe import Markup

from kb.errors import KBError
from kb.history import history
from kb.journal import read, same_question
from kb.match import is_question
from kb.render.history import event_words
from kb.suggest import suggest_from
from kb.web import portfolio
from kb.web.marks import highlighted, markdown

if TYPE_CHECKING:
    from datasette.app import Datasette

    from kb.domain import Finding, Part, StoryCard, StoryMatch
    from kb.journal import Entry
    from kb.match import Matcher
    from kb.web.bank import Bank

MARGIN: Final = 4  # of the map, in hundredths of its width
FITS: Final = ("gap", "stretch", "workable", "strong")
GRAVE: Final = ("error", "warning", "info")
SUGGESTED: Final = 6
BEST: Final = 5
NEIGHBOURS: Final = 3
# Cosine of two whole stories from which they tell much the same: the nearest of the sample
# stories and of four judged banks lie below it, the same event told twice above.
MUCH_THE_SAME: Final = 0.8


@dataclass(frozen=True, slots=True)
class Paths:
    """Paths of our pages within the instance, whatever its base_url is."""

    datasette: Datasette

    def of(self, page: str, **query: str) -> str:
        """The path of `match`, `map`, `pin` or the like, with a query."""
        path = self.datasette.urls.path(f"/-/{page}")
        return f"{path}?{encoded(query)}" if query else str(path)

    def story(self, owner: str, asked: str = "") -> str:
        """A story's page."""
        return self.of(f"story/{quote(owner)}", **({"q": asked} if asked else {}))

    def question(self, owner: str) -> str:
        """A question's page."""
        return self.of(f"question/{quote(owner, safe='/')}")


@dataclass(frozen=True, slots=True)
class Point:
    """A place on the map, x and y from 0 to 100, and what is there."""

    x: float
    y: float
    kind: str
    id: str
    text: str


def encoded(query: Mapping[str, str]) -> str:
    """A query string."""
    return urlencode(query)


def home(bank: Bank) -> dict[str, Any]:
    """The bank at a glance."""
    with bank.reading() as reader:
        cards = reader.story_cards()
        use, missing = reader.competency_use(), portfolio.missing(bank, reader)
        return {
            "statuses": Counter(card.status for card in cards).most_common(),
            "stories": sorted(cards, key=lambda c: (c.date, c.id), reverse=True),
            "missing": [competency for competency, _ in use if competency.id in missing],
            "last": reader.last_build(),
            "findings": [f for f in reader.findings() if not f.story],
            "weak": len({f.story for f in reader.findings() if f.story and f.severity != "info"}),
        }


def story(bank: Bank, owner: str, asked: str) -> dict[str, Any] | None:
    """A story, what it answers, and what is near to it; None where there is none."""
    with bank.reading() as reader:
        found = reader.story(owner)
        if found is None:
            return None
        card = next(c for c in reader.story_cards() if c.id == owner)
        shown: dict[str, Any] = {
            "story": found,
            "card": card,
            "words": sum(len(part.text.split()) for part in found.parts),
            "inferred": reader.inferred().get(owner, ()),
            "findings": [f for f in reader.findings() if _is_of(f, owner, found.path)],
            "events": [(e.day, event_words(e)) for e in history(_entries(bank), owner)],
            "pinned": list(found.answers),
            "suggested": (),
            "neighbours": (),
            "marked": (),
        }
    with suppress(KBError):  # without a model a story is still there to be read
        shown |= _around(bank, card, asked if is_question(asked) else "")
    beside = _by_part(shown["findings"], found.parts)
    shown["notes"] = beside.pop(-1, [])
    shown["parts_shown"] = [
        (*_part(part, shown["marked"]), beside.get(number, []))
        for number, part in enumerate(found.parts)
    ]
    return shown


def _is_of(finding: Finding, owner: str, path: str) -> bool:
    """Whether a finding is about a story: by its rules, or by the reading of its file."""
    return finding.story == owner or (not finding.story and finding.path == path)


def _by_part(findings: Iterable[Finding], parts: Sequence[Part]) -> dict[int, list[Finding]]:
    """Which part each finding stands beside, by the part's number; -1 for none of them."""
    found: dict[int, list[Finding]] = {}
    for finding in sorted(findings, key=lambda f: GRAVE.index(f.severity)):
        before = [n for n, part in enumerate(parts) if part.line <= finding.line]
        place = before[-1] if before and finding.story else -1
        found.setdefault(place, []).append(finding)
    return found


def _entries(bank: Bank) -> tuple[Entry, ...]:
    """What the journal says; nothing where it cannot be read."""
    if bank.workspace is None:
        return ()
    try:
        return read(bank.workspace.journal).entries
    except KBError:
        return ()


def _around(bank: Bank, card: StoryCard, asked: str) -> dict[str, Any]:
    """What takes the ranking: questions it answers, neighbours, evidence for what is asked."""
    with bank.matching() as (matcher, _):
        if card.id not in matcher.cards:  # a build came between
            return {}
        table = bank.library_scores(matcher.reader)
        own = [p for p in matcher.pins.said if p.story == card.id and p.question]
        answers = [a for a in card.answers if not any(same_question(a, p.question) for p in own)]
        found = matcher.match(asked, count=0).stories if asked else ()
        marked = next((m for m in found if m.story.id == card.id), None)
        return {
            "pinned": [*answers, *(p.question for p in own if p.pinned)],
            "suggested": suggest_from(matcher, card, table, count=SUGGESTED),
            "neighbours": _neighbours(matcher, card.id),
            "match": marked,
            "marked": tuple(e.text for e in marked.evidence) if marked else (),
        }


def _neighbours(matcher: Matcher, owner: str) -> list[tuple[StoryCard, bool]]:
    """The stories nearest to one, and whether each tells much the same."""
    number = matcher.owners.index(owner)
    whole = matcher.held.outline.whole
    cosines = whole @ whole[number]
    nearest = [n for n in np.argsort(-cosines, kind="stable").tolist() if n != number]
    return [
        (matcher.cards[matcher.owners[n]], bool(cosines[n] >= MUCH_THE_SAME))
        for n in nearest[:NEIGHBOURS]
    ]


def _part(part: Part, marked: tuple[str, ...]) -> tuple[str, str, Markup]:
    """(kind, label, text) of a part."""
    named = "" if part.kind in {"text", "point"} else part.kind.capitalize()
    label = part.title if len(part.title) > 1 and part.title != part.title.lower() else named
    return part.kind, label, highlighted(part.text, marked)


def question(bank: Bank, owner: str) -> dict[str, Any] | None:
    """A question with all that stands under it, and the bank's best stories for it."""
    with bank.reading() as reader:
        found = reader.question(owner)
        if found is None:
            return None
        card = next(iter(reader.question_cards([owner])))
    best: tuple[StoryMatch, ...] = ()
    with suppress(KBError), bank.matching() as (matcher, _):
        best = matcher.match(found.text, count=BEST).stories
    return {
        "question": found,
        "card": card,
        "best": best,
        "examples": [
            (example.name, [_part(part, ()) for part in example.parts])
            for example in found.examples
        ],
        "concept": markdown(found.concept.text) if found.concept else None,
        "practices": [(p.title, markdown(p.text)) for p in found.practices],
        "notes": [(n.title, markdown(n.text)) for n in found.notes],
    }


def plane(bank: Bank) -> dict[str, Any]:
    """The map's points, and of each question the story that answers it best."""
    with bank.reading() as reader:
        arrays = reader.arrays("map.")
        cards = {card.id: card for card in reader.story_cards()}
        asked = {card.id: card for card in reader.question_cards()}
        best = reader.best_fits()
        stories = [(cards[i].title, i) for i in reader.story_ids()]
        questions = [(asked[i].text, i) for i in reader.question_ids()]
    fits = {owner: best[owner].fit if owner in best else "gap" for _, owner in questions}
    rows = [
        (fits[owner], owner, text, cards.get(best[owner].story) if owner in best else None)
        for text, owner in questions
    ]
    rows.sort(key=lambda row: FITS.index(row[0]))
    return {
        "told": _points(arrays.get("stories"), "story", stories),
        "asked": _points(arrays.get("questions"), "question", questions),
        "fits": fits,
        "rows": rows,
    }


def _points(places: np.ndarray | None, kind: str, named: list[tuple[str, str]]) -> list[Point]:
    """From -1..1, y upwards, to the drawing's hundredths, y downwards."""
    if places is None or len(places) != len(named):
        return []
    scale = 50 - MARGIN
    return [
        Point(round(50 + scale * x, 2), round(50 - scale * y, 2), kind, owner, text)
        for (x, y), (text, owner) in zip(places.tolist(), named, strict=True)
    ]
