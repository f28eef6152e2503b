"""What people call the fields of a story, in any case and with any separator."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

from kb.domain import PartKind
from kb.parse.labels import part_kind

FieldKind = Literal[
    "id", "title", "date", "start", "role", "company", "competencies", "tags", "answers",
    "answer", "status", "text", "story", "parts", "label",
]  # fmt: skip
Meaning = FieldKind | PartKind

_FIELDS: dict[FieldKind, str] = {
    "id": "id|slug",
    "title": "title|name|headline|story title|story name|title of story|heading|short title",
    "date": "date|when|year|month|date of event|event date|happened|time frame|timeframe|period",
    "start": "start|start date|started|from|begin|began|start year",
    "role": "role|position|job title|job|role title|my position|your role|title at the time",
    "company": "company|employer|organisation|organization|org|company name|employer name"
    "|workplace|firm|where",
    "competencies": "competencies|competency|competences|competence|skills|skill|themes|theme"
    "|skills shown|skills demonstrated|skills used|key skills|competencies shown|strengths"
    "|competencies demonstrated|soft skills|leadership principles|leadership principle|capabilities"
    "|attributes|qualities",
    "tags": "tags|tag|keywords|keyword|labels|topics|topic|categories|category|technologies"
    "|tech|tech stack|technology",
    "answers": "questions|question|questions answered|question answered|answers questions"
    "|interview question|interview questions|good for|prompt|prompts|answers|use for|used for",
    "answer": "answer|response|my answer|sample answer",
    "status": "status|state",
    "text": "text|body|content|contents|narrative|description|summary|details|full story"
    "|story text|full text",
    "story": "story",
    "parts": "parts|sections|star|star l|starl|car|par|soar|star method|star format|star answer"
    "|fields|properties|star story",
    "label": "part|label|section|key|type",
}
_KNOWN: dict[str, FieldKind] = {
    word: kind for kind, words in _FIELDS.items() for word in words.split("|")
}
_PARTS: dict[str, PartKind] = {
    "obstacle": "task", "obstacles": "task", "complication": "task", "hindrance": "task",
    "what was the situation": "situation", "what was the task": "task", "what did you do": "action",
    "actions i took": "action", "what i achieved": "result", "what was the result": "result",
    "metric": "result", "metrics": "result", "quantified result": "result",
    "quantified impact": "result", "what did you learn": "learning",
    "what would you do differently": "learning",
}  # fmt: skip
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_SEPARATORS = re.compile(r"[\s_./\\-]+")
_BRACKETS = re.compile(r"\s*[(\[][^()\[\]]*[)\]]\s*$")
_NUMBERED = re.compile(r"(?<=[^\W\d_])\s*#?\d{1,2}$")
_LONGEST = 80


def words(name: str) -> str:
    """A field's name as words: "startDate" and "start_date" are "start Date" and "start date"."""
    parted = _CAMEL.sub(" ", name) if " " not in name.strip() else name
    return _SEPARATORS.sub(" ", parted).strip(" *:#?\u00a0")


def shown(name: str) -> str:
    """A field's name as a label: its words, the first with a capital."""
    text = words(name)
    return text[:1].upper() + text[1:]


@lru_cache(maxsize=1024)
def meaning(name: str) -> Meaning | None:
    """What a field of this name holds, or None. Parts come first, but "my role" may be either."""
    if len(name) > _LONGEST:
        return None
    plain = _BRACKETS.sub("", words(name)).casefold().replace("’", "'")
    for prefix in ("", "the ", "my ", "your ", "star "):
        bare = plain.removeprefix(prefix)
        if bare in _KNOWN:
            return _KNOWN[bare]
        if bare in _PARTS:
            return _PARTS[bare]
    marked = _NUMBERED.sub("", _CAMEL.sub(" ", name).replace("_", " "))
    return part_kind(marked, "task") or part_kind(plain.removeprefix("star "), "task")
