"""A story to what is worth reading of it five minutes before it is told.

The sentences are the owner's own: chosen, and cut at a clause where they are long, never
reworded.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kb.domain import STAR
from kb.portfolio.amounts import LEANS, phrases

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kb.domain import Fit, StoryCard
    from kb.portfolio.amounts import Amount

STEPS: Final = 5
LABELS: Final = {
    "situation": "Situation", "task": "Task", "action": "Action", "result": "Result",
    "learning": "Learning",
}  # fmt: skip
# Which parts give a second sentence where others have none.
_MORE: Final = ("action", "action", "result", "situation", "task", "learning")
_CHANGED: Final = re.compile(
    r"\b(?:since then|no more|any ?more|from then on|instead|went live|went from|became|fell|rose"
    r"|dropped|down (?:to|from)|up (?:to|from)|saved|passed|for the first time)\b|^By [A-Z]",
    re.IGNORECASE,
)
_COST: Final = re.compile(
    r"(?<!the )(?<!our )\bcost (?:us|me|them|an?|another|about|nearly|[£$€\d]|\w+ \w+s\b)",
    re.IGNORECASE,
)
_CLAUSE: Final = re.compile(r"(?<=[,;:])\s+|\s+(?=[–—]\s)|\s+(?=(?:and|but|because|so that)\s)")


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence of a story. part: its kind. weight: 0..1, what it can carry by itself.
    figures: its numbers. backing: whether it made the story fit."""

    text: str
    line: int
    part: str
    weight: float = 0.0
    figures: tuple[Amount, ...] = ()
    backing: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """A line of the card. label: its part, or "". land: the one that must be said."""

    label: str
    text: str
    line: int
    land: bool = False


@dataclass(frozen=True, slots=True)
class Room:
    """What a page has room for: characters a line and of the opening, and how much beside the
    steps."""

    line: int
    opening: int
    numbers: int
    follow_ups: int
    dense: bool


@dataclass(frozen=True, slots=True)
class Card:
    """One question with its story, None where none is told, and why then. number: 0 for none.

    opening: the story's first sentence. numbers: with what they count. heard: to whom it was
    told before, and what speaks against it. missing: the part that should end it, or "".
    """

    number: int
    question: str
    focus: str
    story: StoryCard | None
    fit: Fit | None
    opening: str = ""
    steps: tuple[Step, ...] = ()
    numbers: tuple[str, ...] = ()
    follow_ups: tuple[str, ...] = ()
    heard: tuple[str, ...] = ()
    why: str = ""
    missing: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page: a round with its cards. about: the company and date; heard: what the company and
    the interviewer know already, a line each."""

    title: str
    about: str
    heard: tuple[str, ...]
    cards: tuple[Card, ...]


@dataclass(frozen=True, slots=True)
class Digest:
    """A story in short. missing: "result" where it has parts and not that one, else ""."""

    opening: str
    steps: tuple[Step, ...]
    numbers: tuple[str, ...]
    missing: str = ""


def room_for(cards: int) -> Room:
    """What a page has room for with so many cards."""
    if cards <= 3:
        return Room(line=110, opening=220, numbers=4, follow_ups=2, dense=False)
    if cards == 4:
        return Room(line=88, opening=160, numbers=4, follow_ups=2, dense=False)
    return Room(line=88, opening=88, numbers=3, follow_ups=1, dense=True)


def digest(lines: Sequence[Line], room: Room) -> Digest:
    """A story's first sentence, five more, and its numbers."""
    if not lines:
        return Digest("", (), ())
    parts = {one.part for one in lines}
    missing = "result" if parts & set(STAR) and "result" not in parts else ""
    land = None if missing else _landing(lines)
    steps = tuple(
        Step(LABELS.get(one.part, ""), _fitted(one, room), one.line, one is land)
        for one in _chosen(lines, land, room)
    )  # fmt: skip
    opening = cut(lines[0].text, room.opening)
    return Digest(opening, steps, numbers_of(lines, room.numbers), missing)


def _fitted(line: Line, room: Room) -> str:
    return shortened(line.text, room.line, [(one.start, one.end) for one in line.figures])


def _chosen(lines: Sequence[Line], land: Line | None, room: Room) -> list[Line]:
    """The sentences of the card in the order they stand: one a part, and where there are fewer
    parts more of the others, but none that leans on one that is left out. The first sentence is on
    the card already, so that in a dense one it is all of the situation."""
    kinds = STAR[1:] if room.dense else STAR
    rest = [one for one in lines[1:] if one.part in kinds or one.part not in STAR]
    parts = {kind: [one for one in rest if one.part == kind] for kind in kinds}
    groups: dict[str, list[Line]] = {str(kind): some for kind, some in parts.items() if some}
    count = len(kinds)
    if len(groups) < 2:
        groups = _spread(rest, count)
    slots = dict.fromkeys(groups, 1)
    for kind in _MORE:
        if sum(slots.values()) < count and slots.get(kind, 99) < len(groups.get(kind, ())):
            slots[kind] += 1
    best: list[Line] = []
    for name, some in groups.items():
        ranked = sorted(some, key=lambda one: (one is not land, -_value(one, some)))
        best += ranked[: slots[name]]
    place = {id(one): number for number, one in enumerate(lines)}
    shown = {0, *(place[id(one)] for one in best)}
    alone = {one.part for one in best if sum(other.part == one.part for other in best) == 1}
    return sorted(
        (
            one for one in best
            if one is land or one.part in alone or place[id(one)] - 1 in shown
            or not LEANS.match(one.text)
        ),
        key=lambda one: place[id(one)],
    )  # fmt: skip


def _spread(rest: Sequence[Line], count: int) -> dict[str, list[Line]]:
    """A story without parts in so many runs of about the same length."""
    size = max(1, -(-len(rest) // count))
    return {str(n): list(rest[n : n + size]) for n in range(0, len(rest), size)}


def _landing(lines: Sequence[Line]) -> Line | None:
    """The sentence that must be said: of the result the one with the number or with what
    changed; without parts the one that made the story fit, or the last with a number."""
    result = [one for one in lines[1:] if one.part == "result"]
    if result:
        return max(result, key=lambda one: _worth_landing(one, result))
    others = [one for one in lines[1:] if one.part not in STAR]
    if not others:
        return None
    backed = [one for one in others if one.backing]
    counted = [one for one in others if one.figures and one.part != "situation"]
    if backed:
        return max(backed, key=lambda one: one.weight)
    return counted[-1] if counted else others[-1]


def _worth_landing(line: Line, result: Sequence[Line]) -> float:
    """How well a sentence of the result ends a story: what was wanted stands there early."""
    early = 1 - next(n for n, one in enumerate(result) if one is line) / len(result)
    value = min(0.55, line.weight) + 0.5 * bool(line.figures) + 0.3 * line.backing + 0.6 * early
    value += 0.3 * bool(_CHANGED.search(line.text)) - 0.9 * bool(LEANS.match(line.text))
    value -= 0.6 * bool(_COST.search(line.text))
    return value - 0.6 * (len(line.text.split()) < 5)


def _value(line: Line, among: Sequence[Line]) -> float:
    """How much a sentence says of its part, read alone: what was done, a number, what made the
    story fit. One that leans on the sentence before it says less."""
    words = len(line.text.split())
    value = line.weight + 0.3 * min(2, len(line.figures)) + 0.5 * line.backing
    value += 0.2 * bool(re.search(r"\bI\b", line.text)) if line.part in ("task", "action") else 0.0
    value -= 0.35 * bool(LEANS.match(line.text)) + 0.6 * (words < 5)
    early = 1 - next(n for n, one in enumerate(among) if one is line) / max(1, len(among))
    return value + early * {"action": 0.05, "learning": 0.1}.get(line.part, 0.35)


def shortened(text: str, most: int, keep: Sequence[tuple[int, int]] = ()) -> str:
    """A sentence in about `most` characters: whole, or some of its clauses, those with its
    numbers, with an ellipsis where it was cut."""
    if len(text) <= most:
        return text
    cuts = [0, *(match.end() for match in _CLAUSE.finditer(text)), len(text)]
    best, chosen = (-1.0, 0, 0), (0, 0)
    for first, start in enumerate(cuts[:-1]):
        for end in cuts[first + 1 :]:
            if len(text[start:end].strip()) > most - 2 * ((start > 0) + (end < len(text))):
                break
            held = sum(1 for a, b in keep if start <= a and b <= end)
            key = (float(min(held, 2)), int(start == 0 and end - start > most // 6), end - start)
            if key > best:
                best, chosen = key, (start, end)
    start, end = chosen
    if end - start < most // 2:  # too little: cut between words
        start, end = 0, len(text[: most - 2].rpartition(" ")[0]) or most - 2
    said = text[start:end].strip().rstrip(",;:" if end < len(text) else "").rstrip()
    return ("… " if start else "") + said + (" …" if end < len(text) else "")


def cut(text: str, most: int) -> str:
    """A sentence in about `most` characters: whole, or its beginning as far as a clause."""
    if len(text) <= most:
        return text
    ends = [match.start() for match in _CLAUSE.finditer(text) if match.start() <= most - 2]
    end = ends[-1] if ends and ends[-1] > most // 2 else text.rfind(" ", 0, most - 2)
    return text[: end if end > 0 else most - 2].rstrip().rstrip(",;:").rstrip() + " …"


def numbers_of(lines: Sequence[Line], most: int) -> tuple[str, ...]:
    """A story's numbers, each with what it counts: those of the result first of all, those in
    digits before those in words, in the order they stand."""
    order = {"result": 0, "action": 1, "text": 1, "point": 1, "learning": 2}
    found: list[tuple[tuple[int, bool, int], int, str]] = []
    for number, line in enumerate(lines):
        late = number if line.part in STAR else -number  # without parts, the result is last
        for said in phrases(line.text, line.figures):
            worded = not any(sign.isdigit() for sign in said)
            found.append(((order.get(line.part, 3), worded, late), number, said))
    best = sorted(found, key=lambda one: one[0])[:most]
    return tuple(dict.fromkeys(text for _, _, text in sorted(best, key=lambda one: one[1])))
