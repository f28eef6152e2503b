"""Lists of stories and questions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kb.domain import QuestionCard, StoryCard
from kb.render.layout import Page, clean, columns, pad
from kb.render.matches import card_json


def story_list(cards: Sequence[StoryCard], page: Page, competency: str = "") -> str:
    """A line a story: id, title, date, and what is not ordinary about it.

    competency: the one that was filtered by; stories for which it was not
    authored but inferred say so.
    """
    if not cards:
        return ""
    wide = page.width or 10_000
    left = min(max(columns(c.id) for c in cards), wide * 2 // 5)
    lines = []
    for card in cards:
        name = pad(page.cut(card.id, left), left)
        room = wide - left - 2 - (columns(card.date) + 2 if card.date else 0)
        title = page.cut(_note(card, competency) + clean(card.title), room)
        lines.append(page.sides(f"{name}  {title}", card.date).rstrip())
    return "\n".join(lines)


def _note(card: StoryCard, competency: str) -> str:
    notes = [] if card.status == "ready" else [str(card.status)]
    if card.stale:
        notes.append("stale")
    if competency and competency not in card.competencies:
        notes.append("inferred")
    return f"({', '.join(notes)}) " if notes else ""


def story_list_json(
    cards: Sequence[StoryCard], inferred: Mapping[str, tuple[str, ...]]
) -> list[dict[str, Any]]:
    """The same as objects, with the competencies that kb infers beside the authored ones."""
    return [{**card_json(c), "inferred": list(inferred.get(c.id, ()))} for c in cards]


def question_list(cards: Sequence[QuestionCard], page: Page) -> str:
    """The guides' questions under their guide's file."""
    lines: list[str] = []
    path = ""
    for card in cards:
        if card.path != path:
            path = card.path
            lines += ["", page.style(clean(path), "title")]
        stale = " (stale)" if card.stale else ""
        lines += page.wrap(clean(card.text) + stale, "    ", "  ")
    return "\n".join(lines).lstrip("\n")


def question_list_json(cards: Sequence[QuestionCard]) -> list[dict[str, Any]]:
    """The same as objects."""
    return [
        {
            "id": c.id,
            "text": c.text,
            "guide": c.guide,
            "path": c.path,
            "line": c.line,
            "stale": c.stale,
            "competencies": list(c.competencies),
        }
        for c in cards
    ]
