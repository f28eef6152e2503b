"""Numbers that measure something, found in a text.

Words are looked at one after the other, each with a few of its neighbours, so that a text
of any length is read in time that grows with it. What names a thing (a year, a version, an
error code, a port, a level, an identifier) is left out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final, Literal, NamedTuple

FigureKind = Literal["money", "percent", "duration", "multiple", "size", "count", "number"]


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that measures something, as it stands in a text.

    value: in the base unit of its kind (seconds for durations, bytes for sizes; money and
    counts as they are, a percentage as 40.0, a multiple as 3.0). unit: "s", "B", "%", "x",
    the currency's code, or for a count the noun in the singular ("customer"), else "".
    text: as written; start, end: its place in the text it was found in.
    """

    kind: FigureKind
    value: float
    unit: str
    text: str
    start: int
    end: int


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


def _table(rows: str) -> dict[str, str]:
    """Of "value: name name; value: name" the value of each name."""
    pairs = (row.split(":") for row in rows.split(";"))
    return {name: value.strip() for value, names in pairs for name in names.split()}


_SMALL: Final = {
    word: float(n)
    for n, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen"
        " fifteen sixteen seventeen eighteen nineteen".split()
    )
}
_TENS: Final = {
    word: 10.0 * n
    for n, word in enumerate(
        "twenty thirty forty fifty sixty seventy eighty ninety".split(), start=2
    )
}
_BIG: Final = {
    "hundred": 100.0, "thousand": 1e3, "million": 1e6, "billion": 1e9, "dozen": 12.0,
    "lakh": 1e5, "crore": 1e7, "mn": 1e6, "bn": 1e9,
}  # fmt: skip
_FRACTIONS: Final = {
    "half": 2, "halves": 2, "third": 3, "thirds": 3, "quarter": 4, "quarters": 4,
    "fifth": 5, "fifths": 5, "tenth": 10, "tenths": 10, "eighth": 8, "eighths": 8,
}  # fmt: skip
_MULTIPLES: Final = {
    "twice": 2.0, "thrice": 3.0, "halved": 0.5, "halving": 0.5, "halves": 0.5, "halve": 0.5,
    "doubled": 2.0, "doubling": 2.0, "doubles": 2.0, "double": 2.0, "tripled": 3.0,
    "tripling": 3.0, "trebled": 3.0, "triple": 3.0, "quadrupled": 4.0, "quintupled": 5.0,
}  # fmt: skip
_MONEY: Final = _table(
    "USD: $ us$ usd dollar dollars buck bucks; EUR: € eur euro euros; GBP: £ gbp pound pounds quid"
    "; JPY: ¥ jpy yen; INR: ₹ inr rupee rupees rs; CHF: chf franc francs; AUD: a$ aud; CAD: c$ cad"
    "; SEK: sek; NOK: nok; DKK: dkk; PLN: pln złoty zloty zł; BRL: brl r$ reais; CNY: cny yuan rmb"
    "; kr: kr kroner kronor crowns; MXN: mxn pesos; SGD: sgd; ZAR: zar rand; CZK: czk; HUF: huf"
)
_DAY: Final = 86400.0
_SECONDS: Final = {
    name: float(value)
    for value, names in (
        (1e-9, "ns nanosecond"), (1e-6, "µs us microsecond"), (1e-3, "ms msec millisecond milli"),
        (1, "s sec second"), (60, "min minute"), (3600, "h hr hour"), (_DAY, "d day night"),
        (7 * _DAY, "w wk week"), (14 * _DAY, "fortnight"), (30 * _DAY, "month"),
        (91 * _DAY, "quarter"), (365 * _DAY, "yr year"), (3650 * _DAY, "decade"),
    )
    for name in names.split()
}  # fmt: skip
_SIZES: Final = {
    sign + end: power / (8 if bits else 1)
    for power, signs in (
        (1.0, ("", "")), (1e3, ("k", "kilo")), (1e6, ("m", "mega")), (1e9, ("g", "giga")),
        (1e12, ("t", "tera")), (1e15, ("p", "peta")), (1024.0, ("ki", "kibi")),
        (1024.0**2, ("mi", "mebi")), (1024.0**3, ("gi", "gibi")),
    )
    for sign, ends, bits in (
        (signs[0], ("b",) if power > 1 else (), False), (signs[1], ("byte", "bytes"), False),
        (signs[0], ("bps", "bit"), True), (signs[1], ("bit", "bits"), True),
    )
    for end in ends
}  # fmt: skip
_SIZES.pop("bit")  # "64-bit"
_LETTERS: Final = {"k": 1e3, "m": 1e6, "mio": 1e6, "mn": 1e6, "bn": 1e9, "b": 1e9}
_PERCENT: Final = _set("% percent pct pp percentage percents")
_MONTHS: Final = _set(
    "january february march april may june july august september october november december"
    " jan feb mar apr jun jul aug sep sept oct nov dec"
)
# Before a number these make it a name, whatever follows ...
_LABELS: Final = _set(
    "phase level tier stage step section chapter page port ports version release build ticket"
    " article art clause option priority sev severity grade type category appendix annex figure fig"
    " slide question milestone number no nr error code status http exit rule part round wave gate"
    " article paragraph line-item issue pr bug epic story task v stufe"
)
# ... and these where no unit and no noun does.
_MAYBE_LABELS: Final = _set(
    "week day month year quarter sprint team group room line row class floor batch iteration"
    " platform building plan column cohort lane shift table unit node server shard zone region"
)
_PRODUCTS: Final = _set(
    "python django node java postgres postgresql mysql angular react vue rails ruby php spark"
    " ubuntu debian windows ios android macos kubernetes spring tls ssl html css usb bluetooth"
    " oracle redis elasticsearch swift kotlin scala excel office unity terraform jenkins gradle"
    " maven flutter xcode chrome firefox iso iec rfc soc din ieee wcag pci http log4j dotnet"
)
_CODE_BEFORE: Final = _set(
    "a an the http error code status returned return returns with got gave throwing threw these"
)
_CODE_AFTER: Final = _set("error errors response responses status code codes page")
_STOP: Final = _set(
    "of in on at to for from by with and or but that which who were was is are had have has did do"
    " it we i they he she the a an this our my their his her its as than so because since when if"
    " while after before until per each every about over under out up down into not also then"
    " there now still only even too more less or would could will can must should between through"
    " without within against during across later ago earlier all both no"
)
_NOT_PLURAL: Final = _set(
    "less plus perhaps sometimes always afterwards besides whereas thus towards works needs goes"
    " says gets versus times across does this its takes makes runs stays"
)
_PLURAL: Final = _set("people children men women staff criteria feet downtime personnel folk")
_ZEROED: Final = _set(
    "incident incidents outage outages downtime complaint complaints ticket tickets error errors"
    " regression regressions rollback rollbacks accident accidents failure failures loss losses"
    " crash crashes breach breaches page pages escalation escalations defect defects bug bugs"
    " recurrence repeat repeats attrition churn casualties injuries timeouts alerts findings"
    " duplicates returns recalls resignations interruption interruptions"
)
_NOT_MEASURED: Final = _set("tolerance trust day sum based touch click")
_ONE_OF_MANY: Final = _set(
    "of day thing way another person place side hand time point more another's by after on evening"
    " morning afternoon night that who which i we they he she it is was page-turner word reason"
)
_SURE: Final = _set("sure certain confident convinced honest committed behind clear")
_CLOCK_BEFORE: Final = _set("at until till past around by before after since")
_CLOCK_AFTER: Final = _set("am pm a.m p.m o'clock o’clock past")
_SPAN_BEFORE: Final = _set(
    "in within under over takes took take to from than about almost nearly only just lasted"
    " every inside another saved saves saving"
)
_COMPOUND: Final = _set("person people strong fold man woman member hour")

_PIECE: Final = re.compile(r"[^\s|/–—→=-]+")
_LEAD: Final = "([{<>\"'“”‘’*_`~≈≤≥±+#−"
_TRAIL: Final = ")]}>\"'“”’*_`.,;:!?…"
_SHAPE: Final = re.compile(
    r"(us\$|a\$|c\$|r\$|[$€£¥₹]|eur|usd|gbp|chf|rs)?"
    r"(\d{1,3}(?:,\d{3})+(?:\.\d{1,9})?|\d{1,3}(?:\.\d{3})+,\d{1,2}|\d{1,12},\d{1,2}"
    r"|\d{1,15}(?:\.\d{1,9})?|\.\d{1,9})"
    r"([^\W\d_]{0,12}|%|[×]|[km]?[€£$])"
)
_HOURS: Final = re.compile(r"(\d{1,3})h(\d{1,2})(?:m|min)?")
_JOINT: Final = re.compile(
    r"\s*(?:[-–—→]+>?|(?:(?:and|or|down|up|,)\s+)?(?:to|and|or)\s)\s*"
    r"(?:(?:about|just|under|over|only|around|roughly|nearly|almost|some|barely)\s+)?[~≈]?"
)


class _Token(NamedTuple):
    """A word without the signs around it. glue: the character it is joined to at its left, or
    "". lead, trail: the signs that were taken off. first: it begins a line or sentence."""

    start: int
    end: int
    core: str
    low: str
    glue: str
    lead: str
    trail: str
    first: bool


class _Number(NamedTuple):
    """A number as it is read: what it is worth, where, and what stands close to it."""

    value: float
    first: int  # the tokens it is made of: first and one past the last
    after: int
    start: int
    end: int
    currency: str = ""
    suffix: str = ""
    word: bool = False


def find_figures(text: str) -> tuple[Figure, ...]:
    """The figures of `text` in the order they stand. Takes time in proportion to its length."""
    tokens = _tokens(text)
    found: list[Figure] = []
    place = 0
    while place < len(tokens):
        low = tokens[place].low
        if low.isalpha() and low not in _STARTERS:
            place += 1
            continue
        figure, after = _read(text, tokens, place)
        if figure is not None:
            found.append(figure)
        place = max(after, place + 1)
    return tuple(_shared(text, found))


def _tokens(text: str) -> list[_Token]:
    found: list[_Token] = []
    first = True
    end = 0
    for match in _PIECE.finditer(text):
        raw, start = match[0], match.start()
        left = raw.lstrip(_LEAD)
        core = left.rstrip(_TRAIL)
        lead, trail = raw[: len(raw) - len(left)], left[len(core) :]
        first = first or "\n" in text[end:start]
        glue = text[start - 1] if start and not text[start - 1].isspace() else ""
        end = match.end()
        begin = start + len(lead)
        if core:
            low = core.lower()
            found.append(_Token(begin, begin + len(core), core, low, glue, lead, trail, first))
            first = False
        first = first or any(sign in ".!?:" for sign in trail)
    return found


def _read(text: str, tokens: list[_Token], at: int) -> tuple[Figure | None, int]:
    """The figure that begins at token `at`, if one does, and the token to go on from."""
    low = tokens[at].low
    if low in _MULTIPLES and not (low == "double" and _low(tokens, at + 1) not in ("the", "our")):
        return _figure(text, tokens, at, at + 1, "multiple", _MULTIPLES[low], "x"), at + 1
    if low in ("no", "zero") and _low(tokens, at + 1) in _ZEROED:
        noun = _singular(_low(tokens, at + 1))
        return _figure(text, tokens, at, at + 2, "count", 0.0, noun), at + 2
    if low.endswith("fold") and (low[:-4] in _SMALL or low[:-4] == "hundred"):
        value = _SMALL.get(low[:-4], 100.0)
        return _figure(text, tokens, at, at + 1, "multiple", value, "x"), at + 1
    fraction = _fraction(text, tokens, at)
    if fraction is not None:
        return fraction
    number = _words(tokens, at) if low.isalpha() else _digits(text, tokens, at)
    if number is None:
        return None, at + 1
    return _measured(text, tokens, number)


def _fraction(text: str, tokens: list[_Token], at: int) -> tuple[Figure | None, int] | None:
    """Half, a third, two thirds, half a day, an hour and a half; None for all else."""
    low, second, third = (_low(tokens, at + n) for n in range(3))
    if low in ("a", "an") and second in _SECONDS and len(second) > 2:
        end, value = at + 2, 1.0
        if [_low(tokens, at + n) for n in (2, 3, 4)] == ["and", "a", "half"]:
            end, value = at + 5, 1.5
        elif _low(tokens, at - 1) not in _SPAN_BEFORE or third == "ago":
            return None, at + 1
        return _figure(text, tokens, at, end, "duration", value * _SECONDS[second], "s"), end
    if low == "half" and second in ("a", "an") and third in _SECONDS:
        return _figure(text, tokens, at, at + 3, "duration", _SECONDS[third] / 2, "s"), at + 3
    if low == "half" and second in _SECONDS and tokens[at + 1].glue:
        return _figure(text, tokens, at, at + 2, "duration", _SECONDS[second] / 2, "s"), at + 2
    if low == "half" and second in ("a", "dozen") and (third in _BIG or second == "dozen"):
        big, end = (second, at + 2) if second == "dozen" else (third, at + 3)
        noun = _noun(tokens, end)
        return _figure(text, tokens, at, end, "count", _BIG[big] / 2, noun), end
    top = 1.0 if low in ("a", "one") else _SMALL.get(low, 0.0)
    if second in _FRACTIONS and top and not (second in ("quarters", "quarter") and third != "of"):
        if low == "a" and second not in ("half",) and _low(tokens, at + 2) not in _AFTER_PART:
            return None, at + 2
        value = top / _FRACTIONS[second]
        return _figure(text, tokens, at, at + 2, "multiple", value, "x"), at + 2
    if low == "half" and _low(tokens, at - 1) not in _NO_HALF and second != "past":
        return _figure(text, tokens, at, at + 1, "multiple", 0.5, "x"), at + 1
    return None


_AFTER_PART: Final = _set("of fewer less more faster cheaper smaller shorter quicker") | {""}
_NO_HALF: Final = _set("first second other better last the")


def _words(tokens: list[_Token], at: int) -> _Number | None:
    """A number in words: "twenty-five", "a hundred", "one hundred and twenty"."""
    total, part, place = 0.0, 0.0, at
    last = ""
    while place < len(tokens):
        token = tokens[place]
        low = token.low
        if place > at and (tokens[place - 1].trail or token.glue not in ("", "-", "‑")):
            break
        if low in ("a", "an") and place == at and _low(tokens, at + 1) in _BIG:
            part = 1.0
        elif low in _SMALL and (not last or last in _BIG or (last in _TENS and _SMALL[low] < 10)):
            part += _SMALL[low]
        elif low in _TENS and (not last or last in _BIG):
            part += _TENS[low]
        elif low in _BIG and last:
            part *= _BIG[low]
            if _BIG[low] >= 1000:
                total, part = total + part, 0.0
        elif not (low == "and" and last in ("hundred", "thousand") and _small(tokens, place + 1)):
            break
        last = low if low != "and" else "hundred"
        place += 1
    if place == at or last in ("a", "an"):
        return None
    return _Number(total + part, at, place, tokens[at].start, tokens[place - 1].end, word=True)


def _digits(text: str, tokens: list[_Token], at: int) -> _Number | None:
    token = tokens[at]
    if "#" in token.lead or len(token.core) > 40:
        return None
    hours = _HOURS.fullmatch(token.low)
    if hours:
        seconds = int(hours[1]) * 3600.0 + int(hours[2]) * 60
        return _Number(seconds, at, at + 1, token.start, token.end, suffix="s")
    shape = _SHAPE.fullmatch(token.low)
    if shape is None:
        return None
    written, after, end = shape[2], at + 1, token.end
    while not shape[3] and after < len(tokens) and _goes_on(text, tokens[after], end, written):
        more = _SHAPE.fullmatch(tokens[after].low)
        if more is None or more[1] or len(more[2].split(".")[0]) != 3:
            break
        written, end, shape, after = written + more[2], tokens[after].end, more, after + 1
    currency = _MONEY.get(_SHAPE.fullmatch(token.low)[1] or "", "")  # type: ignore[index]
    return _Number(_value(written), at, after, token.start, end, currency, shape[3])


def _goes_on(text: str, token: _Token, end: int, written: str) -> bool:
    """Whether a token is the next three digits of a number written with spaces."""
    gap = text[end : token.start]
    return len(written) <= 12 and (
        gap in ("\u00a0", "\u2009", "\u202f") or (gap == " " and token.low[:3] == "000")
    )


def _value(written: str) -> float:
    if re.fullmatch(r"\d{1,3}(?:\.\d{3})+,\d{1,2}|\d{1,12},\d{1,2}", written):
        return float(written.replace(".", "").replace(",", "."))
    return float(written.replace(",", ""))
