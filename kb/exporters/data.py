"""Stories as data: JSON that holds all of a story, and a table for spreadsheets."""

from __future__ import annotations

import csv
import json
import re
from io import StringIO
from typing import TYPE_CHECKING, Final

from kb.domain import STAR
from kb.importers.draft import bank_json, draft_of
from kb.importers.write import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kb.domain import Story

COLUMNS: Final = (
    "id", "title", "date", "role", "company", "status", "competencies", "tags", "answers",
    *STAR, "text",
)  # fmt: skip
# What a spreadsheet would take for a formula; and what `harmless` has made of such a cell.
_FORMULA: Final = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")


def json_bank(stories: Sequence[Story]) -> str:
    """The stories as `kb import` reads them back without loss."""
    bank = bank_json([draft_of(story) for story in stories])
    return json.dumps(bank, ensure_ascii=False, indent=2) + "\n"


def csv_table(stories: Sequence[Story]) -> str:
    """A row a story under the names of COLUMNS; rows end with `\\r\\n`, lines in cells with `\\n`.

    Parts of one kind are joined by a blank line; their labels and order are not kept.
    Competencies and tags are joined by commas, answers by line ends.
    """
    out = StringIO(newline="")
    table = csv.writer(out, lineterminator="\r\n")
    table.writerow(COLUMNS)
    for story in stories:
        table.writerow([harmless(clean(cell)) for cell in _row(story)])
    return out.getvalue()


def harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula: with an apostrophe before it if need be.

    One that begins with apostrophes before such a sign gets one more, so that taking one away
    from each cell that looks so gives back what was there.
    """
    return f"'{cell}" if _FORMULA.match(cell) else cell


def _row(story: Story) -> list[str]:
    texts: dict[str, list[str]] = {kind: [] for kind in (*STAR, "text")}
    for part in story.parts:
        texts[part.kind if part.kind in STAR else "text"].append(part.text)
    return [
        story.id,
        story.title,
        story.date,
        story.role,
        story.company,
        story.status,
        ", ".join(story.competencies),
        ", ".join(story.tags),
        "\n".join(story.answers),
        *("\n\n".join(rows) for rows in texts.values()),
    ]
