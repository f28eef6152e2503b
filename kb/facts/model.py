"""What the ledger holds: numbers, what their owner confirmed, and what disagrees."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from kb.domain import Finding, PartKind
    from kb.figures import Figure

State = Literal["open", "confirmed", "contradicts", "cannot confirm"]


@dataclass(frozen=True, slots=True)
class Entry:
    """What the owner keeps of a number, in the file `path` from `line` on.

    fact: words that say what it is of. value: as it is written; figure: what it says, of no
    unit where it is a bare number. source: where it comes from, or "".
    cannot_confirm: the owner looked and found no source. story: the id of the only story it
    speaks of, or "".
    """

    fact: str
    value: str
    path: str
    line: int
    figure: Figure
    source: str = ""
    cannot_confirm: bool = False
    story: str = ""
    note: str = ""

    @property
    def place(self) -> str:
        """`path:line`."""
        return f"{self.path}:{self.line}"


@dataclass(frozen=True, slots=True)
class Confirmed:
    """The entries of a facts file in the order they stand, and what is wrong with it."""

    entries: tuple[Entry, ...] = ()
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Fact:
    """A number of a story, where it stands, and what its owner says of it.

    story, title, company: of the story. sentence: without markup; figure: its place is that
    in the sentence. line: where the figure stands. entry: the one that speaks of it, and
    source what it gives as source. An open fact may have an entry, which names no source yet.
    """

    story: str
    title: str
    company: str
    part: PartKind | Literal["title"]
    path: str
    line: int
    figure: Figure
    sentence: str
    state: State = "open"
    source: str = ""
    entry: Entry | None = None

    @property
    def place(self) -> str:
        """`path:line`."""
        return f"{self.path}:{self.line}"


@dataclass(frozen=True, slots=True)
class Conflict:
    """Tellings of one fact with values that do not agree, in the order of the ledger.

    about: the words by which they were taken for one fact, as the first of them has them.
    """

    facts: tuple[Fact, ...]
    about: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ledger:
    """Every number of some stories. unused: the entries that speak of none of them."""

    facts: tuple[Fact, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    unused: tuple[Entry, ...] = ()

    @property
    def contradicting(self) -> tuple[Fact, ...]:
        """The facts that are not what an entry says."""
        return tuple(fact for fact in self.facts if fact.state == "contradicts")
