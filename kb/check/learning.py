"""Whether a story says what its teller took from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kb.check import verbs as v
from kb.check.phrases import Pattern, Phrases
from kb.check.rule import Note, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kb.check.reading import Reading, Section
    from kb.check.rule import Limits

# What was learned, or is done otherwise since, wherever it stands.
_LEARNED: Final = Phrases(
    {
        "taught teaches teach": r" (?:me|us)\b",
        "lesson lessons takeaway takeaways moral": (
            r" (?:is|was|were|are|i|we|learn\w*|for me|for us|here|that|from (?:this"
            r"|that|it)|stuck)\b|[:,]"
        ),
        "since": (
            r" (?:then|that day|that night|that week)\b,? ?(?:i|we|my|our|every|each"
            r"|no|all|whenever)\b"
        ),
        "ever": r" since,? (?:i|we|my|our)\b",
        "next": r" time\b",
        "nowadays": "",
        "these": r" days\b",
        "today now": r",? (?:i|we|my|our)\b(?! had\b)(?! was\b)(?! were\b)(?! could\b)",
        "i we": (
            r" (?:now|no longer|always now|never again|still) (?!had\b|was\b|were\b"
            r"|could\b|have\b|had\b)\w+"
            r"|(?:'d| would)(?: have)?\b[^.;]{0,80}\b(?:next time|again|today|earlier"
            r"|sooner|differently"
            r"|from the (?:start|beginning|outset)|from day one|before (?:i|we|saying"
            r"|writing|buying)"
            r"|on (?:the )?(?:first day|day one)|instead)\b"
            r"|(?: should(?:n't)?|'d|should've)(?: not| never)?(?: have|'ve)\b"
            r"| could have \w+[^.;]{0,60}\b(?:earlier|sooner|first|before|on the first"
            r"|from the start)\b"
            r"| (?:wish|regret|swore|vowed)\b|'ve (?:since|learned|learnt|never again|kept)\b"
            r"| have (?:since|learned|learnt|kept|never since)\b| made it a (?:rule"
            r"|habit|point)\b"
            r"| make (?:it )?a (?:point|habit|rule)\b| came to (?:see|understand"
            r"|realise|realize|appreciate|believe)"
            r"| (?:became|have become|'ve become|got|grew|am) (?:much |far |a lot "
            r"|more )*(?:more|less|better|slower"
            r"|wary|careful|quicker)\b(?: \w+){0,4} (?:about|at|with|since|in|of|to|when|now)"
            r"|(?:'ve| have) [^.;]{2,60}\bsince\b(?=[.,;]|$)|(?: do(?:n't| not)|'ve"
            r" stopped) [^.;]{2,60}(?:any ?more|any longer)\b"
            r"| had underestimated\b| came out of it\b|'ve made it\b| promised"
            r" (?:myself|ourselves)| never (?:again|since)\b| (?:will|'ll) (?:never"
            r"|always|not)\b"
            r"|'ll (?:never|always|not)\b| took (?:away |with me |from (?:it|this|that)\b|home )"
            r"| (?:came|went|walked) away (?:with|knowing|thinking|convinced)| was"
            r" wrong (?:to|about|that)\b"
            r"| underestimated\b| take (?:away|with me|from)\b"
        ),
        "were": r" i to\b",
        "would": r" have (?:saved|spared|helped|told|cost|shown|taught) (?:me|us)\b",
        "had": r" i (?:known|asked|to do|done|checked|listened|it to do)\b",
        "if": (
            r" (?:i|we) (?:did|had|were|could|do|have)\b[^.;]{0,60}\b(?:again|over"
            r"|today|now|it once more)\b"
        ),
        "hindsight retrospect": "",
        "looking": r" back\b",
        "differently": r"(?= (?:now|today|next|since|with|and|:|,)|[.;,]|$)",
        "changed changes": (
            r" (?:how|the way) (?:i|we)\b|(?: my| our) (?:view|approach|way|habit"
            r"|practice|thinking)"
        ),
        "stuck stayed stays sticks": r" with me\b",
        "showed shows reminded convinced persuaded": (
            r" (?:me|us)\b(?: that| how| why| what| to| of|,|:)"
        ),
        "made makes": (
            r" (?:me|us) (?:more|less|better|see|realise|realize|understand|aware"
            r"|think|wary|careful|a better)\b"
        ),
        "my our": (
            r" (?:(?:main |own |big |biggest |first )?(?:lesson|mistake|takeaway"
            r"|learning|rule|habit|error)s?"
            r" (?:was|is|since|now|from|here|:)|\w+ (?:now|since then|today|these days))\b"
        ),
        "rule": r" of mine\b|(?: since| now) is\b",
        "what": (
            r" (?:i|we)(?:'d|'ve| would| have)? (?:took|take|learned|learnt|learn|keep"
            r"|kept|carry|do differently)\b"
        ),
        "never": r" again\b",
        "from": r" (?:then|that day|now) on\b,?(?: (?:i|we|my|our))?",
        "mistake": r" (?:was|is) (?:mine|to|that|not)\b",
    }
)
_LEARN: Final = v.words("learned learnt")
_TO: Final = v.words(
    "to not how never the my something a one two that from it this there then early"
)
_PLOT: Final = Pattern(
    r" (?:from|that|about|of|who|where|what|why|when|later|there|on|only|the (?:name|news))\b"
)
_HABIT: Final = Pattern(
    r"\b(?:now|nowadays|today|always|never|each time|every time|whenever|first|before"
    r"|any more|anymore"
    r"|no longer|since|by default|these days|from the start|every \w+|each \w+)\b"
)
_HINDSIGHT: Final = Phrases(
    {
        "i": r" (?:had (?:not|never) (?:asked|read|checked|looked|thought|listened|told|tested)"
        r"|could have|thought i (?:knew|understood)|realised|realized|understood)\b",
        "harder easier cheaper better worth quicker": r"(?: \w+){0,4} than\b",
    }
)


@rule(
    "no-learning",
    "Nothing says what the teller took from it.",
    "coaches: a learning sentence",
    severity="info",
)
def no_learning(reading: Reading, _limits: Limits) -> Iterator[Note]:
    """A note where no part and no sentence says what was learned or is done otherwise since."""
    if not reading.sections or any(s.length > 1 for s in reading.of("learning")):
        return
    if any(_is_learned(section) for section in reading.sections):
        return
    hint = "Say what you do differently since: `Since then I ...`."
    yield Note("Nothing says what you took from it.", reading.sections[-1].line, hint)


def _is_learned(section: Section) -> bool:
    if next(_LEARNED.find(section), None) is not None:
        return True
    late = section.kind in ("result", "text", "point", "learning")
    if late and next(_HINDSIGHT.find(section), None) is not None:
        return True
    for number, word in enumerate(section.words):
        if word.low in _LEARN and _is_lesson(section, number, late):
            return True
        if late and word.low in ("i", "we") and _is_habit(section, number):
            return True
    return False


def _is_lesson(section: Section, number: int, late: bool) -> bool:
    """Whether "learned" is the teller's lesson, and no fact of the plot or what others learned."""
    before = [word.low for word in section.words[max(0, number - 3) : number]]
    if not {"i", "we", "i've", "we've", "i'd", "me", "us"} & set(before):
        return False
    end = section.words[number].end
    if late or section.low.startswith(
        (" the hard way", " to ", " not to ", " my lesson", " never "), end
    ):
        return True
    return _PLOT.match(section.low, end) is None


def _is_habit(section: Section, number: int) -> bool:
    """Whether a sentence tells in the present what the teller does: "I take references now"."""
    place = number + 1
    while place < len(section.words) and section.words[place].low in v.ADVERBS | {
        "always",
        "never",
    }:
        place += 1
    if place >= len(section.words) or section.words[place].low not in v.PLAIN - {
        "cut",
        "put",
        "set",
        "read",
    }:
        return False
    start, end = section.sentence_at(section.words[number].start)
    return _HABIT.search(section.low, start, end) is not None
