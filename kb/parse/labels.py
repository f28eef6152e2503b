"""The words people put before a piece of a story or guide, and how they mark them.

A label counts only as a whole: "Result" and "The outcome" are labels,
"Examples of good topics" and "My Approach to Long-term Scalability" are not.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

from kb.domain import STAR, PartKind

SectionKind = Literal[
    "question", "concept", "example", "practices", "follow-ups", "variants", "competencies",
    "contents", "note",
]  # fmt: skip

_PARTS: dict[PartKind, str] = {
    "situation": "situation|context|background|setting|scene|setup|set up|what happened"
    "|problem|problem statement|the story so far",
    "task": "task|challenge|goal|objective|responsibility|responsibilities|mission|my role"
    "|what i had to do|what i was asked to do|what was needed",
    "action": "action|action taken|approach|what i did|what we did|how i did it|step|step taken"
    "|solution|how i solved it|how i approached it|what i actually did",
    "result": "result|outcome|impact|what came of it|what changed|how it ended|how it turned out"
    "|end result|final result|result achieved",
    "learning": "learning|reflection|lesson|lesson learned|lesson learnt|takeaway|take away"
    "|what i learned|what i learnt|what we learned|what we learnt|what i would do differently"
    "|what i'd do differently|what would i do differently|what i took from it|retrospective"
    "|hindsight|in hindsight|insight",
}
_KIND: dict[str, PartKind] = {
    word: kind for kind, words in _PARTS.items() for word in words.split("|")
}
_BEFORE_ACTION = ("situation", "task", "action")
_LETTERS: dict[str, PartKind] = {kind[0]: kind for kind in STAR}
_LETTER_PREFIX = re.compile(r"^\(?([stralq])\)?\s*(?:[:：.=–—-]\s*|(?<=\))\s*)(?=\w{3})")

_WHO = r"(?:(?:(?:the|an|your) )?(?:interviewer|recruiter|hiring manager|panel)s?|they|it|this)"
_ASKS = (
    r"(?:(?: question)?(?: is| are|'s|'re)?(?: really| actually)?"
    r" (?:looking for|looks? for|after|about"
    r"|(?:seek|want|ask|assess|test|evaluat|listen|measur|check|hop)(?:e?s|e|ing)?)"
    r"(?: (?:to (?:know|see|hear|learn)|for|from))?(?: here| in an answer)?)"
)
_SAMPLE = (
    r"example|sample|model|suggested|ideal|strong|good|great|possible|star|full|full star|short"
    r"|long|my|your|worked|star example|star sample"
)
_TIPS = r"pro|quick|key|answering|interview|general|best practice"
_SECTIONS: dict[SectionKind, tuple[str, ...]] = {
    "question": (r"(?:(?:the|interview) )?question", r"q\d{0,3}"),
    "concept": (
        r"(?:(?:conceptual|concept) )?explanation",
        r"(?:(?:key|core) )?concepts?",
        "rationale|intent|purpose|assesses|tests",
        f"what (?:(?:is|are|does|do) )?(?:{_WHO}|the question){_ASKS}",
        r"what(?:'s| is) being (?:assessed|tested|evaluated)",
        f"why {_WHO} asks?(?: (?:this|it))?(?: question)?",
        r"why (?:this|it) is asked|why this question(?: matters)?",
        r"what (?:a |an )?(?:good|strong|great) answers? (?:looks? like|shows?|contains?|needs?)",
    ),
    "example": (
        rf"(?:(?:{_SAMPLE}) )?(?:answers?|responses?|examples?)(?: using star)?",
        r"(?:(?:example|sample|star) )?stor(?:y|ies)|case stud(?:y|ies)",
        r"ans|(?:a|ans|answer|example|sample answer) ?\d{1,2}",
        r"star (?:method|format)|how i (?:would )?answer(?: it| this)?",
        r"(?:show|see|view|reveal|click (?:to|for)(?: (?:see|show|reveal|expand|view))?)"
        r"(?: the)?(?: sample| example)? answers?",
    ),
    "practices": (
        r"(?:(?:best|good) )?practices?(?: for answering)?|rules of good practice",
        rf"(?:(?:{_TIPS}) )?tips?(?: for answering)?(?: (?:and|&) (?:tricks|best practices))?",
        r"guidelines?|advice|do'?s(?: (?:and|&) don'?t'?s)?|do'?s ?/ ?don'?t'?s",
        r"how to (?:answer|approach)(?: (?:it|this))?(?: question)?",
    ),
    "follow-ups": (
        r"(?:(?:likely|possible|common|potential|typical) )?follow[- ]?ups?(?: questions?)?",
        r"probes?|probing questions?|they may (?:then )?ask|next questions?",
    ),
    "variants": (
        r"also (?:asked|phrased|worded|known) as|(?:question )?(?:variants?|variations?)",
        r"(?:other|alternative|alternate|different) (?:wordings?|phrasings?|versions?)",
        r"other ways (?:to ask|of asking)(?: (?:it|this))?|similar questions?",
    ),
    "competencies": (r"(?:(?:key|core) )?competenc(?:y|ies)(?: (?:assessed|tested|covered))?",),
    "contents": (
        r"(?:table of )?contents?|toc|on this page|in this (?:guide|document)|jump to",
        r"quick links|navigation|question (?:list|index)|list of questions|index",
    ),
    "note": (
        r"red flags?|(?:common )?(?:mistakes?|pitfalls?|traps?)|what to avoid|don'?t'?s|avoid",
        r"notes?|resources?|references?|further reading|links?|keywords?|tags?|difficulty|level",
        r"compan(?:y|ies)|asked (?:at|by)|time|duration|seniority",
        r"(?:weak|bad|poor) (?:answer|example|response)s?",
    ),
}
_SECTION_RES = {kind: re.compile("|".join(forms)) for kind, forms in _SECTIONS.items()}

_NUMBER = re.compile(
    r"^(?:(?:step|part|section|chapter|no\.?|nr\.?)\s*)?(?:#\s*)?\d{1,4}(?:\.\d{1,3}){0,5}\s*"
    r"(?:[.):：](?!\d)|[-–—](?=\s)|$)\s*|^\d{1,3}(?:\.\d{1,3}){1,5}\s+|^#\d{1,4}\s+|^\(\d{1,4}\)\s*",
    re.IGNORECASE,
)
_MAYBE_NUMBER = re.compile(r"[\d#(]|(?:step|part|section|chapter|no|nr)\b", re.IGNORECASE)
_KEYCAP = re.compile(r"^(\d)\ufe0f?\u20e3")
_TRAILING = re.compile(r"\s*(?:[([][^()\[\]]{0,80}[)\]])$")
_ARTICLE = re.compile(r"^(?:the|my|our|key|main|a|an)\s+")
_JOINT = re.compile(r"\s*(?:/|&|\+|,|\band\b)\s*")
_MARKED = (
    re.compile(r"^(\*\*\*|___|\*\*|__)(?=\S)([^*\n]{1,200}?)\1(?![*_\w])(.*)$", re.DOTALL),
    re.compile(r"^([*_])(?=[^\s*_])([^*_\n]{1,200}?)\1(?![*_\w])(.*)$", re.DOTALL),
    re.compile(r"^<(b|strong|em|i|u)>([^<>\n]{1,200})</\1>(.*)$", re.DOTALL | re.IGNORECASE),
    re.compile(r"^(\[)([^\[\]\n]{1,60})\](?![(\[:])(.*)$", re.DOTALL),
)
_COLON = re.compile(r"^\s*[:：]\s*|^\s+[-–—]\s+")
_END = r"\s{0,9}(?:[:：](?!//)|\s[-–—](?=\s))\s*(.*)$"
_PLAIN = (
    re.compile(r"^([STARL]\s?[-–—=]\s?[^\W\d_]{4}[^:：*`<>|\n]{0,40}?)" + _END, re.DOTALL),
    re.compile(r"^([^\W\d_][^:：*`<>|\n]{0,60}?)" + _END, re.DOTALL),
)
_NEVER_PLAIN = re.compile(
    r"^(?:examples?|index|steps?|problems?|scene|purpose|intent|rationale|assesses|tests"
    r"|explanation|concepts?|insights?|stor(?:y|ies)|variations?|practices?|contents?)$"
)


@dataclass(frozen=True, slots=True)
class Label:
    """A label and what follows it.

    text: the label without its marks and colon. rest: what follows, stripped at
    the left. colon: whether a colon or dash closed the label. marked: whether it
    was bold, italic or bracketed (a plain label is always a known one).
    """

    text: str
    rest: str
    colon: bool
    marked: bool


def strip_ornament(text: str) -> str:
    """`text` without leading emoji and symbols, and without spaces around it."""
    if text[:1].isalnum() and not text[1:2] > "\u2000":
        return text.rstrip()
    start = 0
    for char in text:
        group = unicodedata.category(char)
        ornament = group in {"So", "Sk", "Cf", "Mn", "Me", "Co", "Cn"} or char in "•▪▸►→✓➤·"
        if not (ornament or char.isspace()):
            break
        start += 1
    return text[start:].strip()


def strip_number(text: str) -> str:
    """`text` without emoji and numbering before it ("3.2) ", "Step 1: ", "1️⃣ ")."""
    plain = strip_ornament(text)
    if not _MAYBE_NUMBER.match(plain):
        return plain
    plain = _KEYCAP.sub(r"\1. ", plain)
    return strip_ornament(_NUMBER.sub("", plain, count=1))


def normal(label: str) -> str:
    """A label as it is compared: no marks, emoji, numbering, final colon or note in brackets."""
    plain = strip_number(label[:300].strip().strip("*_#`").strip())
    plain = plain.strip("*_` ").rstrip(":：.-–— ").casefold().replace("’", "'")
    return _TRAILING.sub("", plain).strip("*_ :")


def part_kind(label: str, previous: PartKind | None = None) -> PartKind | None:
    """The part that a whole label names, or None.

    Case, emoji, numbering, plurals, a leading "the" or "my" and a note in
    brackets do not count; of several names ("Situation & Task") the first does.
    Letters: S, T, R and L always; A only when `previous` (the part before it)
    is a situation, task or action, since elsewhere it means Answer.
    """
    plain = normal(label)
    if len(plain) == 1:
        return None if plain == "a" and previous not in _BEFORE_ACTION else _LETTERS.get(plain)
    plain = _LETTER_PREFIX.sub("", plain)
    whole = _one_kind(plain)
    if whole is not None:
        return whole
    kinds = [_one_kind(name) for name in _JOINT.split(plain)]
    return kinds[0] if all(kinds) else None


def section_kind(label: str) -> SectionKind | None:
    """The section of a guide's question that a whole label names, or None."""
    plain = _LETTER_PREFIX.sub("", normal(label))
    for kind, pattern in _SECTION_RES.items():
        if pattern.fullmatch(plain):
            return kind
    return None


def split_label(line: str) -> Label | None:
    """A line (or paragraph) that begins with a label, in two; None if it does not.

    Marked labels (`**Label**: rest`, `**Label:** rest`, `*Label:*`,
    `__Label__:`, `<b>Label</b>:`) may be any words when a colon or dash closes
    them; without one, and unmarked (`Label: rest`, `S: rest`), only known ones
    count. Ask `part_kind` or `section_kind` what the label means.
    """
    text = strip_ornament(line)
    for pattern in _MARKED:
        if match := pattern.match(text):
            return _marked(match)
    text = strip_number(text)
    for pattern in _PLAIN:
        match = pattern.match(text)
        if match and _known(match[1]) and not _NEVER_PLAIN.match(normal(match[1])):
            return Label(match[1].strip(), match[2], colon=True, marked=False)
    return None


def _marked(match: re.Match[str]) -> Label | None:
    inner, rest = match[2].strip(), match[3]
    closing = _COLON.match(rest)
    colon = closing is not None or inner.endswith((":", "："))
    name = inner.rstrip(":： ").strip()
    if not name or not (_known(name) or (colon and match[1] != "[")):
        return None
    return Label(name, rest[closing.end() :] if closing else rest.lstrip(), colon, marked=True)


def _known(label: str) -> bool:
    """Whether a label names a part, a section, or is one of the letters S T A R L Q."""
    return bool(part_kind(label, "task") or section_kind(label))


def _one_kind(name: str) -> PartKind | None:
    """The part that one name (lower case) means; a plural is its singular."""
    for word in (name, _ARTICLE.sub("", name)):
        for form in (word, word.removesuffix("s"), word.replace("s ", " ", 1)):
            if form in _KIND:
                return _KIND[form]
    return None
