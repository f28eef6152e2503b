"""Tellings of one fact that do not agree.

A false alarm costs more than a miss: whatever may tell two things apart (another company, a
percentile, a month, a plan, how it was before) keeps two figures from being compared.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Final

from kb.facts.model import Conflict, Fact
from kb.facts.values import agree
from kb.facts.words import WORD, stem

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from kb.facts.context import About, Phase

NEAR: Final = 0.3  # from here on a word is said of a figure
KEYS: Final = 6  # by how many of its rarest words a figure is looked up
FEW: Final = 16  # of so many figures with a rare word each is compared with each ...
CROWD: Final = 60  # ... of more, those of one company; of more than this, none
TWINS: Final = 0.45  # from here on two stories tell the same event
EVIDENCE: Final = 3.6  # how much the words of both must say, by rarity and nearness
STRANGE: Final = 2.0  # ... and how much more where no company says that it is one place
COVER: Final = 0.55  # which part of all that is said of the two they must be
CHANGE: Final = 3.0  # what it is worth that both changed from the same, or to the same ...
COVER_CHANGE: Final = 0.3  # ... so that less of the other words need be the same
SHOWN: Final = 6  # so many of the words by which two were taken for one are named
ONE_SIDED: Final = 1.5  # what it costs that one names a time and the other none
_SOFT: Final[dict[str, Phase]] = {
    "situation": "before", "task": "before", "result": "after", "learning": "after",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Told:
    """A fact with what its sentence says of it.

    weights: the words said of it, each by its rarity and nearness; near: those near to it.
    before: the sentence before it. year: of its story, 0 if unknown.
    """

    fact: Fact
    about: About
    weights: dict[str, float]
    near: frozenset[str]
    before: str
    year: int

    @classmethod
    def of(
        cls, fact: Fact, about: About, rarity: Callable[[str], float], before: str, year: int
    ) -> Told:
        """The fact, with its words weighed."""
        weights = {word: rarity(word) * close for word, close in about.words}
        near = frozenset(word for word, close in about.words if close >= NEAR)
        return cls(fact, about, weights, near, before, year)


def conflicts(
    told: Sequence[Told],
    rarity: Callable[[str], float],
    alike: Callable[[str, str], float],
) -> tuple[Conflict, ...]:
    """The tellings that disagree, grouped. alike: how near two stories are, by id, 0 to 1."""
    groups = _Groups(len(told))
    words: dict[int, set[str]] = defaultdict(set)
    for a, b in _candidates(told, rarity):
        shared = disagreement(told[a], told[b], alike)
        if shared:
            groups.join(a, b)
            words[a].update(shared)
    found = []
    for members in groups.several():
        about = set[str]().union(*(words[member] for member in members))
        rarest = sorted(about, key=lambda word: (-rarity(word), word))[:SHOWN]
        facts = tuple(told[member].fact for member in members)
        found.append(Conflict(facts, _written(rarest, facts[0].sentence)))
    return tuple(found)


def _written(stems: Collection[str], sentence: str) -> tuple[str, ...]:
    """The words of a sentence with these stems, each once, as they stand."""
    found: dict[str, str] = {}
    for word in WORD.findall(sentence):
        if stem(word) in stems:
            found.setdefault(stem(word), word)
    return tuple(found.values())


class _Groups:
    """Which of so many things belong together."""

    def __init__(self, size: int) -> None:
        self._head = list(range(size))

    def find(self, one: int) -> int:
        while self._head[one] != one:
            self._head[one] = self._head[self._head[one]]
            one = self._head[one]
        return one

    def join(self, one: int, other: int) -> None:
        a, b = sorted((self.find(one), self.find(other)))
        self._head[b] = a

    def several(self) -> Iterator[list[int]]:
        """Each group of two or more, in order."""
        members: dict[int, list[int]] = defaultdict(list)
        for one in range(len(self._head)):
            members[self.find(one)].append(one)
        return (group for group in members.values() if len(group) > 1)


def _candidates(told: Sequence[Told], rarity: Callable[[str], float]) -> Iterator[tuple[int, int]]:
    """Pairs worth a look: nothing that must be the same differs, and a rare word is in both."""
    table: dict[tuple[object, str], list[int]] = defaultdict(list)
    for number, one in enumerate(told):
        key = _key(one)
        for word in sorted(one.near, key=lambda w: (-rarity(w), w))[:KEYS]:
            table[key, word].append(number)
    seen: set[tuple[int, int]] = set()
    for members in table.values():
        for group in _places(told, members):
            seen.update(combinations(group, 2))
    return iter(sorted(seen))


def _key(one: Told) -> object:
    """What must be the same of two figures that tell one fact."""
    figure, about = one.fact.figure, one.about
    return figure.kind, figure.unit, about.planned, about.bound, about.per, about.stats


def _places(told: Sequence[Told], members: list[int]) -> Iterator[list[int]]:
    """The members; where they are many, those of each company; none where these are a crowd."""
    if len(members) <= FEW:
        yield members
        return
    by: dict[str, list[int]] = defaultdict(list)
    for member in members:
        by[told[member].fact.company.casefold()].append(member)
    yield from (group for group in by.values() if len(group) <= CROWD)


def disagreement(one: Told, other: Told, alike: Callable[[str, str], float]) -> frozenset[str]:
    """The words by which two figures tell one fact with two values; none if they do not."""
    nothing: frozenset[str] = frozenset()
    if one.fact.path == other.fact.path and one.fact.sentence == other.fact.sentence:
        return nothing
    same = one.fact.story == other.fact.story
    here = same or _one_place(one, other)
    if not comparable(one, other) or _told_alike(one, other) or _settled(one.fact, other.fact):
        return nothing
    shared, evidence, cover = _shared(one, other)
    beside = _companions(one.about, other.about)
    evidence += beside - (ONE_SIDED if one.about.when != other.about.when else 0.0)
    if evidence < EVIDENCE or cover < (COVER if beside < CHANGE else COVER_CHANGE):
        return nothing
    known = here and (same or (one.fact.company and other.fact.company))
    sure = known or (here and evidence >= EVIDENCE + STRANGE)
    return shared if sure or alike(one.fact.story, other.fact.story) >= TWINS else nothing


def _told_alike(one: Told, other: Told) -> bool:
    """Whether the values may be one number, or each stands beside the other as another thing."""
    about = one.about.approximate or other.about.approximate
    return agree(one.fact.figure, other.fact.figure, about=about) or _beside(one, other)


def _settled(one: Fact, other: Fact) -> bool:
    """Whether the owner keeps both values, each in an entry of its own."""
    kept = ("confirmed", "cannot confirm")
    return one.state in kept and other.state in kept and one.entry != other.entry


def comparable(one: Told, other: Told) -> bool:
    """Whether nothing that is said tells the two apart."""
    a, b = one.about, other.about
    if _key(one) != _key(other):
        return False
    if (a.when and b.when and a.when != b.when) or (a.names and b.names and not a.names & b.names):
        return False
    return _roles(a, b) and _phases(one, other)


def _roles(a: About, b: About) -> bool:
    """Whether the roles allow one value: "from" and "to" may go without saying, "by" may not."""
    ends = {"", "from", "to"}
    if a.role == b.role:
        return a.role != "range"
    return a.role in ends and b.role in ends and {a.role, b.role} != {"from", "to"}


def _phases(one: Told, other: Told) -> bool:
    a, b = one.about, other.about
    if (a.event and b.event) or (a.when and a.when == b.when):
        return not a.phase or not b.phase or a.phase == b.phase
    first, second = _phase(one), _phase(other)
    if {one.about.role, other.about.role} & {"from", "to"}:
        return first == second  # what fell to 7 in one place was more at another time
    return not first or not second or first == second


def _phase(one: Told) -> Phase:
    return one.about.phase or _SOFT.get(one.fact.part, "")


def _one_place(one: Told, other: Told) -> bool:
    """Whether both may tell of one event: not of two companies, nor years apart."""
    x, y = one.fact.company.casefold(), other.fact.company.casefold()
    apart = one.year and other.year and abs(one.year - other.year) > 1
    return not apart and (not x or not y or x == y)


def _shared(one: Told, other: Told) -> tuple[frozenset[str], float, float]:
    """The words near both; how much all words of both say; which part these are of all."""
    a, b = one.weights, other.weights
    unit = stem(one.fact.figure.unit) if one.fact.figure.kind == "count" else ""
    near = one.near & other.near
    if not near - {unit}:
        return frozenset(), 0.0, 0.0
    evidence = sum(min(a[word], b[word]) for word in a.keys() & b.keys())
    return near, evidence, 2 * evidence / max(sum(a.values()) + sum(b.values()), 1e-9)


def _beside(one: Told, other: Told) -> bool:
    """Whether the value of one stands beside the other, as something else: both are told."""
    return any(
        (beside.kind, beside.unit) == (figure.kind, figure.unit)
        and agree(beside, figure, about=False)
        for figure, about in (
            (one.fact.figure, other.about),
            (other.fact.figure, one.about),
        )
        for beside in about.sentence
    )


def _companions(a: About, b: About) -> float:
    """What the figures beside two figures say of their being one fact."""
    worth = 0.0
    for role, figure in a.others:
        for role_b, other in b.others:
            if (role, figure.kind, figure.unit) == (role_b, other.kind, other.unit):
                same = CHANGE if role in ("from", "to") else CHANGE - 1
                worth += same if agree(figure, other, about=False) else -1.5
    return max(-3.0, min(worth, 4.0))
