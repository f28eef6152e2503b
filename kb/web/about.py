"""What Datasette says of the bank's tables: titles, descriptions, facets, saved queries."""

from __future__ import annotations

from typing import Any, Final

from kb.store.queries import SAVED
from kb.store.schema import visible_columns

TABLES: Final[dict[str, dict[str, Any]]] = {
    "stories": {
        "description": "Your stories, one a row, as their files tell them.",
        "columns": {
            "id": "What kb calls it: the front matter's id, or the file's name.",
            "date": "When it happened: a year, a month or a day.",
            "year": "The date's year.",
            "status": "ready, draft, or retired (kept, and matched no more).",
            "competencies": "Those that the file itself names.",
            "answers": "Questions that the file itself says it answers.",
            "text": "All parts, each under its label.",
            "path": "The file, from the workspace.",
            "stale": "1 where the file could not be read since.",
        },
        "facets": ["status", "company", "year", {"array": "competencies"}],
        "label_column": "title",
        "sort_desc": "date",
        "size": 25,
    },
    "questions": {
        "description": "The guides' questions: what may be asked, and what it assesses.",
        "columns": {
            "text": "The question itself; its other wordings are in variants.",
            "guide": "The guide it stands in.",
            "concept": "What the question assesses.",
            "competencies": "What a listener hears in a good answer.",
            "position": "Its place in the guide.",
        },
        "facets": ["guide", {"array": "competencies"}],
        "label_column": "text",
        "size": 25,
    },
    "examples": {
        "description": "The guides' sample answers.",
        "columns": {"name": "Whose answer it is.", "text": "The answer, part by part."},
        "facets": ["question"],
        "label_column": "name",
        "size": 25,
    },
    "practices": {
        "description": "The guides' rules of good practice, by question.",
        "columns": {"title": "The rule in a few words.", "text": "The rule."},
        "label_column": "title",
        "size": 50,
    },
    "variants": {
        "description": "Other wordings of the guides' questions.",
        "columns": {"text": "The wording."},
        "label_column": "text",
    },
    "follow_ups": {
        "description": "What an interviewer asks next.",
        "columns": {"text": "The probe."},
        "label_column": "text",
    },
    "notes": {
        "description": "What the guides say beside all that: kept, and searchable.",
        "columns": {"title": "Its heading.", "text": "What it says."},
        "label_column": "title",
    },
    "guides": {
        "description": "The documents of questions.",
        "columns": {"path": "The file, from the workspace."},
        "label_column": "title",
    },
    "competencies": {
        "description": "What interviewers listen for, in kb's own list.",
        "columns": {"grouping": "The family it belongs to."},
        "facets": ["grouping"],
    },
    "question_fits": {
        "description": "Which stories answer the guides' questions best, as of the last build.",
        "columns": {
            "place": "The story's among the question's, from 1.",
            "fit": "strong, workable, stretch, or gap.",
            "score": "0 to 1.",
            "fitting": "How many stories fit the question at all, strong or workable.",
        },
        "facets": ["fit"],
    },
    "story_competencies": {
        "description": "Which story shows what: as its file says, or as kb infers it.",
        "columns": {
            "source": "authored, or inferred by kb.",
            "score": "Of an inferred one, 0 to 1.",
        },
        "facets": ["competency", "source"],
    },
    "question_competencies": {
        "description": "Which question listens for what.",
        "facets": ["competency"],
    },
    "story_tags": {"description": "The tags of your stories.", "facets": ["tag"]},
    "findings": {
        "description": "What was noticed about your files, and what kb check points out.",
        "columns": {
            "rule": "Which rule said so.",
            "hint": "What to do.",
            "words": "The words it is about.",
            "story": "The story that a rule of kb check speaks of.",
        },
        "facets": ["severity", "rule"],
        "label_column": "message",
    },
    "builds": {
        "description": "Every build that changed the index.",
        "columns": {"embedded": "Passages that were new to the model."},
        "sort_desc": "id",
    },
    "passages": {
        "description": "The pieces of text that are embedded, and found by search.",
        "columns": {"kind": "What the piece is.", "part": "The part of a story, or a name."},
        "facets": ["kind"],
        "label_column": "text",
    },
}
# Columns that say the same in whatever table they stand.
EVERYWHERE: Final = {
    "id": "What kb calls it; it stays when the text changes.",
    "title": "Its title.",
    "text": "What it says.",
    "description": "What it is about.",
    "role": "What you were.",
    "company": "Where it was.",
    "tags": "The file's own tags.",
    "category": "The heading it stands under, where there is one.",
    "message": "What was noticed.",
    "severity": "error, warning or info.",
    "path": "The file, from the workspace.",
    "line": "The line of the file where it begins.",
    "concept_line": "The line of the file where the concept begins.",
    "stale": "1 where the file could not be read since.",
    "question": "The question it belongs to.",
    "story": "The story it belongs to.",
    "guide": "The guide it belongs to.",
    "competency": "The competency's id.",
    "tag": "The tag.",
    "at": "When, in UTC.",
    "seconds": "How long it took.",
    "added": "Files that were new.",
    "changed": "Files that had changed.",
    "removed": "Files that were gone.",
    "unchanged": "Files that were as before.",
    "failed": "Files that could not be read.",
    "stories": "Stories in the index afterwards.",
    "questions": "Questions in the index afterwards.",
    "model": "The embedding model.",
}
# The columns of each table, as the index has them.
COLUMNS: Final[dict[str, tuple[str, ...]]] = visible_columns()
# What a person does not read; Datasette hides the helpers of full-text search by itself.
QUIET: Final = (
    "passages", "question_competencies", "_arrays", "_files", "_library", "_meta", "_parts",
    "_vectors",
)  # fmt: skip


def metadata(database: str) -> dict[str, Any]:
    """The metadata of an instance whose database of this name is the bank."""
    tables = {name: {**about, "columns": _columns(name)} for name, about in TABLES.items()}
    for name in QUIET:
        tables.setdefault(name, {})["hidden"] = True
    return {
        "title": "Your stories",
        "databases": {
            database: {
                "description": "An index of your files: it may be deleted and made anew.",
                "tables": tables,
                "queries": {name: {**query, "hide_sql": True} for name, query in SAVED.items()},
            }
        },
    }


def _columns(table: str) -> dict[str, str]:
    """A sentence for each column, in the table's own order."""
    own = TABLES[table].get("columns", {})
    return {name: own.get(name) or EVERYWHERE[name] for name in COLUMNS[table]}
