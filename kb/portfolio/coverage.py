"""What a bank covers of the competencies, or of a framework's principles, and how it is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from kb.portfolio.types import Cell, Framework, Principle, Table

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date

    from kb.domain import Fit, StoryCard

WORDS: Final[tuple[Fit, ...]] = ("gap", "stretch", "workable", "strong")
FITTING: Final = frozenset({"strong", "workable"})
# Of less weight than this a competency is a side of a principle: its fits count a word less.
SIDE: Final = 0.7
# Years: coaches ask for stories of the last two or three, and doubt those over five.
FRESH_YEARS: Final = 3
STALE_YEARS: Final = 5
CORE: Final = (8, 12)  # stories that are enough, when they are the right ones
COLUMNS: Final = 60  # stories of a heat map; more cannot be read


@dataclass(frozen=True, slots=True)
class Row:
    """A competency or principle. fitting: how many stories fit it, workably or better. best,
    second: the two best stories that are no gap, or None."""

    id: str
    name: str
    fitting: int
    best: Cell | None = None
    second: Cell | None = None

    @property
    def fit(self) -> Fit:
        """That of the best story."""
        return self.best.fit if self.best else "gap"

    @property
    def only(self) -> bool:
        """Whether one story alone answers it."""
        return self.fitting == 1


@dataclass(frozen=True, slots=True)
class Health:
    """How a bank is as a whole. Counts are of stories that are not retired; fresh and stale of
    those with a date, undated of those without. strong: strong for some competency. failure:
    the stories that fit `failure`, best first. numbers: with a number in the Result, None where
    that is not known."""

    stories: int
    drafts: int
    fresh: int
    stale: int
    undated: int
    strong: int
    failure: tuple[str, ...]
    numbers: int | None


@dataclass(frozen=True, slots=True)
class HeatRow:
    """A row of a heat map: a cell for each of its stories, None for a gap."""

    id: str
    name: str
    cells: tuple[Cell | None, ...]

    @property
    def fits(self) -> tuple[Fit, ...]:
        """The word of each cell."""
        return tuple(cell.fit if cell else "gap" for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Heat:
    """A heat map. left_out: how many stories have no column."""

    stories: tuple[StoryCard, ...]
    rows: tuple[HeatRow, ...]
    left_out: int


def rows(table: Table, framework: Framework | None = None) -> tuple[Row, ...]:
    """A row for each competency, or each principle of a framework, gaps first: by the word of
    the best story, then by how many fit; equals in their own order."""
    found = [_row(*_cells(table, one)) for one in _subjects(table, framework)]
    return tuple(sorted(found, key=lambda row: (WORDS.index(row.fit), row.fitting)))


def heat(table: Table, framework: Framework | None = None, *, most: int = COLUMNS) -> Heat:
    """The heat map of a table, rows in their own order; the stories are those that show the
    most, at most `most`, in the order of the table."""
    subjects = [_cells(table, one) for one in _subjects(table, framework)]
    worth: dict[str, float] = dict.fromkeys((card.id for card in table.stories), 0.0)
    for _, _, cells in subjects:
        for place, cell in enumerate(cells):
            worth[cell.story] += cell.score + (len(WORDS) if place == 0 else 0)
    kept = set(sorted(worth, key=lambda story: -worth[story])[:most])
    stories = tuple(card for card in table.stories if card.id in kept)
    found = []
    for name, title, cells in subjects:
        own = {cell.story: cell for cell in cells}
        found.append(HeatRow(name, title, tuple(own.get(card.id) for card in stories)))
    return Heat(stories, tuple(found), len(table.stories) - len(stories))


def gaps_first(heat: Heat, rows: Sequence[Row]) -> Heat:
    """The heat map with its rows in the order of `rows`."""
    order = {row.id: number for number, row in enumerate(rows)}
    return replace(heat, rows=tuple(sorted(heat.rows, key=lambda row: order[row.id])))


def health(table: Table, today: date, numberless: Collection[str] | None) -> Health:
    """How the bank is. numberless: ids of the stories without a number in the Result, None
    where no rule looked for them."""
    ages = [_age(card.date, today) for card in table.stories if card.date]
    strong = {cell.story for cell in table.cells.values() if cell.fit == "strong"}
    _, _, failure = _cells(table, "failure")
    total = len(table.stories)
    without = None if numberless is None else sum(c.id in numberless for c in table.stories)
    return Health(
        stories=total,
        drafts=sum(card.status == "draft" for card in table.stories),
        fresh=sum(age < 12 * FRESH_YEARS for age in ages),
        stale=sum(age > 12 * STALE_YEARS for age in ages),
        undated=total - len(ages),
        strong=len(strong),
        failure=tuple(cell.story for cell in failure if cell.fit in FITTING),
        numbers=None if without is None else total - without,
    )


Subject = str | Principle
Named = tuple[str, str, "Sequence[Cell]"]


def _subjects(table: Table, framework: Framework | None) -> Sequence[Subject]:
    return framework.principles if framework else table.competencies


def _cells(table: Table, subject: Subject) -> Named:
    """Id, name, and the cells of a competency or principle that are no gap, best first."""
    if isinstance(subject, str):
        parts: tuple[tuple[str, float], ...] = ((subject, 1.0),)
        name = title = subject
    else:
        parts, name, title = subject.competencies, subject.id, subject.name
    best: dict[str, Cell] = {}
    for competency, weight in parts:
        for card in table.stories:
            cell = table.cells.get((competency, card.id))
            if cell is None:
                continue
            cell = _weighed(cell, weight)
            if cell.fit != "gap" and _rank(cell) > _rank(best.get(card.id)):
                best[card.id] = cell
    return name, title, sorted(best.values(), key=_rank, reverse=True)


def _weighed(cell: Cell, weight: float) -> Cell:
    """A cell as it counts for a principle."""
    fit = cell.fit if weight >= SIDE else WORDS[max(0, WORDS.index(cell.fit) - 1)]
    return Cell(cell.story, cell.score * weight, fit, cell.how, cell.question)


def _rank(cell: Cell | None) -> tuple[int, float]:
    return (WORDS.index(cell.fit), cell.score) if cell else (-1, 0.0)


def _row(name: str, title: str, cells: Sequence[Cell]) -> Row:
    fitting = sum(cell.fit in FITTING for cell in cells)
    first, second = (*cells[:2], None, None)[:2]
    return Row(name, title, fitting, first, second)


def _age(dated: str, today: date) -> int:
    """The age in months of a date, YYYY, YYYY-MM or YYYY-MM-DD; a year counts from its middle."""
    year, month = int(dated[:4]), int(dated[5:7] or 6)
    return (today.year - year) * 12 + today.month - month
