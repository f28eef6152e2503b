"""A story that is not a file yet, and the JSON in which kb exports and imports stories."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kb.domain import Part, Status

if TYPE_CHECKING:
    from kb.domain import Story

JSON_VERSION = 1


@dataclass(frozen=True, slots=True)
class Draft:
    """What is known of a story before it has a file.

    date: "", "YYYY", "YYYY-MM" or "YYYY-MM-DD". parts: in the order they stand; their lines are
    those of the source. id: the id that the file must name, or "" where its own name gives it.
    """

    title: str
    date: str = ""
    role: str = ""
    company: str = ""
    competencies: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    status: Status = "ready"
    parts: tuple[Part, ...] = ()
    id: str = ""


def draft_of(story: Story) -> Draft:
    """A story as a draft that names its id."""
    return Draft(
        title=story.title,
        date=story.date,
        role=story.role,
        company=story.company,
        competencies=story.competencies,
        tags=story.tags,
        answers=story.answers,
        status=story.status,
        parts=story.parts,
        id=story.id,
    )


def draft_json(draft: Draft) -> dict[str, Any]:
    """One story as an object: every field, also those that are empty."""
    return {
        "id": draft.id,
        "title": draft.title,
        "date": draft.date,
        "role": draft.role,
        "company": draft.company,
        "competencies": list(draft.competencies),
        "tags": list(draft.tags),
        "answers": list(draft.answers),
        "status": draft.status,
        "parts": [{"part": p.kind, "title": p.title, "text": p.text} for p in draft.parts],
    }


def bank_json(drafts: list[Draft]) -> dict[str, Any]:
    """The content of a file of stories, which `kb import` reads back without loss."""
    return {"kb": JSON_VERSION, "stories": [draft_json(draft) for draft in drafts]}
