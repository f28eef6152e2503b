"""Who does what in the Action: the teller's own steps, and how often "we" hides them."""

from __future__ import annotations

from bisect import bisect_left
from operator import attrgetter
from typing import TYPE_CHECKING, Final

from kb.check import verbs as v
from kb.check.reading import listed
from kb.check.rule import Note, Threshold, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kb.check.reading import Reading, Section
    from kb.check.rule import Limits

_I: Final = v.words("i i'd i've i'll i'm")
_ME: Final = v.words("me my mine myself")
_WE: Final = v.words("we we'd we've we'll we're")
_US: Final = v.words("us our ours ourselves")
# After these an I is a numeral: "Type I", "Part I".
_NUMBERED: Final = v.words(
    "type part phase section level class tier world war chapter volume article stage category"
    " appendix schedule book annex group band grade title"
)
_OTHERS: Final = v.words("he she they who which you everyone everybody someone somebody nobody")
_GAP: Final = 8  # words of an aside after "I", between commas
_HALF: Final = 0.5  # "our" says less of who did it than "we"


@rule(
    "few-steps",
    "The Action tells fewer than three concrete steps of the teller.",
    "coaches: at least three concrete steps",
    thresholds=(Threshold("steps", 3),),
)
def few_steps(reading: Reading, limits: Limits) -> Iterator[Note]:
    """A note where fewer steps than wanted are told."""
    sections = reading.of("action")
    if not sections:
        return
    found = [step for section in sections for step in steps(section)]
    if len(found) >= limits["steps"]:
        return
    said = listed(found)
    count = {0: "No step", 1: "One step"}.get(len(found), f"{len(found)} steps")
    message = f"{count} of your own can be told apart in the Action{': ' * bool(said)}{said}."
    hint = "What did you do first, then, and then? `I asked`, `I measured`, `I wrote`."
    yield Note(message, sections[0].line, hint, said)


_FEWEST: Final = 3  # below so many we, nothing is hidden
_CLEAR: Final = 3  # own steps with which it can be heard what the teller did


@rule(
    "we-over-i",
    'In the Action "we" hides what the teller did.',
    "coaches: more I than we in the Action, 3 to 1 for seniors, 1.5 to 1 for leads of leads",
    thresholds=(Threshold("ratio", 1.0, levels=(("junior", 0.75), ("lead", 0.5))),),
)
def we_over_i(reading: Reading, limits: Limits) -> Iterator[Note]:
    """A note where I and my are fewer than we and our, times the ratio."""
    sections = reading.of("action")
    counts = [_persons(section) for section in sections]
    mine, ours = (sum(each[n] for each in counts) for n in (0, 1))
    if ours < _FEWEST or mine >= limits["ratio"] * ours:
        return
    own = sum(len(steps(section, own=True)) for section in sections)
    if own >= _CLEAR and mine >= ours / 2:
        return
    i_words, we_words = sum(each[2] for each in counts), sum(each[3] for each in counts)
    line = next(s.line_of(each[4]) for s, each in zip(sections, counts, strict=True) if each[3])
    message = f"The Action says we or our {_times(we_words)}, I or my {_times(i_words)}."
    hint = "Say which of it was yours; what others did can stay theirs by name."
    yield Note(message, line, hint)


def _times(count: int) -> str:
    return {0: "not once", 1: "once", 2: "twice"}.get(count, f"{count} times")


def _persons(section: Section) -> tuple[float, float, int, int, int]:
    """The weight of I and of we, how often each stands, and where the first we does."""
    mine = ours = 0.0
    i_words = we_words = first = 0
    for number, word in enumerate(section.words):
        low = word.low
        if low in _I and _is_i(section, number):
            mine, i_words = mine + 1, i_words + 1
        elif low in _ME:
            mine, i_words = mine + _HALF, i_words + 1
        elif (low in _WE or low in _US) and section.voice[word.start : word.end] not in ("US",):
            first = first if we_words else word.start
            ours, we_words = ours + (1 if low in _WE else _HALF), we_words + 1
    return mine, ours, i_words, we_words, first


def _is_i(section: Section, number: int) -> bool:
    """Whether an I is the pronoun, and no numeral, no I/O and no list letter."""
    word = section.words[number]
    before = section.words[number - 1] if number else None
    if section.voice[word.end : word.end + 1] in ("/", ")") or (
        section.voice[max(word.start - 1, 0) : word.start] == "/"
    ):
        return False
    near = before is not None and section.low[before.end : word.start].isspace()
    return not (near and before is not None and before.low in _NUMBERED)


def steps(section: Section, *, own: bool = False) -> list[str]:
    """The deeds that are told in the first person, each by its verb.

    A subject is carried over: in "I asked her and wrote it down" both verbs are the
    teller's. own: leave those of "we" out.
    """
    return [
        verb
        for begin, end in section.sentences
        for verb in _Clause(section, begin, end, own).read()
    ]


_begins = attrgetter("start")


class _Clause:
    """Reads one sentence word by word, with whose deeds it tells."""

    def __init__(self, section: Section, begin: int, end: int, own: bool) -> None:
        self.section = section
        self.base = bisect_left(section.words, begin, key=_begins)
        self.words = section.words[self.base : bisect_left(section.words, end, key=_begins)]
        self.own = own

    def read(self) -> Iterator[str]:
        """The verbs of the teller's deeds."""
        mine, aside, present, place = self._opens(), "", False, 0
        if mine and self.words and (verb := self._carried(0, present=True)):
            yield verb
            place = 1
        while place < len(self.words):
            low = self.words[place].low
            if self._is_teller(place):
                mine = True
                place, verb, present = self._verb_after(place)
                if verb:
                    yield verb
                continue
            if aside and "," in self._gap(place):
                mine, aside = True, ""
            if low in _OTHERS or (low in ("it", "that") and self._acts(place)):
                aside = self._aside(place) if mine else ""
                mine = False
            elif (
                (mine or (aside == "it" and self._follows_and(place)))
                and self._joins(place)
                and (verb := self._carried(place, present))
            ):
                yield verb
            place += 1

    def _opens(self) -> bool:
        """Whether a verb may open the sentence, without a subject: in notes and bullets."""
        if not self.words:
            return False
        first = self.words[0]
        return (
            self.section.begins_item(first.start) or first.low.endswith("ed") or first.low in v.DID
        )

    def _is_teller(self, place: int) -> bool:
        low = self.words[place].low
        if low in _WE:
            return not self.own
        return low in _I and _is_i(self.section, self.base + place)

    def _gap(self, place: int) -> str:
        """What stands before a word, after the one before it."""
        before = self.words[place - 1].end if place else self.words[place].start
        return self.section.low[before : self.words[place].start]

    def _joins(self, place: int) -> bool:
        """Whether a word follows a comma, an "and" or the like, so that it may be a verb."""
        if not place:
            return False
        back = place - 1
        while back > 0 and self.words[back].low in v.ADVERBS and "," not in self._gap(back + 1):
            if self.words[back].low in ("and", "then"):
                return True
            back -= 1
        gap = self._gap(back + 1)
        return (
            "," in gap
            or ":" in gap
            or "–" in gap
            or self.words[back].low in ("and", "then", "but", "or")
        )

    def _carried(self, place: int, present: bool) -> str:
        """The verb at a place that may carry the subject over, if it tells of a deed."""
        low = self.words[place].low
        following = self.words[place + 1].low if place + 1 < len(self.words) else ""
        low = low.removeprefix("re-")
        past = low in v.DID or low in _OPEN or (low.endswith("ed") and len(low) > 3)
        if low in v.NO_VERBS or not (past or (present and low in v.PLAIN)):
            return ""
        if following in ("by", "to") and low not in _WITH_TO and low not in v.LEADS_ON:
            return ""
        return self._deed(place)[1]

    def _verb_after(self, place: int) -> tuple[int, str, bool]:
        """The word to go on from, the deed of a subject or "", and whether it is in the present."""
        place += 1
        place = self._past_aside(place)
        while place < len(self.words):
            low = self.words[place].low
            if low in v.NEGATIVE:
                return place + 1, "", False
            if not (low in v.ADVERBS or low.endswith("ly") or self._is_auxiliary(place)):
                break
            place += 1
        if place >= len(self.words):
            return place, "", False
        return self._deed(place)

    def _is_auxiliary(self, place: int) -> bool:
        """Whether a "had" only helps the verb after it: "had written", not "had it written"."""
        if self.words[place].low not in _PERFECT or place + 1 >= len(self.words):
            return False
        low = self.words[place + 1].low
        known = low in v.DONE or low in v.DID or low in v.ADVERBS or low in v.NEGATIVE
        return known or low.endswith(("ed", "ly")) or low in ("been", "had")

    def _past_aside(self, place: int) -> int:
        """Past ", as project manager," after a subject."""
        if place < len(self.words) and "," in self._gap(place):
            for after in range(place + 1, min(place + _GAP, len(self.words))):
                if "," in self._gap(after):
                    return after
        return place

    def _deed(self, place: int) -> tuple[int, str, bool]:
        low = self.words[place].low.removeprefix("re-")
        rest = [word.low for word in self.words[place + 1 : place + 4]]
        following = rest[0] if rest else ""
        if low in v.LEADS_ON and "to" in rest[:2]:
            after = place + 2 + rest.index("to")
            if low not in ("had", "was", "went") or "able" in rest:
                verb = self.words[after].low if after < len(self.words) else ""
                return after + 1, "" if verb in v.STATES else verb, False
        if low in ("started", "began", "kept", "stopped") and following.endswith("ing"):
            return place + 2, following, False
        if low in ("tried", "try") and following not in ("to", "hard", "my", "our", ""):
            return place + 1, low, low == "try"
        if low in ("had", "got") and self._caused(place):
            return place + 1, low, False
        if low in _WITH_OUT and following in ("out", "through", "around"):
            return place + 2, f"{low} {following}", False
        if low in ("failed", "fail") and following in ("the", "over", "it"):
            return place + 1, low, False
        if (
            low in v.STATES
            or low in v.NO_VERBS
            or low in _MODAL
            or (low in _STAYED and following in v.HOW)
        ):
            return place + 1, "", False
        if low.endswith("ing") or not low[0].isalpha() or low in _NO_DEED:
            return place + 1, "", False
        past = low.endswith("ed") or low in v.DID or low in v.DONE
        return place + 1, low, not past

    def _caused(self, place: int) -> bool:
        """Whether "had" makes somebody do something: "had the cable shielded"."""
        rest = [word.low for word in self.words[place + 1 : place + 6]]
        if len(rest) < 2 or rest[0] not in _CAUSED:
            return self.words[place].low == "got" and rest[:1] not in (["a"], ["the"], [])
        return any(
            (w.endswith("ed") and w not in v.NO_VERBS) or w in v.PLAIN for w in rest[1:]
        ) and not {"who", "that", "which", "because", "to"} & set(rest)

    def _aside(self, place: int) -> str:
        """Whether another subject acts up to the next comma only, and what it is: "it" or "who".

        In "a lookup that ran twice and cached it" the last verb is the teller's again.
        """
        low, before = self.words[place].low, self.words[place - 1].low if place else "and"
        if low in ("that", "which"):
            return "it"
        apart = before in ("and", "but", "so") or "," in self._gap(place)
        return "who" if low == "who" or not apart else ""

    def _follows_and(self, place: int) -> bool:
        return place > 0 and self.words[place - 1].low in ("and", "then")

    def _acts(self, place: int) -> bool:
        """Whether the word after "it" or "that" is a verb, so that the subject has changed."""
        if place + 1 >= len(self.words) or self._gap(place + 1).strip():
            return False
        low = self.words[place + 1].low
        return low in v.STATES or low in v.DID or low.endswith("ed") or low in _MODAL


_STAYED: Final = v.words("stayed stay kept keep got get remained stood went was")
_OPEN: Final = v.words("had got tried worked saw failed")
_PERFECT: Final = v.words("have had has did do")
_MODAL: Final = v.words("would could should might may must can will 'd 'll cannot shall used")
_WITH_TO: Final = v.words(
    "went talked spoke wrote moved switched listened flew drove walked turned came"
    " got managed gave"
    " offered asked proposed agreed decided began started presented explained showed sent"
)
_WITH_OUT: Final = v.words("worked work figured thought")
_NO_DEED: Final = v.words(
    "who that which what when where why how if as and or but the a an this in on at"
    " of for from with"
    " by to too was's part sure here there"
)
_CAUSED: Final = v.words("the a my our him her them it each every both two three all an us one it")
