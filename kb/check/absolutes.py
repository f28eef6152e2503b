"""Sweeping words that a listener may doubt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kb.check import verbs as v
from kb.check.phrases import Pattern, Phrases, around, first_of, is_name
from kb.check.rule import Note, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kb.check.phrases import Hit
    from kb.check.reading import Reading, Section
    from kb.check.rule import Limits

_ALL: Final = Phrases(
    {
        "always never constantly": "",
        "everyone everybody nobody no-one": "",
        "no": r" one\b",
        "all": r" the time\b",
        "every": (
            r" single (?:time|day|person|one|customer|user|colleague|developer"
            r"|engineer|week|member|stakeholder)\b"
        ),
        "invariably": "",
        "at": r" all times\b",
        "without": (r" exception\b| (?:a single|any) (?:problem|issue|hitch|doubt)s?\b"),
        "completely totally absolutely utterly entirely": r" \w+",
        "perfect perfectly flawless flawlessly": "",
        "impossible unthinkable": "",
        "100%": (
            r" (?:sure|certain|convinced|confident|honest|committed|clear|right|safe"
            r"|secure|reliable|happy|successful|of the time)\b"
        ),
        "hundred": r" per ?cent (?:sure|certain|convinced|confident)\b",
        "best worst greatest fastest": (
            r" (?:\w+ ){0,4}?(?:ever|of all time|in the world|anyone (?:had|has)"
            r" (?:ever )?(?:seen|had)"
            r"|(?:i|we|they|he|she|the company|the team|anyone|anybody|the \w+) (?:\w+"
            r" )?(?:has|had|have|'ve|'d)?"
            r" ?ever \w+|i've ever \w+|of my life)\b"
        ),
        "everything nothing": (
            r" (?:worked|works|went|was|is|ran) (?:perfectly|fine|smoothly|well|great"
            r"|flawless\w*)\b"
        ),
        "zero": r" (?:problems|questions|issues|complaints) (?:of any|at all|whatsoever)\b",
        "undoubtedly unquestionably": "",
    }
)
_NEARLY: Final = v.words(
    "not almost nearly hardly practically virtually isn't wasn't aren't don't doesn't"
)
_FACTS: Final = v.words(
    "full empty blank offline dry blind deaf separate independent new different"
    " rewritten automatic"
    " automatically random black dark white down dead disconnected detached isolated"
    " unrelated open"
    " closed static anonymous remote manual manually by from on in at within to of"
    " for the through"
    " charged discharged loaded idle unused filled saturated exhausted worn stateless"
    " serverless gone"
    " removed replaced drained written switched off"
)
_OUT_OF_PEOPLE: Final = Pattern(
    r" (?:on (?:call|the call|duty|shift|the rota|the line|the bus)|in the (?:room"
    r"|meeting|call|van|car|channel|lift)"
    r"|at the (?:table|desk|meeting|door)|else|who|present|involved|concerned|affected"
    r"|under|over|with (?:a|an|the|access)"
    r"|from|for|[,;:]|but|except|there|around)\b"
)
_OF_ALL: Final = Pattern(
    r" (?:(?:in|on|at) (?:the|my|our|that|this) (?:\w+ )?\w+ |there |here |around "
    r"|ever |really |actually |seriously )*"
    r"(?:(?:ever )?(?:understood|understands|cared|cares|care|believed|believes"
    r"|thought|thinks|liked|likes|loved|listened"
    r"|listens|trusted|trusts|dared|dares|wanted|wants|respected|respects|bothered"
    r"|bothers|tests|writes|reads|takes|gets"
    r"|likes|complains|disagreed|doubted|worked|works|thinks|tested|values|valued|is"
    r" ever|was ever happy|ever \w+s)\b"
    r"|(?:has|have)(?: ever)? (?:had|complained|failed|regretted)\b"
    r"|(?:will|would|could|can) ever\b|could have\b|else (?:knew|understood|was able)\b|ever\b)"
)
_PEOPLE_SAY: Final = Pattern(
    r"(?: (?:in|on|at|across|around) (?:the|my|our|that) (?:\w+ )?\w+)?,? (?:\w+ly "
    r"|really |just )?"
    r"(?:loved|loves|love|agreed|agrees|knew (?!who|where|what|how)|knows (?!who"
    r"|where)|wanted|wants|thought|thinks|felt|liked|likes"
    r"|hated|hates|believed|believes|understood|understands|trusted|trusts|enjoyed"
    r"|enjoys|praised|adopted|welcomed|appreciated"
    r"|benefited|benefits|admired|respected|(?:was|were|is|are|became) (?:\w+"
    r" )?(?:happy|delighted|pleased|thrilled|satisfied"
    r"|convinced|impressed|excited|amazed|on board|in favour|unhappy|relieved|grateful"
    r"|aware|agreed|fine|sure|motivated|aligned"
    r"|committed|enthusiastic|proud|against|frustrated|surprised)|uses|says|cheered|applauded)\b"
)
_HISTORY: Final = v.words("had 'd hadn't hadn't")
_OUTCOMES: Final = v.words(
    "found heard knew know learned learnt forgot forget met saw mind got came arrived"
    " returned reached"
    " left existed ran started finished used wrote made it meant mattered again"
    " thought happened sent"
    " closed been answered"
)
_BOASTS: Final = v.words(
    "missed miss failed fail lost lose broke break made make had have complained"
    " complain gave give let crashed"
    " forget stop stopped disappointed disappoint doubted doubt compromise"
    " compromised accept accepted lie lied"
)
_BOASTED: Final = Pattern(
    r" (?:the (?:first|best|one|last)|on time|there|happy|right|available|successful"
    r"|late|wrong|ready|willing|open|honest"
    r"|tested|reliable|respected|clean|clear|well|perfect|very|extremely|satisfied"
    r"|calm|positive|difficult|impossible|a (?:great|pleasure|good))\b"
)
_PLACES: Final = v.words(
    "in at on from to of with after before the same a an by for about between when if until"
)
_SAME_FORMS: Final = v.words("read put set let cut quit shut")
_FAILED: Final = v.words("failed crashed broken gone missed let stopped lost")
_LIVED: Final = v.words(
    "seen heard met been found worked used written had read tried known done gone"
)
_SWEPT: Final = v.words(
    "developers engineers managers people they users customers testers designers"
    " salespeople sales"
    " marketing i we you teams colleagues juniors seniors clients vendors"
    " stakeholders management"
    " recruiters analysts admins operators team company architects executives lawyers doctors"
)


@rule(
    "absolutes",
    "A sweeping word that a listener may doubt: always, never, everyone, perfect.",
    "guides: claims that cannot be checked cost belief; say how often, who, how many",
    severity="info",
)
def absolutes(reading: Reading, _limits: Limits) -> Iterator[Note]:
    """A note for each sweeping word that is not used exactly."""
    hint = "Say how often, how many or who; or leave the word out."
    for section in reading.sections:
        for hit in _ALL.find(section):
            if _is_sweeping(section, hit):
                words = section.written(hit.start, hit.end)
                message = f"`{words}` is a word that a listener may doubt."
                yield Note(message, section.line_of(hit.start), hint, around(section, hit))


def _is_sweeping(section: Section, hit: Hit) -> bool:
    word, tail = first_of(section, hit)
    before = section.words[hit.word - 1].low if hit.word else ""
    if before in _NEARLY or tail == "s" or is_name(section, hit):
        return False
    if word in ("always", "never", "constantly"):
        return _is_sweeping_time(section, hit, word)
    if word in ("everyone", "everybody"):
        return before not in ("for", "else") and (
            _PEOPLE_SAY.match(section.low, hit.end) is not None
            and _OUT_OF_PEOPLE.match(section.low, hit.end) is None
        )
    if word in ("nobody", "no-one", "no"):
        return _is_sweeping_nobody(section, hit)
    if word in ("completely", "totally", "absolutely", "utterly", "entirely"):
        return section.words[hit.word + 1].low not in _FACTS and word != "entirely"
    if word in ("perfect", "perfectly", "impossible"):
        return _is_judged(section, hit, word)
    return True


def _is_sweeping_time(section: Section, hit: Hit, word: str) -> bool:
    following = [w.low for w in section.words[hit.word + 1 : hit.word + 3]]
    before = [w.low for w in section.words[max(0, hit.word - 4) : hit.word]]
    if not following or following[0] in ("again", "mind", "ending", "been"):
        return bool(following) and following[0] == "been" and word == "always" and "has" in before
    if word == "always" and before[-1:] in (["as"], ["like"], ["than"], ["for"]):
        return False
    subject = before[-1] if before else ""
    past = bool(_HISTORY & set(before[-2:])) or any(w.endswith("'d") for w in before[-1:])
    if word == "never":
        if {"have", "has", "i've", "we've", "they've"} & set(before[-1:]):
            of_a_thing = bool({"it", "that", "this"} & set(before[-2:-1]))
            return following[0] not in _LIVED and (not of_a_thing or following[0] in _FAILED)
        if (
            past
            or following[0] in _OUTCOMES | _PLACES
            or following[0] in ("to", "before", "a", "the", "more")
        ):
            return False
        if {"must", "should", "can", "could", "may", "there", "would", "to"} & set(before[-2:]):
            return False
        if subject in ("i", "we"):
            return following[0] in _BOASTS
        told_once = following[0].endswith(("ed", "did")) or following[0] in v.DID - _SAME_FORMS
        return subject in _SWEPT and not told_once
    if past or section.kind == "learning":
        return {"have", "has", "i've", "we've"} & set(before[-1:]) != set()
    if subject in ("was", "were", "is", "are", "am", "been", "i'm", "we're", "it's", "they're"):
        return _BOASTED.match(section.low, hit.end) is not None
    return subject in _SWEPT | {"have", "has", "i've", "we've"} and following[0] not in _PLACES


def _is_sweeping_nobody(section: Section, hit: Hit) -> bool:
    """Whether nobody is said of what many think or do, not of one event that can be checked."""
    _, end = section.sentence_at(hit.start)
    rest = section.low[hit.end : end]
    if _BUT.search(rest) and not _BUT_ME.search(rest):
        return False
    if _BUT_ME.search(rest) and _ABLE.search(rest):
        return True
    return _OF_ALL.match(section.low, hit.end, end) is not None


_BUT: Final = Pattern(
    r"\b(?:but|except|other than|apart from|besides|until|included|outside|who)\b"
)
_ABLE: Final = Pattern(r"\b(?:underst\w+|knew|knows|could|can|cared|wanted|was able|dared)\b")
_BUT_ME: Final = Pattern(r"\b(?:but|except|other than|apart from|besides) (?:me|myself|for me)\b")


_MADE_SO: Final = v.words("make made makes making physically that technically legally")
_CLAIMED: Final = v.words("was is were are seemed completely totally simply absolutely it's")
_IMPOSSIBLE_THINGS: Final = v.words(
    "state states value values date dates combination combinations reading readings"
)
_PERFECT_THINGS: Final = v.words(
    "hash hashing forward storm match square squares information competition number fifth day is"
    " well still clear willing aware possible foresight good legal normal ordinary healthy valid"
    " green happy fine"
)
_LESS: Final = v.words("less than no isn't wasn't far from")


def _is_judged(section: Section, hit: Hit, word: str) -> bool:
    """Whether something is judged perfect or impossible, not named or built so."""
    after = section.words[hit.word + 1].low if hit.word + 1 < len(section.words) else ""
    before = [w.low for w in section.words[max(0, hit.word - 3) : hit.word]]
    last = before[-1] if before else ""
    if word != "impossible":
        return after not in _PERFECT_THINGS and last not in _LESS
    explained = section.low[hit.end : hit.end + 1] in (":", "(") or after in ("because", "since")
    if last not in _CLAIMED or explained or "to" in before or _MADE_SO & set(before):
        return False
    return after not in _IMPOSSIBLE_THINGS
