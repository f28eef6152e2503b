"""What a figure is of, as its sentence says it: words, role, time, and how sure it is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from kb.facts.words import STOP, stem

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from kb.figures import Figure

Phase = Literal["", "before", "after"]

_PIECE: Final = re.compile(r"[^\W_]+(?:[.'’][^\W_]+)*|->|=>|[;:,()–—→/|~≈<>≤≥+]")
_HARD: Final = frozenset(";:()–—|")
_REACH: Final = 0.3  # nearness from which a word counts as said of the figure
_CLOSE: Final = 0.5  # ... and from which it says when


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_JOINS: Final = _set(
    "and but so while which where who when because although though as whereas or then"
)
_APPROX: Final = _set("about around roughly approximately approx circa ca nearly almost some ~ ≈")
_LEAST: Final = _set("over least above exceed exceeds exceeded > ≥ +")
_MOST: Final = _set("under below most within maximum < ≤")
_BEFORE: Final = _set(
    "before previously originally formerly initially earlier first joined inherited arrived began"
    " started beginning until"
)
_AFTER: Final = _set(
    "now today nowadays afterwards since finally currently later ended eventually became remain"
    " remained remains still"
)
_PLANNED: Final = _set(
    "goal target aim aimed wanted want promised promise should must limit budget deadline"
    " estimate estimated plan planned expect expected hoped proposed would could might forecast"
    " quoted allowed sla slo threshold agreed demanded demand asked offered wish supposed require"
    " required cap objective commitment hope if can may due worst-case"
)
_STATS: Final = _set(
    "median mean average averaged typical peak maximum minimum worst best slowest fastest largest"
    " smallest total altogether overall combined percentile net gross per-user"
)
_PERCENTILE: Final = re.compile(r"p\d{2,3}|\d{1,2}(?:\.\d)?(?:th|st|nd|rd)")
_WHEN: Final = _set(
    "january february march april june july august september october november december monday"
    " tuesday wednesday thursday friday saturday sunday spring summer autumn winter q1 q2 q3 q4"
    " first second third fourth last next pilot trial rehearsal night morning evening weekend"
    " christmas easter"
)
_NUMBERS: Final = _set(
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
    " sixteen seventeen eighteen nineteen twenty thirty"
)
_YEAR: Final = re.compile(r"(?:19|20)\d\d")
_TIMES: Final = {
    word: base
    for base, words in {
        "second": "second sec s", "minute": "minute min", "hour": "hour hr h hourly",
        "day": "day daily", "night": "night nightly", "week": "week wk weekly",
        "fortnight": "fortnight fortnightly", "month": "month monthly", "quarter": "quarter",
        "year": "year yearly annual annually annum", "sprint": "sprint", "shift": "shift",
    }.items()
    for word in words.split()
}  # fmt: skip
_ALONE: Final = frozenset(word for word in _TIMES if word.endswith("ly") or "annu" in word)
_SPANS: Final = _set("in within after for during every over for since until across")
_DELTA: Final = _set(
    "more fewer less faster slower longer shorter higher lower cheaper quicker smaller larger"
    " bigger greater better worse increase decrease reduction drop saving savings rise growth"
    " improvement cut fall gain"
)
_ARROWS: Final = frozenset({"→", "->", "=>"})
_OTHERS: Final = _set("other another remaining further")
_SHIFTED: Final = _set("ago later earlier ahead early late before")


class _Token(NamedTuple):
    """A word or sign.

    figure: which figure it is part of, or -1. word: its stem where it says something, else "".
    step: what crossing it leaves of the nearness of all beyond. stat: "median", "p95" and such;
    when: the time that it names, or "".
    """

    low: str
    figure: int
    word: str
    step: float
    stat: bool
    when: str


@dataclass(frozen=True, slots=True)
class About:
    """What is said of a figure.

    words: stems with their nearness to it, 0 to 1. names: proper names near it. role: "from",
    "to", "by", "of" (so many of more), "other" (than those told before), "range", "span" with
    its preposition, or "". phase: whether it is how things were or how they became. event: it
    lasted, so that it has one length whichever part tells of it. planned: no more than that.
    bound: "least" or "most". per: the rate's unit. stats: "median", "p95" and such; when: the
    times named. others: the figures near it, with their roles; sentence: all others in it.
    """

    words: tuple[tuple[str, float], ...]
    names: frozenset[str] = frozenset()
    role: str = ""
    phase: Phase = ""
    event: bool = False
    planned: bool = False
    bound: str = ""
    approximate: bool = False
    per: str = ""
    stats: frozenset[str] = frozenset()
    when: frozenset[str] = frozenset()
    others: tuple[tuple[str, Figure], ...] = ()
    sentence: tuple[Figure, ...] = ()


def describe(
    sentence: str, figures: Sequence[Figure], names: Collection[str] = (), *, title: bool = False
) -> tuple[About, ...]:
    """What `sentence` says of each of its figures. names: the stems that are proper names.

    title: it is one, in which a colon parts nothing: "From 3 weeks to 4 days: onboarding".
    """
    tokens = _tokens(sentence, figures, title=title)
    roles = [_role(tokens, number, figures) for number in range(len(figures))]
    return tuple(_about(tokens, number, figures, roles, names) for number in range(len(figures)))


def _tokens(sentence: str, figures: Sequence[Figure], *, title: bool) -> list[_Token]:
    pieces = list(_PIECE.finditer(sentence))
    lows = [match[0].lower().replace("’", "'") for match in pieces]
    if title:
        lows = ["," if low in _HARD else low for low in lows]
    found: list[_Token] = []
    left = 0  # of the figures the first that does not end before the word
    for at, (match, low) in enumerate(zip(pieces, lows, strict=True)):
        while left < len(figures) and figures[left].end <= match.start():
            left += 1
        inside = left < len(figures) and figures[left].start < match.end()
        says = not inside and low[0].isalpha() and low not in STOP
        found.append(
            _Token(
                low=low,
                figure=left if inside else -1,
                word=stem(match[0]) if says else "",
                step=_step(lows, at),
                stat=not inside and (low in _STATS or bool(_PERCENTILE.fullmatch(low))),
                when="" if inside else _when(low, lows[at + 1] if at + 1 < len(lows) else ""),
            )
        )
    return found


def _step(lows: Sequence[str], at: int) -> float:
    """What crossing a word or sign leaves of the nearness of all beyond it."""
    low = lows[at]
    if low in _HARD:
        return 0.2
    if low == ",":
        return 0.25 if at + 1 < len(lows) and lows[at + 1] in _JOINS else 0.6
    return 0.6 if low in _JOINS and not (at and lows[at - 1] == ",") else 1.0


def _when(low: str, following: str) -> str:
    """The month, day, year, season or such that a word names; "day 4" is one."""
    if low in _WHEN or _YEAR.fullmatch(low):
        return low
    numbered = low in _TIMES and (following.isdigit() or following in _NUMBERS)
    return f"{low} {following}" if numbered else ""


def _span(tokens: Sequence[_Token], number: int) -> tuple[int, int]:
    """The first token of a figure and the one past its last."""
    inside = [at for at, token in enumerate(tokens) if token.figure == number]
    return (inside[0], inside[-1] + 1) if inside else (len(tokens), len(tokens))


def _role(tokens: Sequence[_Token], number: int, figures: Sequence[Figure]) -> str:
    """What the words right beside a figure make of it."""
    start, end = _span(tokens, number)
    before = [t.low for t in tokens[max(0, start - 5) : start]]
    after = [t.low for t in tokens[end : end + 3]]
    while before and (before[-1] in _APPROX | _LEAST | _MOST | {"than", "just", "only", "a", "at"}
                      and not _rather(before)):  # fmt: skip
        before.pop()
    last = before[-1] if before else ""
    if _rather(before) or before[-2:] == ["compared", "with"] or last in ("against", "versus"):
        return "from"
    if last in ("from", "to", "by"):
        return last
    if last in _ARROWS or (after[:1] and after[0] in _ARROWS):
        return "to" if last in _ARROWS else "from"
    if _in_range(before, after, tokens, start, end):
        return "range"
    if last in _OTHERS:
        return "other"
    if figures[number].kind == "duration":
        shift = _shift(after) or (last if last in _SPANS else "")
        return f"span {shift}" if shift else ""
    if after[:1] == ["of"] and figures[number].kind in ("count", "number"):
        return "of"
    return "by" if _DELTA & set(after[:2]) else ""


def _shift(after: Sequence[str]) -> str:
    """The word that makes a time before or after something of a duration: "5 weeks later"."""
    word, following = (*after[:2], "", "")[:2]
    adverb = word == "before" and (not following or following in _JOINS | _HARD | {","})
    return word if word in _SHIFTED and not adverb else ""


def _rather(before: Sequence[str]) -> bool:
    return tuple(before[-2:]) in {("rather", "than"), ("instead", "of")}


def _in_range(
    before: Sequence[str], after: Sequence[str], tokens: Sequence[_Token], start: int, end: int
) -> bool:
    """Whether a figure is an end of "3 to 5", "3–5" or "between 3 and 5"."""
    if before[-1:] == ["between"]:
        return True
    left, right = tokens[start - 2 : start - 1], tokens[end + 1 : end + 2]
    joins = ("–", "—", "to", "or")
    if after[:1] and after[0] in joins and right and right[0].figure >= 0:
        return True
    if before[-1:] and before[-1] in (*joins, "and") and left and left[0].figure >= 0:
        return before[-1] != "and" or "between" in before
    return False


def _about(
    tokens: Sequence[_Token],
    number: int,
    figures: Sequence[Figure],
    roles: Sequence[str],
    names: Collection[str],
) -> About:
    start, end = _span(tokens, number)
    near = _nearness(tokens, start, end)
    said = [
        (token, close)
        for token, close in zip(tokens, near, strict=True)
        if close >= _REACH and token.figure < 0
    ]
    lows = {token.low for token, _ in said}
    close = {token.low for token, nearness in said if nearness >= _CLOSE}
    beside = {t.low for t in tokens[max(0, start - 3) : start] if t.figure < 0}
    phase: Phase = "before" if close & _BEFORE or "used" in close else ""
    phase = "after" if close & _AFTER and not phase else phase
    role = roles[number]
    phase = "before" if role == "from" else "after" if role == "to" else phase
    found = {t.figure: near[at] for at, t in enumerate(tokens) if t.figure not in (-1, number)}
    return About(
        words=_words(tokens, near),
        names=frozenset(token.word for token, _ in said if token.word in names),
        role=role,
        phase=phase,
        event="lasted" in close,
        planned=bool(lows & _PLANNED),
        bound=_bound(tokens, start, end, beside),
        approximate=bool(beside & _APPROX),
        per=_rate(tokens, end) or next(
            (_TIMES[word] for word in _ALONE if word in lows and word in _TIMES), ""),
        stats=frozenset(token.low for token, _ in said if token.stat),
        when=frozenset(token.when for token, nearness in said if token.when and nearness >= _CLOSE),
        others=tuple((roles[n], figures[n]) for n, nearness in found.items() if nearness >= _REACH),
        sentence=tuple(figures[n] for n in found),
    )  # fmt: skip


def _nearness(tokens: Sequence[_Token], start: int, end: int) -> list[float]:
    """How near each token is to a figure: less with each word, much less with each new clause."""
    near = [0.0] * len(tokens)
    for places in (range(start - 1, -1, -1), range(end, len(tokens))):
        weight = 1.0
        for far, at in enumerate(places, start=1):
            weight *= tokens[at].step
            near[at] = weight / (1 + 0.06 * far)
    return near


def _words(tokens: Sequence[_Token], near: Sequence[float]) -> tuple[tuple[str, float], ...]:
    best: dict[str, float] = {}
    for token, close in zip(tokens, near, strict=True):
        if token.word and close > best.get(token.word, 0.0):
            best[token.word] = close
    return tuple(sorted(best.items()))


def _bound(tokens: Sequence[_Token], start: int, end: int, beside: Collection[str]) -> str:
    two = [t.low for t in tokens[max(0, start - 2) : start]]
    after = [t.low for t in tokens[end : end + 2]]
    if two in (["less", "than"], ["fewer", "than"], ["up", "to"]):
        return "most"
    if two in (["more", "than"], ["longer", "than"]) or after == ["or", "more"]:
        return "least"
    if _MOST & set(beside) or after in (["or", "less"], ["or", "fewer"]):
        return "most"
    return "least" if _LEAST & set(beside) or after[:1] == ["+"] else ""


def _rate(tokens: Sequence[_Token], end: int) -> str:
    """The unit of "a week", "per user", "/ day" soon after a figure, or ""."""
    for at in range(end, min(end + 5, len(tokens) - 1)):
        token, unit = tokens[at], tokens[at + 1].low
        if token.low in _HARD | {","} or token.figure >= 0:
            return ""
        if token.low in ("a", "an", "each", "every", "per", "/"):
            base = stem(unit)
            if unit in _TIMES or base in _TIMES:
                return _TIMES.get(unit) or _TIMES[base]
            if token.low in ("per", "/"):
                return base
    return ""
