"""Numbers that measure something, found in a text.

Words are looked at one after the other, each with a few of its neighbours, so that a text
of any length is read in time that grows with it. What names a thing (a year, a version, an
error code, a port, a level, an identifier) is left out.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from kb.figures import tables as t
from kb.figures.figure import Figure, FigureKind
from kb.figures.measures import measured, noun_after, singular
from kb.figures.numbers import in_digits, in_words, low, next_low, tokens_of

if TYPE_CHECKING:
    from kb.figures.numbers import Number, Token

__all__ = ["Figure", "FigureKind", "find_figures"]

_STARTERS: Final = (
    frozenset(t.SMALL) | set(t.TENS) | set(t.MULTIPLES) | {"a", "an", "half", "no", "none"}
)
_JOINT: Final = re.compile(
    r"\s?(?:[-‑–—→]>?|(?:(?:and|or|down|up) )?(?:to|and|or)\s)\s?"
    r"(?:(?:about|just|under|over|only|around|roughly|nearly|almost|some|barely)\s)?[~≈]?"
)
_WIDEST: Final = 24  # characters between two figures of a pair
_NO_SUCH: Final = t.words("doubt need idea reason way change longer one more wonder matter looking")
_NO_ZERO: Final = t.words("tolerance trust day days sum based touch click config in hour knowledge")


def find_figures(text: str) -> tuple[Figure, ...]:
    """The figures of `text` in the order they stand. Takes time in proportion to its length."""
    tokens = tokens_of(text)
    found: list[Figure] = []
    place = 0
    while place < len(tokens):
        word = tokens[place].low
        if word.isalpha() and word not in _STARTERS and not word.endswith("fold"):
            place += 1
            continue
        figure, after = _read(text, tokens, place)
        if figure is not None:
            found.append(figure)
        place = max(after, place + 1)
    return tuple(_shared(text, found))


def _read(text: str, tokens: list[Token], at: int) -> tuple[Figure | None, int]:
    """The figure that begins at a token, if one does, and the token to go on from."""
    word, following = tokens[at].low, next_low(tokens, at + 1)
    if word in t.MULTIPLES and not (word == "double" and following not in ("the", "our", "in")):
        return _make(text, tokens, at, at + 1, ("multiple", t.MULTIPLES[word], "x")), at + 1
    if word in ("no", "zero") and following in t.ZEROED:
        return _make(text, tokens, at, at + 2, ("count", 0.0, singular(following))), at + 2
    if word in ("no", "none") and (zero := _none_since(tokens, at)):
        return _make(text, tokens, at, zero, ("count", 0.0, "")), zero
    if word.endswith("fold"):
        value = t.SMALL.get(word[:-4]) or (100.0 if word == "hundredfold" else 0.0)
        made = _make(text, tokens, at, at + 1, ("multiple", value, "x")) if value else None
        return made, at + 1
    number = in_words(tokens, at) if word.isalpha() else in_digits(text, tokens, at)
    read = _span(text, tokens, at, number) or _half(text, tokens, at) or _fraction(text, tokens, at)
    if read is not None:
        return read
    if number is None or (number.word and number.value == 0 and following in _NO_ZERO):
        return None, at + 1
    return measured(text, tokens, number)


def _none_since(tokens: list[Token], at: int) -> int:
    """The token after "none" or "no reprint" where that is a count: since then, or down to it."""
    if tokens[at].low == "none":
        return at + 1 if low(tokens, at - 1) == "to" or next_low(tokens, at + 1) == "since" else 0
    for place in range(at + 2, min(at + 9, len(tokens))):
        if any(sign in ".;!?" for sign in tokens[place - 1].trail):
            return 0
        if tokens[place].low == "since":
            return 0 if low(tokens, at + 1) in _NO_SUCH else at + 2
    return 0


def _make(
    text: str, tokens: list[Token], first: int, after: int, what: tuple[FigureKind, float, str]
) -> Figure:
    start, end = tokens[first].start, tokens[after - 1].end
    return Figure(*what, text[start:end], start, end)


def _span(
    text: str, tokens: list[Token], at: int, number: Number | None
) -> tuple[Figure | None, int] | None:
    """An hour and a half; two and a half hours; under a week."""
    if tokens[at].low in ("a", "an") and low(tokens, at + 1) in t.SECONDS:
        first, after = 1.0, at + 1
    elif number is not None and not number.suffix:
        first, after = number.value, number.after
    else:
        return None
    halved = [low(tokens, after + n) for n in range(3)] == ["and", "a", "half"]
    if halved and low(tokens, after + 3) in t.SECONDS:
        value, end = (first + 0.5) * t.SECONDS[low(tokens, after + 3)], after + 4
    elif low(tokens, after) not in t.SECONDS or len(low(tokens, after)) < 3:
        return None
    elif [low(tokens, after + 1 + n) for n in range(3)] == ["and", "a", "half"]:
        value, end = (first + 0.5) * t.SECONDS[low(tokens, after)], after + 4
    elif tokens[at].low not in ("a", "an"):
        return None
    else:
        value, end = t.SECONDS[low(tokens, after)], after + 1
        if low(tokens, at - 1) not in t.SPAN_BEFORE or low(tokens, end) in ("ago", "or"):
            return None, at + 1
    return _make(text, tokens, at, end, ("duration", value, "s")), end


def _half(text: str, tokens: list[Token], at: int) -> tuple[Figure | None, int] | None:
    """Half, half a day, half a million, half the time."""
    if tokens[at].low != "half":
        return None
    second, third = next_low(tokens, at + 1), next_low(tokens, at + 2)
    if second in ("a", "an") and third in t.SECONDS:
        return _make(text, tokens, at, at + 3, ("duration", t.SECONDS[third] / 2, "s")), at + 3
    if second in t.SECONDS and len(second) > 2:
        return _make(text, tokens, at, at + 2, ("duration", t.SECONDS[second] / 2, "s")), at + 2
    big = 1 if second in t.BIG else 2 if second == "a" and third in t.BIG else 0
    if big:
        noun, _ = noun_after(tokens, at + 1 + big)
        value = t.BIG[second if big == 1 else third] / 2
        return _make(text, tokens, at, at + 1 + big, ("count", value, noun)), at + 1 + big
    if low(tokens, at - 1) in t.NO_HALF or second in ("past", "way", "hearted", "finished"):
        return None, at + 1
    glued = at + 1 < len(tokens) and tokens[at + 1].glue == "-"
    made = None if glued else _make(text, tokens, at, at + 1, ("multiple", 0.5, "x"))
    return made, at + 1


def _fraction(text: str, tokens: list[Token], at: int) -> tuple[Figure | None, int] | None:
    """A third of them, two thirds, one in five, three quarters of an hour."""
    word, second, third = tokens[at].low, next_low(tokens, at + 1), next_low(tokens, at + 2)
    top = 1.0 if word == "a" else t.SMALL.get(word, 0.0)
    whole = t.SMALL.get(third) or (float(third) if third.isdecimal() and len(third) < 9 else 0.0)
    if word in ("one", "1") and second == "in" and whole > 2:
        return _make(text, tokens, at, at + 3, ("multiple", 1 / whole, "x")), at + 3
    if not top or second not in t.PARTS:
        return None
    value = top / t.PARTS[second]
    if third == "of" and low(tokens, at + 3) in ("a", "an") and low(tokens, at + 4) in t.SECONDS:
        whole = t.SECONDS[low(tokens, at + 4)]
        return _make(text, tokens, at, at + 5, ("duration", value * whole, "s")), at + 5
    if second == "quarters" and third != "of":
        return None
    whole_only = top == 1 and low(tokens, at - 1) not in ("by", "to", "than", "off", "about")
    if whole_only and third not in t.AFTER_PART:
        return None, at + 2
    return _make(text, tokens, at, at + 2, ("multiple", value, "x")), at + 2


def _shared(text: str, found: list[Figure]) -> list[Figure]:
    """The figures, with the unit of one of a pair given to the other: from 48 minutes to 11."""
    for n in range(1, len(found)):
        one, two = found[n - 1], found[n]
        gap = text[one.end : two.start]
        if len(gap) > _WIDEST or not _JOINT.fullmatch(gap):
            continue
        if _is_bare(one) and not _is_bare(two):
            found[n - 1] = _with_unit_of(two, one)
        elif _is_bare(two) and not _is_bare(one):
            found[n] = _with_unit_of(one, two)
        elif _is_bare(one) and one.value.is_integer() and two.value.is_integer():
            found[n - 1], found[n] = replace(one, kind="count"), replace(two, kind="count")
    return found


def _is_bare(figure: Figure) -> bool:
    return figure.kind in ("number", "count") and not figure.unit


def _with_unit_of(other: Figure, figure: Figure) -> Figure:
    """The bare figure as one of the other's kind, scaled as the other is written."""
    if other.kind == "count":
        return replace(figure, kind="count", unit=other.unit)
    scale = 1.0
    if other.kind in ("duration", "size") or (other.kind == "money" and figure.value < 1000):
        plain = next((f.value for f in _numbers(other.text)), 0.0)
        scale = other.value / plain if plain else 1.0
    return replace(figure, kind=other.kind, unit=other.unit, value=figure.value * scale)


def _numbers(text: str) -> list[Number]:
    """The bare numbers with which a figure's text is written."""
    tokens = tokens_of(text)
    read = (
        in_words(tokens, n) if token.low.isalpha() else in_digits(text, tokens, n)
        for n, token in enumerate(tokens)
    )
    return [number for number in read if number is not None]
