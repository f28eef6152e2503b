"""A text to its words, and the numbers that are written in them, in digits or in letters."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from kb.figures.tables import BIG, MONEY, SMALL, TENS

_PIECE: Final = re.compile(r"[^\s|/–—→=‑-]+")
_LEAD: Final = "([{<>\"'“”‘’*_`~≈≤≥±+#−"
_TRAIL: Final = ")]}>\"'“”’*_`.,;:!?…"
_SHAPE: Final = re.compile(
    r"(us\$|a\$|c\$|r\$|[$€£¥₹]|eur|usd|gbp|chf|rs)?"
    r"(\d{1,3}(?:,\d{3})+(?:\.\d{1,9})?|\d{1,3}(?:\.\d{3})+,\d{1,2}|\d{1,12},\d{1,2}"
    r"|\d{1,15}(?:\.\d{1,9})?|\.\d{1,9})"
    r"([^\W\d_]{0,12}|%|×|[km]?[€£$])"
)
_CONTINENTAL: Final = re.compile(r"\d{1,3}(?:\.\d{3})+,\d{1,2}|\d{1,12},\d{1,2}")
_HOURS: Final = re.compile(r"(\d{1,3})h(\d{1,2})(?:m|min)?")
_NARROW: Final = frozenset("\u00a0\u2009\u202f")
_LONGEST: Final = 40
_BELOW: Final = SMALL.keys() | TENS.keys()
_MOST: Final = 1e15


class Token(NamedTuple):
    """A word without the signs around it.

    glue: the character it is joined to at its left, or "". lead, trail: the signs that were
    taken off. first: whether a line or a sentence begins with it.
    """

    start: int
    end: int
    core: str
    low: str
    glue: str
    lead: str
    trail: str
    first: bool


class Number(NamedTuple):
    """A number as it is read: what it is worth, the tokens it is made of (the first, and the
    one after the last), its place, and what is written on to it."""

    value: float
    first: int
    after: int
    start: int
    end: int
    currency: str = ""
    suffix: str = ""
    word: bool = False


def tokens_of(text: str) -> list[Token]:
    """The words of a text, parted at spaces, dashes, slashes and arrows."""
    found: list[Token] = []
    first = True
    end = 0
    for match in _PIECE.finditer(text):
        raw, start = match[0], match.start()
        lead = trail = ""
        core = raw
        if not raw.isalnum():
            left = raw.lstrip(_LEAD)
            core = left.rstrip(_TRAIL)
            lead, trail = raw[: len(raw) - len(left)], left[len(core) :]
        first = first or "\n" in text[end:start]
        before = text[start - 1] if start > 1 else " "
        glue = before if not (before.isspace() or text[start - 2].isspace()) else ""
        end = match.end()
        begin = start + len(lead)
        if core:
            low = core.lower()
            found.append(Token(begin, begin + len(core), core, low, glue, lead, trail, first))
            first = False
        if trail and not first:
            first = any(sign in ".!?:" for sign in trail)
    return found


def low(tokens: list[Token], at: int) -> str:
    """The word at a place, in lower case; "" outside the text."""
    return tokens[at].low if 0 <= at < len(tokens) else ""


def next_low(tokens: list[Token], after: int) -> str:
    """The word at a place, or "" where a sign stands before it that ends what was said."""
    if after >= len(tokens):
        return ""
    trail = tokens[after - 1].trail if after else ""
    return "" if trail and any(sign in ".,;:!?)" for sign in trail) else tokens[after].low


def in_words(tokens: list[Token], at: int) -> Number | None:
    """The number in words that begins at a token: "twenty-five", "a hundred", "two dozen"."""
    total, part, place, last = 0.0, 0.0, at, ""
    while place < len(tokens):
        token = tokens[place]
        word = token.low
        if place > at and (tokens[place - 1].trail or token.glue not in ("", "-", "‑")):
            break
        if place == at and word in ("a", "an") and low(tokens, at + 1) in BIG:
            part = 1.0
        elif _joins(word, last):
            part += SMALL.get(word, 0.0) + TENS.get(word, 0.0)
        elif word in BIG and last and part < _MOST:
            part *= BIG[word]
            if BIG[word] >= 1000:
                total, part = total + part, 0.0
        elif not (word == "and" and last in BIG and low(tokens, place + 1) in _BELOW):
            break
        last = last if word == "and" else word
        place += 1
    if place == at:
        return None
    return Number(total + part, at, place, tokens[at].start, tokens[place - 1].end, word=True)


def _joins(word: str, last: str) -> bool:
    """Whether a word below a hundred may follow the last word of a number."""
    if word in SMALL:
        return not last or last in BIG or (last in TENS and 0 < SMALL[word] < 10)
    return word in TENS and (not last or last in BIG)


def in_digits(text: str, tokens: list[Token], at: int) -> Number | None:
    """The number in digits that a token is, with the groups of three that follow it."""
    token = tokens[at]
    if "#" in token.lead or len(token.core) > _LONGEST or _is_dialled(tokens, at):
        return None
    hours = _HOURS.fullmatch(token.low)
    if hours:
        seconds = int(hours[1]) * 3600.0 + int(hours[2]) * 60
        return Number(seconds, at, at + 1, token.start, token.end, suffix="s")
    shape = _SHAPE.fullmatch(token.low)
    if shape is None:
        return None
    currency, written, suffix = shape[1] or "", shape[2], shape[3]
    after, end = at + 1, token.end
    while not suffix and after < len(tokens) and _goes_on(text, tokens[after], end, written):
        more = _SHAPE.fullmatch(tokens[after].low)
        if more is None or more[1] or len(more[2].partition(".")[0]) != 3:
            break
        written, suffix, end, after = written + more[2], more[3], tokens[after].end, after + 1
    return Number(_value(written), at, after, token.start, end, MONEY.get(currency, ""), suffix)


def _is_dialled(tokens: list[Token], at: int) -> bool:
    """Whether digits are a piece of a telephone number: +49 30 1234567, 07700 900123."""
    for place in range(at, max(at - 5, -1), -1):
        if not tokens[place].core.isdigit():
            return False
        opens = "+" in tokens[place].lead or tokens[place].core[0] == "0"
        if opens and len(tokens[place].core) > 1 and low(tokens, place + 1).isdigit():
            return True
        if tokens[place].core[0] == "0" and len(tokens[place].core) > 1:
            return True
    return False


def _goes_on(text: str, token: Token, end: int, written: str) -> bool:
    """Whether a token can be the next three digits of a number written with spaces."""
    gap = text[end : token.start]
    return (
        written.isdigit()
        and len(written) <= 12
        and (gap in _NARROW or (gap == " " and len(written) < 4 and token.low[:3] == "000"))
    )


def _value(written: str) -> float:
    if _CONTINENTAL.fullmatch(written):
        return float(written.replace(".", "").replace(",", "."))
    return float(written.replace(",", ""))
