"""What is kept of stories, questions, passages and findings, as rows of the tables."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kb.domain import Finding, Guide, Part, Passage, Question, Story

Row = dict[str, Any]


def parts_text(parts: Sequence[Part]) -> str:
    """Parts as one Markdown text, each under its own label as written."""
    pieces = []
    for part in parts:
        label = part.title or (part.kind.capitalize() if part.kind not in {"text", "point"} else "")
        pieces.append(f"**{label}**: {part.text}" if label else part.text)
    return "\n\n".join(pieces)


def story_row(story: Story) -> Row:
    """Of `stories`."""
    return {
        "id": story.id, "title": story.title, "date": story.date,
        "year": int(story.date[:4]) if story.date else None,
        "role": story.role, "company": story.company, "status": story.status,
        "competencies": json.dumps(story.competencies), "tags": json.dumps(story.tags),
        "answers": json.dumps(story.answers), "text": parts_text(story.parts),
        "path": story.path, "line": story.line, "stale": 0,
    }  # fmt: skip


def finding_row(finding: Finding) -> Row:
    """Of `findings`."""
    return {
        "severity": finding.severity, "rule": finding.rule, "message": finding.message,
        "hint": finding.hint, "path": finding.path, "line": finding.line,
        "words": finding.words, "story": finding.story,
    }  # fmt: skip


def question_row(guide: Guide, question: Question, position: int) -> Row:
    """Of `questions`; position: its place in the guide."""
    concept = question.concept
    return {
        "id": question.id, "text": question.text, "guide": guide.id,
        "category": question.category, "concept": concept.text if concept else "",
        "concept_line": concept.line if concept else 0,
        "competencies": json.dumps(question.competencies), "path": guide.path,
        "line": question.line, "position": position, "stale": 0,
    }  # fmt: skip


def passage_row(
    passage: Passage,
    *,
    story: str | None = None,
    question: str | None = None,
    guide: str | None = None,
) -> Row:
    """Of `passages`."""
    return {
        "id": passage.id, "kind": passage.kind, "part": passage.part, "text": passage.text,
        "line": passage.line, "story": story, "question": question, "guide": guide,
    }  # fmt: skip


def under(guide: Guide, question: Question) -> dict[str, list[Row]]:
    """table -> rows, without ids, of what stands under a question."""
    return {
        "variants": [{"text": v.text, "line": v.line} for v in question.variants],
        "examples": [
            {"name": e.name, "text": parts_text(e.parts), "line": e.line} for e in question.examples
        ],
        "practices": [
            {"title": p.title, "text": p.text, "line": p.line} for p in question.practices
        ],
        "follow_ups": [{"text": f.text, "line": f.line} for f in question.follow_ups],
        "notes": [
            {"title": n.title, "text": n.text, "guide": guide.id, "line": n.line}
            for n in question.notes
        ],
    }
