"""Matches as a page and as JSON."""

from __future__ import annotations

from typing import Any

from kb.domain import MatchResult, Practice, QuestionMatch, StoryCard, StoryMatch
from kb.render.layout import Page, clean, pad
from kb.render.terms import terms_text

STALE = "stale: its file could not be read"
INDENT = " " * 10
# Cosine from which a guide's question has to do with the one asked: on the development
# bank the nearest to any answerable question is above it, that to nonsense below.
GUIDE_LEAST = 0.42
UNCALIBRATED = "Fit words are not calibrated for this model."
NOTHING = "Nothing in the bank fits this question. The nearest:"


def match_text(result: MatchResult, page: Page, *, explain: bool = False) -> str:
    """The answer: the stories, best first, then the guide's nearest question.

    A story that is a gap is only named. explain: with what each score is made of.
    """
    lines: list[str] = []
    for word, read in result.slips:
        lines += [*page.wrap(f"Reading \u201c{clean(word)}\u201d as \u201c{read}\u201d."), ""]
    if result.fit == "gap" and result.stories:
        lines += [*page.wrap(NOTHING), ""]
    for match in result.stories:
        lines += _story(match, page)
        if explain:
            lines += terms_text(match, page, INDENT)
        lines.append("")
    if result.stories and not result.calibrated:
        lines += [*(page.style(line, "quiet") for line in page.wrap(UNCALIBRATED)), ""]
    if result.questions and result.questions[0].score >= GUIDE_LEAST:
        lines += _question(result.questions[0], page)
    while lines and not lines[-1]:
        lines.pop()
    return "\n".join(lines)


def _story(match: StoryMatch, page: Page) -> list[str]:
    card = match.story
    lines = [_head(match, page)]
    if match.fit != "gap":
        about = ", ".join(clean(t) for t in (card.role, card.company) if t)
        lines += page.wrap(about, INDENT) if about else []
    marks = _marks(match)
    lines += page.wrap(f"({', '.join(marks)})", INDENT) if marks else []
    line = 0
    if match.fit != "gap":
        for evidence in match.evidence:
            label = "" if evidence.part in {"", "text"} else f"{evidence.part.capitalize()}: "
            lines += page.wrap(f"{label}\u201c{clean(evidence.text)}\u201d", INDENT)
        lines += page.wrap(_sentence(clean(match.why)), INDENT) if match.why else []
        line = match.evidence[0].line if match.evidence else 0
    place = f"{card.path}:{line}" if line else card.path
    lines.append(INDENT + page.style(clean(place), "quiet"))
    return lines


def _head(match: StoryMatch, page: Page) -> str:
    """Fit, title and, at the right, date."""
    date = match.story.date
    title = page.cut(clean(match.story.title), page.width - len(INDENT) - len(date) - 2)
    line = page.sides(title, date, INDENT)[len(INDENT) :]
    head = page.style(pad(match.fit, len(INDENT)), match.fit)
    return head + page.style(line[: len(title)], "title") + line[len(title) :]


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "?", "\u201d?")) else ".")


def _marks(match: StoryMatch) -> list[str]:
    marks = []
    if match.story.status == "draft":
        marks.append("draft")
    if match.story.stale:
        marks.append(STALE)
    if match.pinned:
        marks.append("pinned")
    return marks


def _question(match: QuestionMatch, page: Page) -> list[str]:
    question = match.question
    lines = page.wrap(f"The guide on \u201c{clean(question.text)}\u201d")
    if question.stale:
        lines += page.wrap(f"({STALE})", "  ")
    for practice in question.practices:
        lines += [_practice(practice, page)]
    lines.append("  " + page.style(f"{clean(question.path)}:{question.line}", "quiet"))
    return lines


def _practice(practice: Practice, page: Page) -> str:
    """A practice in a line: its title, or the start of its text."""
    text = clean(practice.title or practice.text)
    return page.cut(f"  - {' '.join(text.split())}", page.width)


def match_json(result: MatchResult) -> dict[str, Any]:
    """The answer as the object that `kb match --json` prints."""
    return {
        "question": result.question,
        "fit": result.fit,
        "calibrated": result.calibrated,
        "slips": dict(result.slips),
        "stories": [_story_json(m) for m in result.stories],
        "questions": [
            {
                "id": m.question.id,
                "text": m.question.text,
                "path": m.question.path,
                "line": m.question.line,
                "score": round(m.score, 6),
                "practices": [practice_text(p) for p in m.question.practices],
                "stale": m.question.stale,
            }
            for m in result.questions
        ],
    }


def practice_text(practice: Practice) -> str:
    """A practice as one text: its title, if it has one, and what it says."""
    return ": ".join(t for t in (practice.title, practice.text) if t)


def card_json(card: StoryCard) -> dict[str, Any]:
    """What every listing says of a story."""
    return {
        "id": card.id,
        "title": card.title,
        "path": card.path,
        "date": card.date,
        "role": card.role,
        "company": card.company,
        "status": card.status,
        "stale": card.stale,
        "competencies": list(card.competencies),
        "tags": list(card.tags),
    }


def _story_json(match: StoryMatch) -> dict[str, Any]:
    return {
        **card_json(match.story),
        "pinned": match.pinned,
        "fit": match.fit,
        "score": round(match.score, 6),
        "why": match.why,
        "evidence": [{"part": e.part, "text": e.text, "line": e.line} for e in match.evidence],
        "terms": {name: round(value, 4) for name, value in match.terms},
    }
