"""What the portfolio speaks of: frameworks, what a bank covers of the competencies, loops in a
list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from kb.domain import Fit, StoryCard

if TYPE_CHECKING:
    from kb.portfolio.loops import Loop

How = Literal["authored", "inferred", "pinned", ""]


@dataclass(frozen=True, slots=True)
class Principle:
    """One thing that a framework looks for, in a line of our own words.

    competencies: the canonical ids that show it, each with its weight, 0 < w <= 1.
    """

    id: str
    name: str
    line: str
    competencies: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Framework:
    """A company's own list of what it looks for, mapped onto the canonical competencies.

    source: where it was read, and read: when. unofficial: the mapping is ours and not the
    company's. licence: the notice that its source asks for, or "". path: the file it came
    from, "" for one that ships with kb. line: where its id stands in that file.
    """

    id: str
    name: str
    about: str
    source: str
    read: str
    unofficial: bool
    licence: str
    principles: tuple[Principle, ...]
    path: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Cell:
    """How well a story shows a competency: its best fit over the library questions that
    listen for it. how: whence it is known; question: the id of the one it came from, or ""."""

    story: str
    score: float
    fit: Fit
    how: How = ""
    question: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Competencies by stories. A pair without a cell is a gap of score 0.

    stories: all that are not retired, in the order of the index. cells: by (competency, story).
    """

    competencies: tuple[str, ...]
    stories: tuple[StoryCard, ...]
    cells: Mapping[tuple[str, str], Cell] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Listed:
    """A loop of the workspace as it is listed. problem: why its file could not be read, or ""."""

    name: str
    path: str
    loop: Loop
    problem: str = ""
