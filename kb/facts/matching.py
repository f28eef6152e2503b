"""Which entry speaks of which figure, and what that makes of it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from kb.facts.comparing import Told, comparable
from kb.facts.context import describe
from kb.facts.values import agree
from kb.facts.words import content, stem
from kb.figures import Figure, find_figures

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    from kb.facts.context import About
    from kb.facts.model import Entry, Fact, State

PLACE: Final = "…"
AGREES: Final = 0.6  # the share of an entry's words, by rarity, that a figure must be told with
AGREES_HERE: Final = 0.4  # ... where the entry names the story
DENIES: Final = 0.7  # the share that another value needs to be a contradiction
DENIES_HERE: Final = 0.5  # ... where the entry names the story, in which nothing else bears it out
COPIED: Final = 0.9  # ... or the share that it needs of all words of the sentence
EVIDENCE: Final = 3.6  # how much they must say where the entry names no story


@dataclass(frozen=True, slots=True)
class _Said:
    """An entry with its words, what they weigh together, and what else it says."""

    entry: Entry
    words: frozenset[str]
    weight: float
    about: About


@dataclass(frozen=True, slots=True)
class _Match:
    """An entry that speaks of a figure. share: of its words; off: how far its value is from the
    figure's; same: no further than rounding goes."""

    said: _Said
    share: float
    off: float
    same: bool

    @property
    def rank(self) -> tuple[bool, float, float, bool, float, int]:
        """The best match is the largest: the value first, then the words, then the source."""
        entry = self.said.entry
        known = bool(entry.source or entry.cannot_confirm)
        return self.same, -self.off, self.share, known, self.said.weight, -entry.line


def match(
    told: Sequence[Told], entries: Iterable[Entry], rarity: Callable[[str], float]
) -> tuple[list[Told], tuple[Entry, ...]]:
    """The figures with what the entries say of them, and the entries that speak of none."""
    table = _Table(entries, rarity)
    found = [table.matches(one) for one in told]
    spoken = _Spoken(zip(told, found, strict=True))
    stated = [
        replace(one, fact=spoken.stated(one, matches))
        for one, matches in zip(told, found, strict=True)
    ]
    used = {one.fact.entry for one in stated} | {entry for entry, _ in spoken.same}
    return stated, tuple(said.entry for said in table.said if said.entry not in used)


class _Spoken:
    """What all matches say together of each entry in each story.

    same: the first figure that bears an entry out; nearest: the words and the value of the
    figure that comes nearest to it where none does.
    """

    def __init__(self, matched: Iterable[tuple[Told, Sequence[_Match]]]) -> None:
        self.same: dict[tuple[Entry, str], Told] = {}
        self.nearest: dict[tuple[Entry, str], tuple[float, float]] = {}
        for one, matches in matched:
            for found in matches:
                key = found.said.entry, one.fact.story
                if found.same:
                    self.same.setdefault(key, one)
                else:
                    near = found.share, -found.off
                    self.nearest[key] = max(near, self.nearest.get(key, near))

    def stated(self, one: Told, matches: Collection[_Match]) -> Fact:
        """The fact of a figure as its best match has it."""
        for found in sorted(matches, key=lambda m: m.rank, reverse=True):
            entry = found.said.entry
            if found.same:
                state: State = "confirmed" if entry.source else "open"
                state = "cannot confirm" if entry.cannot_confirm else state
                return replace(one.fact, state=state, source=entry.source, entry=entry)
            if entry.source and not entry.cannot_confirm and self._denied(one, found):
                return replace(one.fact, state="contradicts", source=entry.source, entry=entry)
        return one.fact

    def _denied(self, one: Told, found: _Match) -> bool:
        """Whether a figure is the one that an entry speaks of, with another value."""
        key = found.said.entry, one.fact.story
        if key in self.same:
            return found.share >= DENIES and comparable(one, self.same[key])
        return (found.share, -found.off) == self.nearest[key]


class _Table:
    """Entries by story and unit, or by unit and the words without which none of them matches."""

    def __init__(self, entries: Iterable[Entry], rarity: Callable[[str], float]) -> None:
        self.rarity = rarity
        self.said = [self._read(entry) for entry in entries]
        self._here: dict[tuple[str, str], list[_Said]] = defaultdict(list)
        self._any: dict[tuple[str, str], list[_Said]] = defaultdict(list)
        for said in self.said:
            kind = _kind(said.entry.figure)
            if said.entry.story:
                self._here[said.entry.story, kind].append(said)
                continue
            for word in self._needed(said):
                self._any[word, kind].append(said)

    def _read(self, entry: Entry) -> _Said:
        before, after = split(entry.fact)
        text = f"{before}{entry.value}{after}"
        start, end = len(before), len(before) + len(entry.value)
        found = find_figures(text)
        own = next((n for n, f in enumerate(found) if f.start < end and start < f.end), -1)
        if own < 0:
            found, own = (Figure("number", 0.0, "", entry.value, start, end),), 0
        about = describe(text, found)[own]
        words = frozenset(word for word, _ in about.words) | _unit(entry.figure)
        return _Said(entry, words, sum(map(self.rarity, words)), about)

    def _needed(self, said: _Said) -> Iterator[str]:
        """Words of which a text must have one, or it has not enough of the entry's."""
        left = said.weight
        for word in sorted(said.words, key=lambda w: (-self.rarity(w), w)):
            yield word
            left -= self.rarity(word)
            if left < AGREES * said.weight:
                return

    def matches(self, one: Told) -> list[_Match]:
        """The entries that speak of a figure."""
        if not self.said:
            return []
        fact, kind = one.fact, _kind(one.fact.figure)
        unit = _unit(fact.figure)
        words = unit.union(content("\n".join((fact.title, one.before, fact.sentence))))
        found = list(self._here.get((fact.story, kind), ()))
        for word in sorted(words):
            found += self._any.get((word, kind), ())
        return [
            m
            for said in dict.fromkeys(found)
            if (m := self._match(said, one, words, one.near | unit)) is not None
        ]

    def _match(
        self, said: _Said, one: Told, words: frozenset[str], near: frozenset[str]
    ) -> _Match | None:
        figure, value = one.fact.figure, said.entry.figure
        if not _one_role(one.about, said.about):
            return None
        approximate = one.about.approximate or said.about.approximate
        same = agree(figure, replace(value, kind=figure.kind), about=approximate)
        both = said.words & (words if same else near)
        weight = sum(map(self.rarity, both))
        share = weight / said.weight if said.words else float(same)
        off = abs(figure.value - value.value) / max(abs(figure.value), abs(value.value), 1e-9)
        found = _Match(said, share, round(off, 6), same)
        loosely = same and bool(said.entry.story)
        if not _one_unit(figure, value, said.words, bare=loosely):
            return None
        if same:
            return found if share >= (AGREES_HERE if said.entry.story else AGREES) else None
        if said.entry.story:
            told = sum(map(self.rarity, said.words & words)) / (said.weight or 1.0)
            enough = share >= DENIES_HERE or told >= COPIED
        else:
            enough = share >= DENIES and weight >= EVIDENCE
        beside = any(
            f.kind == value.kind and agree(f, value, about=False) for f in one.about.sentence
        )
        return found if enough and not beside and _denies(one.about, said.about) else None


def split(fact: str) -> tuple[str, str]:
    """An entry's words before its value and after it: a mark keeps the place, or it is last."""
    before, mark, after = fact.replace("...", PLACE).partition(PLACE)
    return (before, after) if mark else (f"{fact} ", "")


def _unit(figure: Figure) -> frozenset[str]:
    """The noun of what is counted, as a word."""
    counted = figure.kind in ("count", "number") and figure.unit
    return frozenset({stem(figure.unit)}) if counted else frozenset()


def _kind(figure: Figure) -> str:
    """Figures of one kind and unit may be one number; of counts the nouns are looked at later."""
    if figure.kind in ("count", "number"):
        return "count"
    return f"{figure.kind} {figure.unit}"


def _one_unit(figure: Figure, value: Figure, words: Collection[str], *, bare: bool) -> bool:
    """Whether a figure counts what a value counts: a bare number what its words name, or with
    `bare` whatever it is."""
    if _kind(figure) != "count" or figure.unit == value.unit:
        return True
    return not figure.unit or (not value.unit and (bare or stem(figure.unit) in words))


def _one_role(told: About, said: About) -> bool:
    """Whether nothing that an entry says in so many words speaks against a figure."""
    if said.role in ("from", "to", "by") and told.role in ("from", "to", "by"):
        return said.role == told.role
    return not (said.stats and told.stats) or bool(said.stats & told.stats)


def _denies(told: About, said: About) -> bool:
    """Whether another value would be a contradiction, and not another thing told."""
    same = (told.planned, told.bound, told.stats) == (said.planned, said.bound, said.stats)
    if not same or (said.per and told.per != said.per) or (said.when and told.when != said.when):
        return False
    if (told.role == "by") != (said.role == "by") or told.role in ("range", "of", "other"):
        return False
    return not said.phase or not told.phase or said.phase == told.phase
