"""What a number measures, or that it names something."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kb.figures import tables as t
from kb.figures.figure import Figure
from kb.figures.numbers import low, next_low

if TYPE_CHECKING:
    from kb.figures.figure import FigureKind
    from kb.figures.numbers import Number, Token

_YEARS: Final = (1900.0, 2100.0)
_CODES: Final = (400.0, 600.0)
_STATUSES: Final = (100.0, 600.0)
_FAR: Final = 3  # words after a number in which its noun is looked for
_SHORT: Final = 2  # letters of a unit that is an abbreviation


def measured(text: str, tokens: list[Token], number: Number) -> tuple[Figure | None, int]:
    """The figure that a number is, or None, and the token to go on from."""
    if _is_glued(tokens, number) or _is_label(tokens, number):
        return None, number.after
    for read in (_money, _with_unit, _multiple):
        found = read(tokens, number)
        if found is not None:
            return _figure(text, tokens, number, found[3], found[:3]), found[3]
    if _is_name(tokens, number):
        return None, number.after
    big, after = _big(tokens, number)
    noun, end = noun_after(tokens, after)
    if noun in t.SECONDS and low(tokens, end) == "ago":
        return None, end
    if not noun and _is_clock_or_date(tokens, number):
        return None, number.after
    kind: FigureKind = "count" if noun or number.word else "number"
    value = number.value * _scale(number.suffix) * big
    return _figure(text, tokens, number, after, (kind, value, noun)), after


def singular(word: str) -> str:
    """A plural noun in the singular, as near as endings tell."""
    if word in ("people", "folk"):
        return "person"
    if word in ("children", "men", "women"):
        return {"children": "child", "men": "man", "women": "woman"}[word]
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "ches", "shes", "zzes")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) else word


def noun_after(tokens: list[Token], after: int) -> tuple[str, int]:
    """The noun that is counted, in the singular, and the token after it; ("", after) if none."""
    for place in range(after, after + _FAR):
        word = next_low(tokens, place)
        if word in t.COMPOUND and tokens[place].glue == "-":
            return singular(word), place + 1
        if not word or word in t.STOP or not word[0].isalpha():
            break
        if word in t.PLURAL or (
            word.endswith("s") and len(word) > 3 and not word.endswith(("ss", "us", "is", "'s"))
            and word not in t.NOT_PLURAL
        ):  # fmt: skip
            return singular(word), place + 1
    return "", after


def _figure(
    text: str, tokens: list[Token], number: Number, after: int, what: tuple[FigureKind, float, str]
) -> Figure:
    start, end = number.start, max(number.end, tokens[after - 1].end)
    before = number.first - 1
    if what[0] == "money" and not number.currency and low(tokens, before) in t.MONEY:
        start = tokens[before].start
    return Figure(*what, text[start:end], start, end)


def _scale(suffix: str) -> float:
    return t.LETTERS.get(suffix, 1.0)


def _big(tokens: list[Token], number: Number) -> tuple[float, int]:
    """What a word such as "million" after a number in digits makes of it."""
    word = next_low(tokens, number.after)
    if not number.word and word in t.BIG and not number.suffix:
        return t.BIG[word], number.after + 1
    return 1.0, number.after


def _money(tokens: list[Token], number: Number) -> tuple[FigureKind, float, str, int] | None:
    big, after = _big(tokens, number)
    suffix, following = number.suffix, next_low(tokens, after)
    currency = number.currency
    letters = suffix
    for end in ("eur", "usd", "gbp", "€", "£", "$", "chf", "kr", "zł"):
        if suffix.endswith(end):
            currency, letters = t.MONEY[end], suffix.removesuffix(end)
    before = tokens[number.first - 1] if number.first else None
    if not currency and before and before.low in t.MONEY and not before.trail:
        currency = t.MONEY[before.low] if before.low not in ("rand", "crowns") else ""
    if not currency and following in t.MONEY and (not suffix or suffix in t.LETTERS):
        currency, after = t.MONEY[following], after + 1
    if not currency and following in ("k€", "m€"):
        currency, letters, after = "EUR", following[0], after + 1
    if not currency and following == "grand" and not suffix:
        return "money", number.value * 1000, "", after + 1
    if not currency or (letters and letters not in t.LETTERS):
        return None
    return "money", number.value * _scale(letters) * big, currency, after


def _with_unit(tokens: list[Token], number: Number) -> tuple[FigureKind, float, str, int] | None:
    """A percentage, a duration or a size."""
    big, after = _big(tokens, number)
    suffix, following = number.suffix, next_low(tokens, after)
    if suffix:
        unit = suffix
    elif following == "per" and next_low(tokens, after + 1) == "cent":
        unit, after = "%", after + 2
    elif following in ("working", "business", "full", "long") and (
        next_low(tokens, after + 1) in t.SECONDS
    ):
        unit, after = next_low(tokens, after + 1), after + 2
    else:
        unit, after = following, after + 1
    value = number.value * big
    if unit in t.PERCENT:
        return _percent(tokens, value, after)
    if unit in t.SIZES:
        return "size", value * t.SIZES[unit], "B", after
    if unit not in t.SECONDS and not _is_minutes(tokens, number):
        return None
    if suffix == "s" and (_within(number.value, _CODES) or _is_decade(tokens, number)):
        return None
    if low(tokens, after) == "ago" or (unit == "d" and not suffix):
        return None
    spans = low(tokens, number.first - 1) in t.SPAN_BEFORE or tokens[after - 1].glue == "-"
    if number.word and value == 1 and unit in ("day", "night") and not spans:
        return None
    return "duration", value * t.SECONDS.get(unit, 60.0), "s", after


def _percent(
    tokens: list[Token], value: float, after: int
) -> tuple[FigureKind, float, str, int] | None:
    following = next_low(tokens, after)
    if value == 100 and following in t.SURE:
        return None
    if following in ("points", "point"):
        after += 1
    return "percent", value, "%", after


def _is_minutes(tokens: list[Token], number: Number) -> bool:
    """Whether the m of "5m" means minutes: of something counted it means millions."""
    small = tokens[number.after - 1].core[-1:] == "m" and number.suffix == "m"
    return small and not noun_after(tokens, number.after)[0]


def _within(value: float, span: tuple[float, float]) -> bool:
    return span[0] <= value < span[1] and value.is_integer()


def _is_decade(tokens: list[Token], number: Number) -> bool:
    return low(tokens, number.first - 1) in ("the", "mid", "late", "early") and (
        number.value % 10 == 0
    )


def _multiple(tokens: list[Token], number: Number) -> tuple[FigureKind, float, str, int] | None:
    following = next_low(tokens, number.after)
    if number.suffix in ("x", "×") or (not number.suffix and following in ("x", "×", "fold")):
        after = number.after + (not number.suffix)
        if low(tokens, after)[:1].isdigit() and tokens[after].glue == "":
            return None  # "2 x 4"
        return "multiple", number.value, "x", after
    if following == "times" and low(tokens, number.after + 1) in t.FASTER:
        return "multiple", number.value, "x", number.after + 1
    return None


def _is_glued(tokens: list[Token], number: Number) -> bool:
    """Whether the number is a piece of something longer: JIRA-123, HTTP/2, 24/7, one-off."""
    first, before = tokens[number.first], low(tokens, number.first - 1)
    if first.glue and first.glue in "-‑/=" and not first.lead:
        if first.glue in "/=" and not number.suffix and not number.currency:
            return True
        written = before.strip("$€£¥₹")[:1].isdigit()
        if not written and before not in t.SMALL and before not in t.TENS:
            return before[-1:].isalnum() and before not in ("mid", "non", "sub", "a")
        if first.glue == "-" and _is_long(tokens, number):
            return True
    following = tokens[number.after] if number.after < len(tokens) else None
    if following is None or following.glue not in ("-", "‑", "/", "–"):
        return False
    if following.start != number.end + 1:
        return False
    if following.glue == "/":
        return _is_slashed(number, following)
    if following.low[:1].isdigit():
        return _is_long(tokens, number) or _within(number.value, _YEARS)
    known = (t.SECONDS, t.SIZES, t.PERCENT, t.COMPOUND, t.MONEY, t.BIG, t.SMALL, t.TENS)
    return not any(following.low in table for table in known)


def _is_slashed(number: Number, following: Token) -> bool:
    """Whether a number before a slash is no measure: 24/7, 4/5/2023; but 9/10, 3/month are."""
    if following.low[:1].isdigit():
        return following.low not in ("5", "10", "100")
    return not (number.suffix or following.low in t.SECONDS)


def _is_long(tokens: list[Token], number: Number) -> bool:
    """Whether digits and hyphens go on as in a date or a telephone number."""
    places = (number.first - 1, number.first, number.after, number.after + 1)
    glued = [p for p in places if 0 < p < len(tokens) and tokens[p].glue == "-"]
    digits = [p for p in glued if tokens[p].low[:1].isdigit()]
    around = (low(tokens, p) for p in (number.first - 1, number.first, number.after))
    return len(digits) > 1 or any(len(w) > 1 and w[0] == "0" and w.isdigit() for w in around)


def _is_label(tokens: list[Token], number: Number) -> bool:
    """Whether it says which: phase 2, port 8080, the first item of a list, Q3, 1st."""
    token, before = tokens[number.first], tokens[number.first - 1] if number.first else None
    if number.suffix in ("st", "nd", "rd", "th", "d", "g") and number.suffix not in t.SECONDS:
        return True
    if token.first and not number.word and token.trail[:1] in (".", ")") and number.value < 100:
        return _begins_line(tokens, number)
    if "(" in token.lead and token.trail[:1] == ")" and number.value < 20 and not number.suffix:
        return True
    if number.currency or before is None or before.trail or token.first:
        return False
    return before.low.removesuffix("s") in t.LABELS and not (before.low == "no" and number.word)


def _begins_line(tokens: list[Token], number: Number) -> bool:
    """Whether a numbered item begins here: nothing was said on this line before it."""
    before = tokens[number.first - 1] if number.first else None
    return before is None or not before.trail.endswith(":") or before.end < number.start - 2


def _is_name(tokens: list[Token], number: Number) -> bool:
    """Whether a number without a unit is a version, a code, a year or part of a name."""
    before = tokens[number.first - 1] if number.first else None
    if number.suffix and number.suffix not in t.LETTERS:
        return True
    noun = bool(noun_after(tokens, number.after)[0])
    if _is_year(tokens, number, noun) or _is_status(tokens, number):
        return True
    if number.word and number.value == 1:
        return _is_no_count(tokens, number)
    if number.word and number.value == 2 and low(tokens, number.first - 1) in (
        "the", "these", "those", "us", "you", "them", "we",
    ):  # fmt: skip
        return True
    if before is None or before.trail or tokens[number.first].first:
        return False
    if before.low in t.PRODUCTS or (before.low in t.MAYBE_LABELS and not noun):
        return True
    opened = before.first or not before.core[:1].isupper()
    named = not opened or before.core[1:] != before.low[1:]
    return named and not noun and before.low not in ("i",)


def _is_year(tokens: list[Token], number: Number, noun: bool) -> bool:
    if number.word or number.suffix or not _within(number.value, _YEARS):
        return False
    if number.end - number.start != 4:
        return False
    before = low(tokens, number.first - 1)
    return not noun or before in t.STOP or before in t.MONTHS


def _is_status(tokens: list[Token], number: Number) -> bool:
    if number.word or not _within(number.value, _STATUSES):
        return False
    before, following = low(tokens, number.first - 1), next_low(tokens, number.after)
    if (_within(number.value, _CODES) and following in t.CODE_AFTER) or following == "ok":
        return True
    named = before in ("http", "status", "code", "error") or (
        _within(number.value, _CODES) and before in t.CODE_BEFORE
    )
    return named and not noun_after(tokens, number.after)[0]


def _is_no_count(tokens: list[Token], number: Number) -> bool:
    """Whether "one" counts nothing: one of the, one day, the one, no one."""
    before, following = low(tokens, number.first - 1), next_low(tokens, number.after)
    if following in ("a", "per", "every") and low(tokens, number.after + 1) in t.SECONDS:
        return False
    if before in ("to", "just", "only", "exactly", "than", "from"):
        twice = low(tokens, number.first - 2) == "one" or low(tokens, number.first + 2) == "one"
        return twice or following in ("of", "another", "day", "thing")
    return following not in t.ZEROED and following not in ("customer", "user", "engineer", "call")


def _is_clock_or_date(tokens: list[Token], number: Number) -> bool:
    """Whether a number without noun and unit is a time of day or a day of a month."""
    before, following = low(tokens, number.first - 1), low(tokens, number.after)
    if following in t.CLOCK_AFTER or number.suffix in ("am", "pm"):
        return True
    if following in t.MONTHS or before in t.MONTHS or before in t.WEEKDAYS:
        return True
    if following == "of" and low(tokens, number.after + 1) in t.MONTHS:
        return True
    if before in ("past", "at") or (before == "to" and low(tokens, number.first - 3) == "at"):
        return True
    return number.word and before in t.CLOCK_BEFORE
