"""Names and private matters that should not be told outside."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from kb.check import names as n
from kb.check.phrases import Pattern, Phrases
from kb.check.private import is_private, may_be_private, stop_of
from kb.check.reading import shortened
from kb.check.rule import Note, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kb.check.reading import Reading, Section
    from kb.check.rule import Limits

_CAP: Final = r"[A-ZÀ-ÖØ-ÞĀ-Ž][\w'’]*(?:-[A-ZÀ-ÖØ-Þ][\w'’]*)*"
_RUN: Final = re.compile(
    rf"(?<![\w.@/`-]){_CAP}(?:[ \n](?:(?:van|von|de|der|den|di|da|del|della|la|le|el|al|bin|ibn"
    rf"|ten|ter|dos|das|du|y|&)[ \n]){{0,2}}{_CAP}){{0,4}}"
)
_APPOSITION: Final = Pattern(
    r"(?i),? (?:\(|who\b|whose\b|(?:our|the|my|a|an|then|head|his|her|their|one of"
    r"|from)\b)|\s?\("
)
_SHOWN: Final = Pattern(
    r"(?:'s|’s)? (?:law|algorithm|theorem|principle|test|chart|diagram|rule|method"
    r"|razor|curve|number|book|paper|talk"
    r"|essay|model|syndrome|effect|nodes?|gpus?|machine|award|prize|distribution"
    r"|transform|filter|code|matrix)\b"
)
_WRITTEN: Final = Pattern(
    r"\b(?:book|books|talk|paper|article|essay|blog|course|author|podcast|according to|by"
    r"|reading)\b"
)
_SECRETS: Final = Phrases(
    {
        "confidential": (
            r"(?! (?:vms?|computing|containers?|nodes?|compute|client|clients|space"
            r"|ledger))"
        ),
        "nda": "",
        "non-disclosure": "",
        "ndas": "",
        "internal": r" (?:use )?only\b|-only\b",
        "internal-only": "",
        "strictly": r" internal\b",
        "embargo embargoed unannounced undisclosed unreleased": "",
        "not": (
            r" (?:yet )?(?:been )?(?:public|announced|disclosed|released to the public"
            r"|for the outside|to be shared|to leave)\b"
        ),
        "trade": r" secrets?\b",
        "company": r" secrets?\b",
        "top": r" secret\b",
        "off": r" the record\b",
        "do": r" not (?:share|distribute|pass on|forward)\b",
        "under": r" wraps\b",
        "for": r" internal use\b",
        "hush": "",
        "insider": r" (?:information|knowledge)\b",
    }
)
_FIGURE_OR_NAME: Final = re.compile(
    r"\d|(?<=[a-z,] )[A-ZÀ-Þ][a-zà-ž]+|\b(?:million|billion|percent|salary|price|revenue"
    r"|margin)\b"
)


@rule(
    "confidential",
    "A person's full name, a private matter or a client's name stands there.",
    "guides: an interviewer hears how you will speak of them; employers forbid it",
    severity="info",
)
def confidential(reading: Reading, _limits: Limits) -> Iterator[Note]:
    """A note for each name, private matter and mark of secrecy."""
    seen: set[str] = set()
    own = _own(reading)
    for section in reading.sections:
        for start, words, (message, hint) in sorted(_noticed(section, own)):
            if words.lower() not in seen:
                seen.add(words.lower())
                line = section.line_of(start)
                yield Note(message.format(shortened(words)), line, hint, shortened(words))


def _own(reading: Reading) -> frozenset[str]:
    """The words of the teller's own employer."""
    return frozenset(
        word for word in re.findall(r"\w+", reading.story.company.lower()) if len(word) > 2
    )


_CLIENT: Final = (
    "`{}` is named as a client or partner.",
    "Say what they are: `a large insurer`.",
)
_PERSON: Final = ("`{}` is a person's full name.", "A first name or a role will do.")
_TOLD: Final = ("Something private is told here: {}.", "Leave out who it was, or what it was.")
_MARKED: Final = ("`{}` stands beside a name or a figure.", "Leave it out, unless it may be told.")

Noticed = tuple[int, str, tuple[str, str]]


def _noticed(section: Section, own: frozenset[str]) -> Iterator[Noticed]:
    """The place, the words, and the sentence and hint for all that is noticed in a section."""
    text = section.prose
    private = may_be_private(text)
    clients = bool(own) or _COUNTERPART.search(text) is not None
    for match in _RUN.finditer(text):
        if not (private or clients or " " in match[0] or "\n" in match[0]):
            continue
        words, start = _stripped(match[0], match.start())
        if not words:
            continue
        run = re.sub(r"['’]s?$", "", " ".join(words))
        end = start + len(match[0]) - (start - match.start())
        if {w.lower() for w in words} & own:
            continue
        if clients and _is_counterpart(text, words, start, end, own):
            yield start, run, _CLIENT
        elif _is_person(text, words, start, end):
            yield start, run, _PERSON
        elif private and len(words) == 1 and is_private(text, words[0], start, end):
            yield start, section.written(start, min(end + 60, stop_of(text, end))), _TOLD
    for hit in _SECRETS.find(section):
        begin, stop = section.sentence_at(hit.start)
        if _FIGURE_OR_NAME.search(section.text, begin, stop):
            yield hit.start, section.written(hit.start, hit.end), _MARKED


def _stripped(run: str, start: int) -> tuple[list[str], int]:
    """The words of a run of capitals without those that only begin a sentence, and its place.

    A title stays: "Dr Vossberg" is a name, "The Vossberg" none.
    """
    words = run.split()
    opened = False
    while words and _opens(words[0].lower(), opened):
        opened = True
        rest = run[len(words[0]) :]
        start += len(words[0]) + len(rest) - len(rest.lstrip())
        run = rest.lstrip()
        words = words[1:]
    return words, start


def _opens(word: str, opened: bool) -> bool:
    """Whether a word only begins a sentence, or says when: In March, On Monday."""
    if word in n.TITLES:
        return False
    return word in n.OPENERS or (word in n.WHEN and (opened or word not in n.GIVEN))


def _is_person(text: str, words: list[str], start: int, end: int) -> bool:
    low = [re.sub(r"['’]s?$", "", w.lower()) for w in words]
    low[0] = low[0] if low[0] in n.GIVEN else low[0].partition("-")[0]
    if low[0] in n.TITLES:
        return len(words) > 1 and low[1] not in n.KNOWN
    if len(words) < 2 or " ".join(low[:2]) in n.FAMOUS or _SHOWN.match(text, end):
        return False
    if any(w in n.KNOWN or w in n.NO_PERSON or w in n.ROLES for w in low) or any(
        w.isupper() and len(w) > 1 for w in words
    ):
        return (
            low[0] in n.GIVEN
            and low[0] not in n.KNOWN
            and not (set(low[1:]) & (n.KNOWN | n.NO_PERSON | n.ROLES))
        )
    sentence = text[max(0, start - 60) : start]
    if _WRITTEN.search(sentence[sentence.rfind(".") + 1 :]) and not _roles_near(text, start, end):
        return False
    if low[0] in n.GIVEN and len(words) <= 4:
        return True
    return len(words) == 2 and (_roles_near(text, start, end) or _speaks(text, end))


def _roles_near(text: str, start: int, end: int) -> bool:
    """Whether a role stands beside a name: "our architect X", "X, who ran it"."""
    before = re.findall(r"[a-z]+", text[max(0, start - 30) : start].lower())
    if before and before[-1] in n.ROLES:
        return True
    match = _APPOSITION.match(text, end)
    if match is None:
        return False
    if "who" in match[0].lower():
        return True
    following = re.findall(r"[a-z]+", text[match.end() : match.end() + 40].lower())
    return bool(set(following[:4]) & n.ROLES)


def _speaks(text: str, end: int) -> bool:
    following = re.match(r"\s+([a-z]+)", text[end : end + 20])
    return following is not None and following[1] in n.SAYS - {
        "had",
        "was",
        "ran",
        "took",
        "gave",
        "went",
        "came",
    }


def _is_counterpart(text: str, words: list[str], start: int, end: int, own: frozenset[str]) -> bool:
    """Whether a name is that of a client or partner: by the word beside it, or by its own."""
    low = [re.sub(r"['’]s?$", "", w.lower()) for w in words]
    if low[0] in n.TITLES or (low[0] in n.GIVEN and not set(low) & n.ORGANISATIONS):
        return False
    before = text[max(0, start - 90) : start]
    near = before[max(before.rfind("."), before.rfind(";")) + 1 :]
    label = None if low[0] in _OFFICES or _OFFICE.match(text, end) else _LABELLED.search(near)
    if label and not set(low) <= n.KNOWN:
        return True
    if (
        label
        and label[1].lower().startswith(("client", "customer", "account"))
        and set(low) & _SOLD_TO
    ):
        return True
    placed = near.rstrip().rpartition(" ")[2].lower() in ("in", "near", "to", "from", "outside")
    if not placed and _CALLED.match(text, end) and not set(low) <= n.KNOWN:
        return True
    return (
        bool(own) and len(words) > 1 and low[-1] in n.ORGANISATIONS and not set(low[:-1]) <= n.KNOWN
    )


_COUNTERPART: Final = Pattern(
    r"(?i)\b(?:client|customer|partner|account|supplier|vendor|prospect|acquirer"
    r"|investor|subcontractor|reseller|competitor|tenant)s?\b"
)
_LABELLED: Final = Pattern(
    r"(?i)\b(clients?|customers?|partners?|accounts?|suppliers?|vendors?|prospects?"
    r"|acquirers?|investors?|subcontractors?|resellers?"
    r"|competitors?|tenants?)(?:,| called| named| such as| like| (?:are|is|were|was)|"
    r" \()?\s(?:(?-i:[A-Z])[\w&'’.-]*(?:,| and| &|\s|, and)\s?){0,8}$"
)
_CALLED: Final = Pattern(
    r"(?i)(?:,| \(| (?:is|was|were|are)\b) ?(?:our|a|an|one of (?:our|the)|another)"
    r" (?:[\w-]+ ){0,3}"
    r"(?:clients?|customers?|accounts?|partners?|suppliers?|acquirers?|investors?"
    r"|competitors?)\b"
)
_OFFICES: Final = frozenset(
    {
        "success",
        "support",
        "service",
        "services",
        "care",
        "portal",
        "experience",
        "relations",
        "management",
        "manager",
        "insights",
        "desk",
    }
)
_OFFICE: Final = Pattern(
    r" (?:team|department|manager|desk|portal|office|api|app|service|platform|programme"
    r"|program|side|branch|plant)s?\b"
)
_SOLD_TO: Final = frozenset(
    {
        "siemens",
        "bosch",
        "sony",
        "samsung",
        "nokia",
        "ericsson",
        "ibm",
        "dell",
        "visa",
        "mastercard",
        "netflix",
        "uber",
        "google",
        "amazon",
        "microsoft",
        "apple",
        "meta",
    }
)
