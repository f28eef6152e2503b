"""The words that say what a number is, and those that say it is none."""

from __future__ import annotations

from typing import Final


def words(text: str) -> frozenset[str]:
    """The words of a text, as a set."""
    return frozenset(text.split())


def _listed(text: str) -> list[str]:
    return text.split()


def _table(rows: str) -> dict[str, str]:
    """Of "value: name name; value: name" the value of each name."""
    pairs = (row.split(":") for row in rows.split(";"))
    return {name: value.strip() for value, names in pairs for name in names.split()}


SMALL: Final = {
    word: float(n)
    for n, word in enumerate(
        _listed(
            "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen"
            " fifteen sixteen seventeen eighteen nineteen"
        )
    )
}
TENS: Final = {
    word: 10.0 * n
    for n, word in enumerate(
        _listed("twenty thirty forty fifty sixty seventy eighty ninety"), start=2
    )
}
BIG: Final = {
    "hundred": 100.0, "thousand": 1e3, "million": 1e6, "billion": 1e9, "dozen": 12.0,
    "lakh": 1e5, "crore": 1e7, "mn": 1e6, "bn": 1e9, "mio": 1e6,
}  # fmt: skip
# The letters that end a number: 61k, 1.2M, 3bn.
LETTERS: Final = {"k": 1e3, "m": 1e6, "mio": 1e6, "mn": 1e6, "bn": 1e9, "b": 1e9}
PARTS: Final = {
    "half": 2.0, "halves": 2.0, "third": 3.0, "thirds": 3.0, "quarter": 4.0, "quarters": 4.0,
    "fifth": 5.0, "fifths": 5.0, "eighth": 8.0, "eighths": 8.0, "tenth": 10.0, "tenths": 10.0,
}  # fmt: skip
MULTIPLES: Final = {
    "twice": 2.0, "thrice": 3.0, "halved": 0.5, "halving": 0.5, "halves": 0.5, "halve": 0.5,
    "doubled": 2.0, "doubling": 2.0, "doubles": 2.0, "double": 2.0, "tripled": 3.0,
    "tripling": 3.0, "trebled": 3.0, "triple": 3.0, "quadrupled": 4.0, "quintupled": 5.0,
}  # fmt: skip
MONEY: Final = _table(
    "USD: $ us$ usd dollar dollars buck bucks; EUR: € eur euro euros; GBP: £ gbp pound pounds quid"
    "; JPY: ¥ jpy yen; INR: ₹ inr rupee rupees rs; CHF: chf franc francs; AUD: a$ aud; CAD: c$ cad"
    "; SEK: sek; NOK: nok; DKK: dkk; PLN: pln złoty zloty zł; BRL: brl r$ reais; CNY: cny yuan rmb"
    "; KR: kr kroner kronor crowns; MXN: mxn pesos; SGD: sgd; ZAR: zar rand; CZK: czk; HUF: huf"
)
_DAY: Final = 86400.0
SECONDS: Final = {
    name: float(value)
    for value, names in (
        (1e-9, "ns nanosecond nanoseconds"), (1e-6, "µs us microsecond microseconds"),
        (1e-3, "ms msec msecs millisecond milliseconds"), (1, "s sec secs second seconds"),
        (60, "min mins minute minutes"), (3600, "h hr hrs hour hours"),
        (_DAY, "d day days night nights"), (7 * _DAY, "w wk wks week weeks"),
        (14 * _DAY, "fortnight fortnights"), (30 * _DAY, "month months"),
        (91 * _DAY, "quarters"), (365 * _DAY, "yr yrs year years"),
        (3650 * _DAY, "decade decades"),
    )
    for name in names.split()
}  # fmt: skip


def _sizes() -> dict[str, float]:
    """Bytes and bits, with and without a thousand of them. "64-bit" is no size."""
    found = {"byte": 1.0, "bytes": 1.0, "bits": 1 / 8, "bps": 1 / 8}
    powers = {"k": 1e3, "m": 1e6, "g": 1e9, "t": 1e12, "p": 1e15}
    long = {"k": "kilo", "m": "mega", "g": "giga", "t": "tera", "p": "peta"}
    for letter, power in powers.items():
        found |= {letter + "b": power, letter + "bps": power / 8, letter + "bit": power / 8}
        found |= {long[letter] + end: power for end in ("byte", "bytes")}
        found |= {long[letter] + end: power / 8 for end in ("bit", "bits")}
        found[letter + "ib"] = 1024.0 ** (1 + "kmgtp".index(letter))
    return found


SIZES: Final = _sizes()
PERCENT: Final = words("% percent pct pp percentage p.p")
MONTHS: Final = words(
    "january february march april may june july august september october november december"
    " jan feb mar apr jun jul aug sep sept oct nov dec"
)
WEEKDAYS: Final = words("monday tuesday wednesday thursday friday saturday sunday")
# Before a number these make it a name, whatever follows ...
LABELS: Final = words(
    "phase level tier stage step section chapter page port ports version release build ticket v"
    " article art clause option priority sev severity grade type category appendix annex figure"
    " fig slide question milestone number no nr error code status http exit rule part round wave"
    " gate paragraph issue pr bug epic story task"
)
# ... and these where neither a unit nor a noun follows.
MAYBE_LABELS: Final = words(
    "week day month year quarter sprint team group room line row class floor batch iteration"
    " platform building plan column cohort lane shift table unit node server shard zone region"
)
PRODUCTS: Final = words(
    "python django node java postgres postgresql mysql angular react vue rails ruby php spark"
    " ubuntu debian windows ios android macos kubernetes spring tls ssl html css usb bluetooth"
    " oracle redis elasticsearch swift kotlin scala excel office unity terraform jenkins gradle"
    " maven flutter xcode chrome firefox iso iec rfc soc din ieee wcag pci http log4j dotnet .net"
)
CODE_BEFORE: Final = words(
    "a an the http error code status returned return returns with got gave throwing threw these"
)
CODE_AFTER: Final = words("error errors response responses status code codes page")
STOP: Final = words(
    "of in on at to for from by with and or but that which who were was is are had have has did do"
    " it we i they he she the a an this our my their his her its as than so because since when if"
    " while after before until per each every about over under out up down into not also then"
    " there now still only even too more less or would could will can must should between through"
    " without within against during across later ago earlier all both no"
)
NOT_PLURAL: Final = words(
    "less plus perhaps sometimes always afterwards besides whereas thus towards works needs goes"
    " says gets versus across does this its takes makes runs stays"
)
PLURAL: Final = words("people children men women staff criteria feet downtime personnel folk")
# "No incidents" counts them.
ZEROED: Final = words(
    "incident incidents outage outages downtime complaint complaints ticket tickets error errors"
    " regression regressions rollback rollbacks accident accidents failure failures loss losses"
    " crash crashes breach breaches pages escalation escalations defect defects bug bugs"
    " recurrence repeats attrition churn casualties injuries timeouts alerts findings"
    " duplicates recalls resignations interruption interruptions data-loss"
)
ONE_OF_MANY: Final = words(
    "of day thing way another person place side hand time point more after on evening morning"
    " afternoon night that who which i we they he she it is was by word reason could can last such"
)
SURE: Final = words("sure certain confident convinced honest committed behind clear")
CLOCK_BEFORE: Final = words("at until till past around by before after since")
CLOCK_AFTER: Final = words("am pm a.m p.m o'clock o’clock past")
# Before "a week": it is how long something takes.
SPAN_BEFORE: Final = words(
    "in within under over for takes took take to from than about almost nearly only just lasted"
    " saves saved saving inside"
)
AFTER_PART: Final = words("of fewer less more faster cheaper smaller shorter quicker") | {""}
NO_HALF: Final = words("first second other better last")
COMPOUND: Final = words("person people strong man woman member fold")
FASTER: Final = words(
    "as more faster quicker cheaper larger bigger smaller less fewer higher lower longer slower"
    " better the"
)
