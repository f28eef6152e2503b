"""Fault that is laid on others, with scorn or to excuse oneself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kb.check import verbs as v
from kb.check.names import ROLES
from kb.check.phrases import Pattern
from kb.check.reading import shortened
from kb.check.rule import Note, rule
from kb.check.scorn import SCORN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kb.check.phrases import Hit
    from kb.check.reading import Reading, Section
    from kb.check.rule import Limits

# Scorn of a thing is none, and neither is a word of one's own fault.
_SELF: Final = v.words("i i'd i'm i've we we'd we've my our myself ours mine us me")
_PERSONS: Final = v.words(
    "he she they who him her them their his team manager boss vendor people guys"
    " architect lead director contractor"
    " supplier sales marketing qa management leadership colleague developers testers"
    " department agency client someone"
)
_ROLES: Final = ROLES | {role + "s" for role in ROLES}
_PERSON_AFTER: Final = Pattern(
    r" (?:\w+ )?(?:people|team|manager|boss|colleague|developers?|testers?|engineers?"
    r"|contractors?|consultants?|guys|department|agency|management|vendor|supplier"
    r"|admins?)\b"
)
_OURS: Final = v.words("my our")
_THINGS: Final = v.words(
    "stubborn dense bully bullies bullied dinosaur dinosaurs diva divas disloyal"
    " short-sighted pathetic laughable ridiculously dysfunctional amateurish childish"
    " thoughtless half-hearted arrogant lazy stupid clumsy useless toxic hopeless"
    " sloppy petty ridiculous rubbish garbage crap shoddy careless"
)
_THING_AFTER: Final = Pattern(
    r" (?:load\w*|initiali[sz]\w+|evaluat\w+|import\w*|data|collect\w*|collector|truck"
    r"|bin|values?|question|mistake|bug|error|fix|hack"
    r"|cash|waste|weather|clean|state|combination|bytes|records?|rows?|in|out)\b"
)
_THING_BEFORE: Final = v.words(
    "it its code script scheduler tool page design config system process file files"
    " log logs query data job"
    " server printer machine report schema format interface build pipeline test tests api"
)


@rule(
    "blame",
    "Someone else is faulted, with scorn or as an excuse.",
    "guides: speaking ill of others tells more of the speaker; state the fact and your own part",
)
def blame(reading: Reading, _limits: Limits) -> Iterator[Note]:
    """A note for each place where somebody else is faulted; what is quoted is left out."""
    hint = "Say what happened and what you did about it; leave the judgement to the listener."
    for section in reading.sections:
        seen = -1
        for hit in SCORN.find(section):
            start, end = section.sentence_at(hit.start)
            if start != seen and _is_scorn(section, hit):
                seen = start
                words = shortened(section.written(*_sentence_piece(section, hit, start, end)), 80)
                message = "Others are faulted here, and a listener hears the one who speaks."
                yield Note(message, section.line_of(hit.start), hint, words)


def _is_scorn(section: Section, hit: Hit) -> bool:
    word = section.words[hit.word].low
    before = [w.low for w in section.words[max(0, hit.word - 5) : hit.word]]
    mine = (set(before[-2:]) & (_SELF - _OURS)) | (set(before[-1:]) & _OURS)
    if mine and word not in _ABOUT_ME:
        return False
    if {"not", "never", "no", "isn't", "wasn't"} & set(before[-2:]) and word not in _ABOUT_ME:
        return False
    start, end = section.sentence_at(hit.start)
    if word in _THINGS and not _of_people(section, hit, start):
        return False
    if word not in _ABOUT_ME | _SUBJECTS | {"nobody", "no-one", "no"} and _is_mine(
        section, hit, start
    ):
        return False
    if word in _OF_CODE and not {"their", "his", "her"} & set(before):
        return False
    if word in ("as", "yet", "of") and not _OTHERS.search(section.low, start, end):
        return False
    if _REPORTED.search(section.low, start, hit.start):
        return False
    if _WITH_ME.search(section.low, start, end):
        return False
    check = _CHECKS.get(word)
    return check is None or check.search(section.low, start, end) is not None


def _of_people(section: Section, hit: Hit, start: int) -> bool:
    """Whether a word such as "lazy" is said of people: they were lazy, lazy managers."""
    before = {w.low for w in section.words[max(0, hit.word - 4) : hit.word] if w.start >= start}
    if before & _THING_BEFORE or _THING_AFTER.match(section.low, hit.end):
        return False
    return (
        bool(before & (_PERSONS | _ROLES)) or _PERSON_AFTER.match(section.low, hit.end) is not None
    )


def _is_mine(section: Section, hit: Hit, start: int) -> bool:
    """Whether the nearest subject before the words is the teller."""
    for word in reversed(section.words[max(0, hit.word - 12) : hit.word]):
        if word.start < start or word.low in _SUBJECTS:
            return False
        if word.low in ("i", "we", "i'd", "we'd", "i've", "we've"):
            return True
    return False


def _sentence_piece(section: Section, hit: Hit, start: int, end: int) -> tuple[int, int]:
    """The words of a sentence around a hit, not more than a line of them."""
    begin = max(start, hit.start - 40)
    if begin > start:
        begin = section.low.find(" ", begin, hit.start) + 1 or hit.start
    return begin, min(end, max(hit.end + 40, hit.end))


# These are said with "I" or "me" near by: "left me to clean up", "it wasn't on me".
_ABOUT_ME: Final = v.words(
    "left blamed expected wasn't weren't not nothing through would clean clear"
    " cleaned mop mopped pick picked"
    " babysit babysitting babysat under behind warned told no can't cannot ignored"
    " ignores ignoring"
    " even so their his her fault if because thanks due owing incompetence"
    " incompetent amateur amateurs clueless"
)
_WITH_ME: Final = Pattern(
    r"\b(?:me included|including me|myself included|and so (?:did|had|was|were) i|i"
    r" (?:too|as well)|nor (?:did|had) i"
    r"|neither (?:did|had) i|my (?:own )?(?:fault|mistake|error|bug)|as did i|me among"
    r" them|like me|was right|were right|had reason|good reasons?)\b"
)
_SUBJECTS: Final = v.words(
    "he she they who which management leadership nobody everyone somebody team"
    " manager boss vendor people guys"
    " architect lead director contractor supplier sales marketing qa that it"
)
_OF_CODE: Final = v.words("rubbish garbage crap shoddy botch")

_OTHERS: Final = Pattern(
    r"\b(?:he|she|they|them|management|leadership|nobody|no one|sales|marketing|qa"
    r"|(?:the|our|those) (?:\w+ ){0,2}"
    r"(?:guys|team|people|manager|managers|boss|vendor|architect|lead|contractors?|lot"
    r"|folks|developers|testers|department|director))\b"
)
_REPORTED: Final = Pattern(
    r"\b(?:he|she|they|each|both|people|others|some|customers?|client|team|manager"
    r"|director|who) (?:\w+ )?(?:thought|said|felt|believed"
    r"|called|found|considered|complained|wrote|told|feared|worried)\b|\bbusiness\b$"
)
_CHECKS: Final[dict[str, Pattern]] = {
    "too": Pattern(
        r"\b(?:he|she|they|who|management|manager|boss|team|people|sales|marketing|guys"
        r"|director|architect|lead)\b[^.;]* too\b"
    ),
    "should": Pattern(
        r"\b(?<!what )(?<!how )(?:qa|testing|testers?|they|he|she|who|somebody|someone"
        r"|management|product|support|sales|ops|security|anyone|everyone"
        r"|marketing|team|manager|architect|vendor|supplier|developers?|engineers?|dba"
        r"|lead|colleagues?|contractors?|analysts?"
        r"|designers?|admins?|people|guys|consultants?|boss|director|agency|reviewers?"
        r"|department|intern|juniors?|trainee|operators?|owner|cto|ceo|seniors?"
        r"|predecessor) (?:\w+ )?should have\b"
    ),
    "would": Pattern(
        r"\bif (?:only )?(?!i\b|we\b|i'd\b|we'd\b|it had not rained)(?:the|our|my|he"
        r"|she|they|qa|sales|marketing|management|product|it|[a-z]+)\b[^.;]*\b"
        r"(?:had (?:done|listened|told|bothered|read|tested|not (?:changed|dragged"
        r"|ignored|insisted))|did (?:its|their|his|her))\b"
    ),
    "without": Pattern(
        r"\b(?:they|he|she|who|management|the|our|dba|vendor|qa|had|guys|team|manager"
        r"|architect|colleague|marketing|sales)\b[^.;]*\b(?:signed|merged|approved"
        r"|promised|changed|pushed|deployed|decided|sold|shipped|announced|committed"
        r"|agreed|rewrote|deleted|released|moved|cut|went|cancelled|closed"
        r"|rejected)\b[^.;]*\bwithout\b"
    ),
    "failed": Pattern(
        r"\b(?:he|she|they|management|leadership|sales|marketing|vendor|contractor"
        r"|supplier|team|manager|boss|lead|architect|department|qa|people|colleague"
        r"|owner|consultants?)\b"
        r"[^.;]*\bfailed to\b"
    ),
    **dict.fromkeys(
        (
            "mess",
            "disaster",
            "joke",
            "shambles",
            "nonsense",
            "embarrassment",
            "farce",
            "spaghetti",
            "unreadable",
            "worthless",
        ),
        Pattern(
            r"(?:\b(?:his|her|their|your)|[a-z]'s|s') (?:\w+ ){0,3}(?:was|were|is|are"
            r"|had been) (?:\w+ ){0,3}"
            r"(?:mess|disaster|joke|shambles|nonsense|embarrassment|farce|spaghetti"
            r"|unreadable|worthless)\b"
        ),
    ),
    "only": Pattern(
        r"\b(?:he|she|they|who|management|leadership|sales|marketing|people|cto|ceo"
        r"|boss|manager|director|team|vendor|lead|owner|head"
        r"|architect|i was the|i am the) (?:\w+ )?only\b"
    ),
    "fault": Pattern(
        r"(?:[a-z]'s|s'|his|her|their|your) (?:own )?fault\b|fault (?:lay|lies|was|is"
        r"|of)\b"
    ),
    "unable": Pattern(
        r"\b(?:he|she|they|management|manager|boss|lead|team|people|director"
        r"|owner)\b[^.;]*\bunable to\b"
    ),
    "decreed": Pattern(
        r"\b(?:who|he|she|they|architect|management|manager|director|cto|boss|office"
        r"|headquarters)\b[^.;]{0,80}(?<!been )(?<!was )decreed\b"
    ),
}
