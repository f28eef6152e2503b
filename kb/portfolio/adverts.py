"""A job advert to the sentences that ask for something, and to the competencies they ask for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

from kb.portfolio.loops import Loop, Round, Wanted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from kb.domain import Fit, StoryCard

    Floats = NDArray[np.float32]

MOST: Final = 200  # sentences of an advert that are read
# The score from which a sentence asks for a competency, and what counts in it: set on ten
# adverts of tests/data/adverts, the score with a look at the other ten. A cue is worth a
# deviation, so that it only helps likeness.
LEAST: Final = 1.2
CUE: Final = 1.0
WEIGHTS: Final = (0.2, 0.2, 0.6)  # of what describes it, of questions, of adverts' phrases

LEAST_ITEMS: Final = 2  # beside the first, of a list without bullets

_GOES_ON: Final = re.compile(
    r"(?:,|\b(?:and|or|of|the|an?|to|in|on|at|for|with|from|by|as|our|your|its|their|that|who|which"
    r"|using|between|into|across|including|e\.g\.|like|than|is|are|be|will))$"
)
_BULLET: Final = re.compile(r"\s*(?:[-*+•●▪◦‣·–—○]|\d{1,2}[.)])\s+")
_HEADING: Final = re.compile(r"^\s*#{1,6}\s+")
_BOLD: Final = re.compile(r"\s*(?:\*\*|__)(.+?)(?:\*\*|__)\s*+:?\s*+$")
_MARKS: Final = re.compile(r"\*\*|__|(?<!\w)[*_`](?=\S)|(?<=\S)[*_`](?!\w)")
_LINK: Final = re.compile(r"!?\[([^\[\]]*)\]\([^()\s]*\)")
_SENTENCE: Final = re.compile(r"(?<=[.?!])\s+(?=[A-Z\"“(])")
_WORD: Final = re.compile(r"[^\W\d_][\w'’-]*")
_ABOUT: Final = re.compile(
    r"about (?:us\b|the (?:company|team|business)|\w+$)|(?:who|what) we are"
    r"|why (?:us\b|join|work|you|\w+$)|our (?:story|company|values|culture|mission|client)"
    r"|company (?:overview|description|prof)|equal (?:employment )?opportunit|diversity|eeo"
    r"|(?:our |the |your )?(?:benefits|perks|compensation|salary|pay\b|rewards?|package)"
    r"|what (?:we|you|you'll|you will) (?:offer|give|get\b|receive)|what's in it for you|in return"
    r"|we offer|privacy|legal|how to apply|apply|application|next steps|contact|location"
    r"|(?:our )?(?:hiring|interview|recruitment) process|disclaimer"
)
_ROLE: Final = re.compile(
    r"about (?:the (?:role|job|position)|you\b)|responsib|require|qualif|your |who you are|must"
    r"|the (?:role|job)|what (?:you'll (?!get|receive)|you (?!get|receive)|this|we look|we're look"
    r"|we are look)|you bring|nice to|skills|profile|duties|tasks|you\b|day to day|key "
    r"|in this role"
)
_LEGAL: Final = re.compile(
    r"equal[- ](?:employment )?opportunit|discriminat|protected (?:veteran|class|characteristic)"
    r"|regardless of (?:race|gender|age|ethnic|sex)|reasonable (?:accommodation|adjustment)"
    r"|gender identity|sexual orientation|background check|\bvisa\b|e-verify|celebrates? diversity"
    r"|401\s?\(?k|\bdental\b|\bpto\b|pension|paid (?:time|leave|holiday)|salary|[£$€]\s?\d"
    r"|days (?:of )?(?:holiday|leave|vacation)|\bper annum\b|stock options|\bequity\b|gym\b"
    r"|health (?:cover|insurance|plan)|not an exhaustive|privacy (?:notice|policy)|cover letter"
    r"|apply (?:now|today|here)|send (?:us )?your (?:cv|r[eé]sum[eé])|recruitment agenc|founded in"
    r"|market leader|training budget"
)


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence or bullet of an advert that may ask for something, and its line."""

    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Demand:
    """That an advert asks for a competency. score: in deviations; said: the sentence that says
    so most plainly, `number` its place among all; cued: whether by its own words."""

    competency: str
    score: float
    said: Said
    number: int
    cued: bool


@dataclass(frozen=True, slots=True)
class Expected:
    """A demand with the question that is likeliest asked for it, and the story that answers
    that best; None where the bank has none that is more than a gap."""

    demand: Demand
    question: str
    question_id: str
    story: StoryCard | None
    fit: Fit


@dataclass(frozen=True, slots=True)
class Study:
    """What an advert asks for, strongest first. sentences: how many were read; stories: how
    many there were to answer with."""

    title: str
    sentences: int
    stories: int
    expected: tuple[Expected, ...]
    calibrated: bool = True


def said_in(text: str) -> tuple[Said, ...]:
    """The sentences of an advert that may ask for something, without what the company says of
    itself, of pay and of the law. Markdown and wrapped lines are understood."""
    found: list[Said] = []
    for piece, line in _pieces(text):
        for sentence in _SENTENCE.split(piece):
            words = len(_WORD.findall(sentence))
            if words >= 3 and not _LEGAL.search(sentence.lower()):
                found.append(Said(" ".join(sentence.split()), line))
    return tuple(found[:MOST])


def title_of(text: str) -> str:
    """The advert's first line, if it is short enough to be its title."""
    for row in text.split("\n"):
        plain = _plain(_HEADING.sub("", row))
        if plain:
            return plain if len(plain) <= 80 and not plain.endswith((".", "!", "?")) else ""
    return ""


def _pieces(text: str) -> Iterator[tuple[str, int]]:
    """Paragraphs and bullets of the sections that count, each with the line it begins on."""
    held: list[str] = []
    start, kept, first = 0, True, True
    rows = [*text.split("\n"), ""]
    items = _items(rows)
    for number, row in enumerate(rows, start=1):
        heading = _heading(row)
        bullet = _BULLET.match(row)
        plain = _plain(row[bullet.end() :] if bullet else row)
        if held and (not plain or bullet or heading or number in items or _ends(held, plain)):
            yield " ".join(held), start
            held = []
        if not plain:
            continue
        if heading:
            kept, first = (kept if first else _counts(heading)), False
        elif kept:
            start = start if held else number
            held.append(plain)
        first = False
    if held:
        yield " ".join(held), start


def _items(rows: Sequence[str]) -> frozenset[int]:
    """The numbers of the lines that begin an item of a list whose bullets are not there, as in
    the text of a PDF: in blocks of which many lines begin with a capital, without a stop before."""
    found: list[int] = []
    block: list[tuple[int, str]] = []
    for number, row in enumerate([*rows, ""], start=1):
        plain = _plain(row)
        if not plain or _BULLET.match(row) or _heading(row):
            found += _items_of(block)
            block = []
        elif plain:
            block.append((number, plain))
    return frozenset(found)


def _items_of(block: Sequence[tuple[int, str]]) -> list[int]:
    """Those of one block of lines; none where it is prose, in which lines run on."""
    widest = max((len(row) for _, row in block), default=0)
    begun: list[int] = []
    breaks = 0
    for (_, before), (number, row) in pairwise(block):
        if before.endswith((".", "!", "?", ":", ";")):
            continue
        fits = len(before) + 1 + len(row.split()[0]) <= widest
        # before a name that does not fit, prose is wrapped
        if row[:1].isupper() and not _GOES_ON.search(before) and (fits or len(begun) == breaks):
            begun.append(number)
        breaks += 1
    return begun if len(begun) >= LEAST_ITEMS and 3 * len(begun) >= breaks else []


def _heading(row: str) -> str:
    """The heading that a line is, in lower case, or ""."""
    bold = _BOLD.match(row)
    if _HEADING.match(row) or bold:
        return _plain(bold[1] if bold else _HEADING.sub("", row)).lower().rstrip(":") or "#"
    plain = _plain(row)
    short = len(plain.split()) <= 6 and not _BULLET.match(row)
    if short and plain.endswith(":"):
        return plain.lower().rstrip(":")
    low = plain.lower()
    named = _ABOUT.match(low) or _ROLE.match(low)
    if short and named and not plain.endswith((".", "!", "?", ",", ";")) and plain[:1].isupper():
        return low
    return ""


def _counts(heading: str) -> bool:
    """Whether what stands under a heading may ask for something."""
    return bool(_ROLE.match(heading)) or not _ABOUT.match(heading)


def _ends(held: Sequence[str], following: str) -> bool:
    """Whether lines do not go on in the next one: those of a file or PDF may be wrapped."""
    if held[-1].endswith((".", "!", "?", ":", ";")):
        return True
    if _GOES_ON.search(held[-1]):
        return False
    return following[:1].isupper() and sum(map(len, held[:60])) + len(held) - 1 < 60


def _plain(row: str) -> str:
    return " ".join(_MARKS.sub("", _LINK.sub(r"\1", row)).split()).strip("| ")


@dataclass(frozen=True, slots=True)
class Likeness:
    """Sentences (n) against competencies (c), as cosines, three ways (3, n, c): with what a
    competency is, with the nearest question that listens for it first, and with the nearest
    phrase of adverts. usual, spread (3, c): of the same for texts on other competencies.
    """

    near: Floats
    usual: Floats
    spread: Floats

    def deviations(self) -> Floats:
        """How much nearer a sentence is to a competency than others are, (n, c)."""
        apart = (self.near - self.usual[:, None]) / self.spread[:, None]
        return np.asarray(np.tensordot(np.array(WEIGHTS, np.float32), apart, 1), np.float32)


def demands(
    said: Sequence[Said],
    competencies: Sequence[str],
    likeness: Likeness,
    cues: Mapping[str, Sequence[str]],
) -> tuple[Demand, ...]:
    """The competencies that the sentences ask for, strongest first. A sentence asks for one:
    that which it is nearest to."""
    if not said:
        return ()
    cued = cued_by([one.text for one in said], competencies, cues)
    scores = likeness.deviations() + CUE * cued
    found: dict[int, Demand] = {}
    for number, place in enumerate(scores.argmax(axis=1).tolist()):
        score = float(scores[number, place])
        if score >= LEAST and (place not in found or score > found[place].score):
            found[place] = Demand(
                competencies[place], score, said[number], number, bool(cued[number, place])
            )
    return tuple(sorted(found.values(), key=lambda one: (-one.score, one.competency)))


def cued_by(
    texts: Sequence[str], competencies: Sequence[str], cues: Mapping[str, Sequence[str]]
) -> NDArray[np.bool_]:
    """(n, c): whether a text asks for a competency by its own words."""
    patterns = [
        re.compile("|".join(rf"\b(?:{cue})" for cue in cues[one])) if cues.get(one) else None
        for one in competencies
    ]
    return np.array(
        [[bool(p and p.search(text.lower())) for p in patterns] for text in texts], bool
    ).reshape(len(texts), len(competencies))


_ROUNDS: Final = (
    ("Hiring manager", frozenset({"judgement", "delivery", "growth"})),
    ("The team", frozenset({"people", "influence"})),
    ("Technical", frozenset({"technical"})),
)


def loop_for(study: Study, groups: Mapping[str, str], company: str = "", most: int = 6) -> Loop:
    """A loop that asks what an advert suggests, in two or three rounds of at most `most`.

    groups: the group of each competency. No question is asked twice.
    """
    rounds: dict[str, list[Wanted]] = {name: [] for name, _ in _ROUNDS}
    asked: set[str] = set()
    for one in study.expected:
        group = groups.get(one.demand.competency, "")
        name = next((name for name, some in _ROUNDS if group in some), _ROUNDS[0][0])
        if one.question not in asked and len(rounds[name]) < most:
            asked.add(one.question)
            rounds[name].append(Wanted(one.question))
    kept = [(name, wanted) for name, wanted in rounds.items() if wanted]
    if len(kept) == 1 and len(kept[0][1]) > 1:
        half = (len(kept[0][1]) + 1) // 2
        wanted = kept[0][1]
        kept = [("Hiring manager", wanted[:half]), ("The team", wanted[half:])]
    return Loop(company=company, rounds=tuple(Round(n, tuple(w)) for n, w in kept))
