"""One story or question, as it reads."""

from __future__ import annotations

from typing import Any

from kb.domain import Part, Question, QuestionCard, Story, StoryCard, spoken_seconds
from kb.render.layout import Page, clean
from kb.render.matches import STALE, card_json, practice_text


def spoken(words: int) -> str:
    """How long so many words take to tell, to five seconds."""
    seconds = spoken_seconds(words)
    return f"{seconds} s" if seconds < 60 else f"{seconds // 60} min {seconds % 60:02d} s"


def story_text(story: Story, card: StoryCard, page: Page) -> str:
    """A story with its parts set apart."""
    lines = [page.style(clean(story.title), "title")]
    about = [story.date, story.role, story.company]
    if story.status != "ready":
        about.append(story.status)
    if card.stale:
        about.append(STALE)
    said = ", ".join(clean(t) for t in about if t)
    if said:
        lines += page.wrap(said)
    lines += _listed("Competencies", story.competencies, page)
    lines += _listed("Tags", story.tags, page)
    lines += _listed("Answers", story.answers, page, "; ")
    for part in story.parts:
        lines += ["", *_part(part, page)]
    words = sum(len(p.text.split()) for p in story.parts)
    lines += ["", page.style(f"{words} words, about {spoken(words)} told aloud", "quiet")]
    lines.append(page.style(clean(f"{story.path}:{story.line}"), "quiet"))
    return "\n".join(lines)


def _listed(label: str, values: tuple[str, ...], page: Page, between: str = ", ") -> list[str]:
    return page.wrap(f"{label}: {clean(between.join(values))}", "  ", "") if values else []


def _part(part: Part, page: Page) -> list[str]:
    named = "" if part.kind in {"text", "point"} else part.kind.capitalize()
    label = part.title if len(part.title) > 1 and part.title != part.title.lower() else named
    head = [page.style(clean(label), "title")] if label else []
    return [*head, *_paragraphs(part.text, page)]


def _paragraphs(text: str, page: Page, indent: str = "") -> list[str]:
    """Text as it stands, long lines wrapped; code fences are left alone."""
    lines: list[str] = []
    fenced = False
    for line in clean(text).splitlines():
        if line.lstrip().startswith(("```", "~~~")):
            fenced = not fenced
        if fenced or not line.strip() or not page.width:
            lines.append(f"{indent}{line}".rstrip())
            continue
        body = line.lstrip()
        deeper = indent + " " * (len(line) - len(body))
        hang = deeper + ("  " if body.startswith(("- ", "* ")) else "")
        lines += page.wrap(body, hang, deeper)
    return lines


def question_text(question: Question, card: QuestionCard, page: Page) -> str:
    """A question of a guide with everything that stands under it."""
    lines = page.wrap(page.style(clean(question.text), "title"))
    if card.stale:
        lines += page.wrap(f"({STALE})")
    lines += _listed("Competencies", question.competencies, page)
    lines += _section("Also asked as", [v.text for v in question.variants], page)
    if question.concept:
        lines += ["", page.style("What it assesses", "title")]
        lines += _paragraphs(question.concept.text, page)
    for example in question.examples:
        name = f"Example: {clean(example.name)}" if example.name else "Example"
        lines += ["", page.style(name, "title")]
        for i, part in enumerate(example.parts):
            lines += [*([""] if i else []), *_part(part, page)]
    lines += _section("Good practice", [practice_text(p) for p in question.practices], page)
    lines += _section("Follow-ups", [f.text for f in question.follow_ups], page)
    for note in question.notes:
        head = ["", page.style(clean(note.title), "title")] if note.title else [""]
        lines += [*head, *_paragraphs(note.text, page)]
    lines += ["", page.style(clean(f"{card.path}:{question.line}"), "quiet")]
    return "\n".join(lines)


def _section(title: str, items: list[str], page: Page) -> list[str]:
    if not items:
        return []
    lines = ["", page.style(title, "title")]
    for item in items:
        lines += page.wrap(clean(item), "  ", "- ")
    return lines


def story_json(story: Story, card: StoryCard) -> dict[str, Any]:
    """A story as an object."""
    return {
        **card_json(card),
        "line": story.line,
        "answers": list(story.answers),
        "parts": [
            {"part": p.kind, "title": p.title, "text": p.text, "line": p.line} for p in story.parts
        ],
    }


def question_json(question: Question, card: QuestionCard) -> dict[str, Any]:
    """A question as an object."""
    return {
        "id": question.id,
        "text": question.text,
        "guide": question.guide,
        "path": card.path,
        "stale": card.stale,
        "line": question.line,
        "competencies": list(question.competencies),
        "variants": [v.text for v in question.variants],
        "concept": question.concept.text if question.concept else "",
        "examples": [
            {
                "name": e.name,
                "line": e.line,
                "parts": [{"part": p.kind, "title": p.title, "text": p.text} for p in e.parts],
            }
            for e in question.examples
        ],
        "practices": [{"title": p.title, "text": p.text} for p in question.practices],
        "follow_ups": [f.text for f in question.follow_ups],
        "notes": [{"title": n.title, "text": n.text} for n in question.notes],
    }
