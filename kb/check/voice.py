"""Words that take back what is told, and words that say nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kb.check import verbs as v
from kb.check.phrases import Pattern, Phrases, around, first_of, is_name
from kb.check.reading import listed, shortened
from kb.check.rule import Note, Threshold, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kb.check.phrases import Hit
    from kb.check.reading import Reading, Section
    from kb.check.rule import Limits

_SOFT: Final = Phrases(
    {
        "kind sort": r" of\b",
        "kinda sorta": "",
        "maybe perhaps probably possibly presumably supposedly somewhat": "",
        "hopefully arguably": "",
        "i": (
            r"(?:'d)? (?:guess|suppose|imagine|daresay|reckon|assume)\b(?! that (?:the|all))"
            r"| (?:(?:would|'d) (?:say (?:that|it was|i|we)|like to think)|(?:kind|sort) of)\b"
            r"| (?:think|believe|feel)\b(?: (?:that )?(?:i|we|my|our)\b(?!'d| would)"
            r"|,? that was me)"
            r"| (?:also |then |always |really |just )?tried (?:my best )?to\b"
            r"| (?:also |then |just )?help(?:ed)? (?:out|with|to|\w+ing|(?:the |my "
            r"|our |a )?(?:team|others|them|people|colleagues)\b|\w+)\b"
            r"| was (?:able|trying) to (?:sort|kind|somewhat|try|help)\b"
            r"| am not (?:sure|certain)\b|'m not (?:sure|certain)\b| may have\b| might have\b"
        ),
        "we": r" (?:also |then |just )?tried to\b| (?:kind|sort) of\b",
        "a": (
            r" (?:bit|little bit)\b| little (?:more|less|better|unsure|nervous"
            r"|involved|faster|easier|late|unusual)\b"
        ),
        "fairly rather pretty quite": r" \w+",
        "more": r" or less\b",
        "or": (r" something(?: like (?:that|it)| similar)?(?=[.,;)]|$)| so (?:i|we)\b"),
        "to": r" (?:some|a certain) (?:extent|degree)\b",
        "in": r" (?:a|some) (?:way|sense|ways)\b(?=[.,;])",
        "if": r" i (?:remember|recall)(?: correctly| rightly| right)?\b",
        "as": r" far as i (?:remember|know|recall)\b",
        "you": r" could say\b",
        "so": r" to (?:speak|say)\b",
        "somehow": "",
        "something": r" like\b(?! that)(?= (?:a|an|\d|half|twenty|ten|fifty))",
    }
)
_ABOUT_SO_MANY: Final = Pattern(
    r" (?:a |an |by a |in |once|twice|half|\d|two|three|four|five|six|seven|eight|nine"
    r"|ten|eleven|twelve|fifteen|twenty|thirty|forty"
    r"|fifty|sixty|seventy|eighty|ninety)[\w-]*(?: (?:tenth|third|quarter|dozen"
    r"|hundred|thousand|week|month|year|\w+))?"
)
_KINDS: Final = v.words(
    "a an the this that these those what which any some same one each every no another other new"
    " different certain right first whole wrong two three all many its their our my"
    " his her various"
    " special such particular only common latter last next best worst second third of"
)
_FAILED: Final = Pattern(
    r"\b(?:but|fail\w*|in vain|could ?n't|without success|first|until|before|twice|didn't|not)\b"
)
_TECHNICAL_BIT: Final = Pattern(
    r" (?:in|was|is|were|of (?:the|a) (?:header|register|byte|word|field|mask|flag)"
    r"|flips?|flipped|field|mask|error"
    r"|rate|flag|pattern|set|stuck|depth|vector|array|string|at (?:offset|position))\b"
)
_HELPED: Final = v.words("out with to team others them people colleagues")
_FORECAST: Final = Pattern(
    r"\b(?:will|would|'ll|'d|going to|between|forecast\w*|estimate\w*|predict\w*"
    r"|likely|need|next|chance|odds|risk)\b"
)


@rule(
    "hedges",
    "Words that take back what is told: kind of, maybe, I think, tried to.",
    "guides: own what you did; what is unsure is told as a fact about it",
    severity="info",
)
def hedges(reading: Reading, _limits: Limits) -> Iterator[Note]:
    """A note for each word that takes back what the teller says."""
    hint = "Say it straight, or say what was unsure."
    for section in reading.sections:
        told = 0
        for hit in _SOFT.find(section):
            if hit.start >= told and _is_hedge(section, hit):
                told = hit.end
                words = section.written(hit.start, hit.end).rstrip(",")
                message = f"`{words}` takes back what is told."
                yield Note(message, section.line_of(hit.start), hint, around(section, hit))


def _is_hedge(section: Section, hit: Hit) -> bool:
    word, said = first_of(section, hit)[0], section.low[hit.start : hit.end]
    before = section.words[hit.word - 1].low if hit.word else ""
    if is_name(section, hit) and word != "i":
        return False
    start, end = section.sentence_at(hit.start)
    if word in ("kind", "sort"):
        after = section.words[hit.word + 2].low if hit.word + 2 < len(section.words) else ""
        return before not in _KINDS and not (
            after in ("the", "my", "our") and hit.start <= start + 2
        )
    if word in ("fairly", "rather", "pretty", "quite"):
        return _softens(section, hit, word)
    if word == "a":
        following = section.words[hit.word + 2].low if hit.word + 2 < len(section.words) else "."
        loose = "bit" in said and (
            following in _LINKS | {"of", "since", "before"}
            or section.low[hit.end : hit.end + 1] in ".,;:)"
        )
        return (
            not loose
            and _TECHNICAL_BIT.match(section.low, hit.end) is None
            and before not in ("not", "quite", "every", "for")
        )
    if word in ("maybe", "perhaps", "probably", "possibly", "somewhat") and _ABOUT_SO_MANY.match(
        section.low, hit.end
    ):
        return False
    if word in ("probably", "possibly", "presumably", "maybe", "perhaps"):
        return _FORECAST.search(section.low, start, end) is None and section.kind not in (
            "situation",
        )
    if "tried to" in said or "try to" in said:
        return _FAILED.search(section.low, start, end) is None
    if "help" in said:
        return said.split()[-1] in v.PLAIN | _HELPED or said.endswith("ing")
    if "think" in said or "believe" in said or "feel" in said:
        return section.kind != "learning"
    return True


def _softens(section: Section, hit: Hit, word: str) -> bool:
    """Whether "fairly" softens the word after it; "divides them fairly" does not."""
    after = section.words[hit.word + 1]
    if section.low[section.words[hit.word].end : after.start].strip():
        return False
    before = section.words[hit.word - 1].low if hit.word else ""
    if word == "fairly":
        return after.low not in v.ADVERBS | _LINKS | _SHARED and before not in (
            "divide",
            "treated",
            "them",
            "it",
            "split",
        )
    if word == "pretty":
        return after.low in (
            "much",
            "good",
            "well",
            "sure",
            "happy",
            "clear",
            "hard",
            "big",
            "bad",
            "quickly",
            "soon",
        )
    if word == "quite":
        return after.low in ("some", "happy", "good", "well") and before != "not"
    return (
        after.low in ("well", "good", "happy", "nice", "useful", "successful") and before != "would"
    )


_SHARED: Final = v.words(
    "distributed divided split shared treated paid judged compared spread allocated"
    " balanced assigned weighted priced"
)
_LINKS: Final = v.words(
    "and or but to between among in on at for with by as so than because that the a"
    " an he she i we they"
)


_IDLE: Final = Phrases(
    {
        "basically actually literally obviously honestly frankly": "",
        "really": "",
        "very": "",
        "just": "",
        "stuff": "",
        "things": "",
        "you": r" know\b(?=,|;|\.| (?:it|there|i|we|how|so|like|and|they)\b)",
        "at": r" the end of the day\b",
        "in": r" terms of\b",
        "to": r" be (?:honest|frank|fair)\b",
        "needless": r" to say\b",
        "so": r" yeah\b",
        "like": r", ",
        "i": r" mean,",
        "or": r" whatever\b",
        "quite": r" frankly\b",
    }
)
_JUST_THEN: Final = v.words(
    "had has have 'd 've i'd we'd he'd she'd they'd been was were i've we've it's only a the an"
)
_NOT_JUST: Final = v.words("as before after under over below above outside behind in-time cause")


@rule(
    "fillers",
    "Empty words: basically, actually, just, really, very, stuff.",
    "guides: say it as in a letter; empty words are heard as doubt",
    severity="info",
    thresholds=(Threshold("words", 2, "words"),),
)
def fillers(reading: Reading, limits: Limits) -> Iterator[Note]:
    """One note where there are so many empty words or more, with all of them."""
    found = [
        (section, hit)
        for section in reading.sections
        for hit in _IDLE.find(section)
        if _is_idle(section, hit)
    ]
    if len(found) < limits["words"]:
        return
    words = listed(s.written(h.start, h.end).lower().strip(", ") for s, h in found)
    section, hit = found[0]
    message = f"{len(found)} empty words: {words}."
    hint = "Read it without them; most say nothing."
    yield Note(message, section.line_of(hit.start), hint, shortened(words))


def _is_idle(section: Section, hit: Hit) -> bool:
    word = section.words[hit.word].low
    before = section.words[hit.word - 1].low if hit.word else ""
    after = section.words[hit.word + 1].low if hit.word + 1 < len(section.words) else ""
    if is_name(section, hit):
        return False
    if word == "just":
        return not (before in _JUST_THEN and not after[:1].isdigit()) and after not in _NOT_JUST
    if word == "very":
        return before not in ("the", "this", "that") or after in v.words(
            "few best first last same good big large"
        )
    if word == "things":
        return not (before == "of" and section.words[hit.word - 2].low == "internet")
    if word == "you":
        return before not in (
            "as",
            "if",
            "did",
            "do",
            "when",
            "let",
            "what",
            "that",
            "people",
            "than",
        )
    if word == "really":
        return before not in ("who", "what", "not", "didn't", "don't", "whether") or after not in (
            "used",
            "was",
            "",
        )
    return True
