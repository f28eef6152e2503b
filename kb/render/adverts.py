"""What a job advert asks for, as a page and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from kb.render.layout import Page, clean, pad

if TYPE_CHECKING:
    from kb.portfolio.adverts import Expected, Study

INDENT = " " * 11
QUOTED = 150  # characters of a sentence that are shown
NOTHING = "Nothing in it asks for a competency that kb knows. Is it a job advert, in English?"
UNCALIBRATED = "Fit words are not calibrated for this model."


def study_text(study: Study, page: Page) -> str:
    """The competencies, each with its sentence, its question and the story for it."""
    if not study.expected:
        return "\n".join(page.wrap(NOTHING))
    count = len(study.expected)
    name = f"{clean(study.title)}: " if study.title else ""
    what = "1 competency" if count == 1 else f"{count} competencies"
    lines = page.wrap(f"{name}{what}, strongest first.")
    for one in study.expected:
        lines += ["", *_expected(one, page)]
    if not study.stories:
        end = "There are no stories yet. Write one in personal/, then run: kb build"
    else:
        fits = [one.fit for one in study.expected]
        words = ("strong", "workable", "stretch", "gap")
        said = [f"{fits.count(word)} {word}" for word in words if word in fits]
        end = f"Your stories for these: {', '.join(said)}."
    lines += ["", *page.wrap(end)]
    if not study.calibrated:
        lines += page.wrap(UNCALIBRATED)
    return "\n".join(lines)


def _expected(one: Expected, page: Page) -> Iterator[str]:
    yield page.style(one.demand.competency, "title")
    said = _cut(clean(one.demand.said.text))
    yield from page.wrap(f"\u201c{said}\u201d", INDENT, pad("  says", len(INDENT)))
    yield from page.wrap(clean(one.question), INDENT, pad("  asks", len(INDENT)))
    head = "  " + page.style(pad(one.fit, len(INDENT) - 2), one.fit)
    if one.story is None:
        yield head + "no story answers it yet"
    else:
        title = page.cut(clean(one.story.title), max(20, page.width - len(INDENT) - 10))
        date = page.style(clean(one.story.date), "quiet") if one.story.date else ""
        yield head + title + (f"  {date}" if date else "")


def _cut(text: str) -> str:
    return text if len(text) <= QUOTED else text[:QUOTED].rpartition(" ")[0].rstrip(",;:") + " …"


def saved_text(path: str, name: str, page: Page) -> str:
    """That a loop was written, and what to do with it."""
    return "\n".join(page.wrap(f"Saved: {path}. Edit it, then run: kb loop {name}"))


def study_json(study: Study, saved: str = "") -> dict[str, Any]:
    """The same as an object. saved: the loop's file, or ""."""
    return {
        "title": study.title,
        "sentences": study.sentences,
        "calibrated": study.calibrated,
        "saved": saved,
        "expected": [
            {
                "competency": one.demand.competency,
                "score": round(one.demand.score, 3),
                "sentence": one.demand.said.text,
                "line": one.demand.said.line,
                "question": one.question,
                "question_id": one.question_id,
                "fit": one.fit,
                "story": one.story.id if one.story else None,
            }
            for one in study.expected
        ],
    }
