"""What is private about somebody: health, pay, dismissal, beside a first name."""

from __future__ import annotations

import re
from typing import Final

from kb.check import names as n
from kb.check.phrases import Pattern

# What is private about somebody, said of a name just before it.
_PRIVATE: Final = Pattern(
    r"(?i)(?:(?:was|were|is|had been|has been|got|being|went|came back|returned)"
    r" (?:then |off |out |away )?(?:on (?:long[- ]term |long )?sick(?:[ -]leave)?"
    r"|off sick|signed off|in (?:rehab|therapy|hospital|a clinic)|let go|fired|sacked"
    r"|dismissed|laid off|made redundant|asked to leave"
    r"|pushed out|demoted|terminated|put on (?:a )?(?:pip|performance)|on (?:a"
    r" )?(?:pip|performance (?:plan|improvement))|under notice"
    r"|suspended|depressed|burnt out|burned out|pregnant|diagnosed|hospitali[sz]ed"
    r"|seriously ill|very ill|ill (?:with|for)|ill\b(?=[ ,.;])"
    r"|suffering from|recovering from|undergoing|drinking|divorced|getting divorced"
    r"|going through (?:a )?(?:divorce|separation|depression)"
    r"|paid (?:\w+ ){0,3}(?:less|more|under|below|over|above|[€£$]?\d)|underpaid"
    r"|overpaid|warned formally|given (?:a|her|his) (?:written |final |formal"
    r" )?(?:warning|notice)"
    r"|failing (?:his|her) probation|rated (?:below|as|a \d|\d)|bipolar|autistic|alcoholic)"
    r"|(?:went|go) on (?:long[- ]term )?sick|(?:took|needed|was granted) (?:\w+"
    r" ){0,2}(?:sick leave|medical leave|weeks off (?:sick|ill))"
    r"|had (?:a |an |just had a |suffered a |been through a )?(?:\w+ )?(?:burn-?out"
    r"|breakdown|stroke|heart attack|miscarriage|cancer|depression|surgery|operation"
    r"|panic attacks?|abortion|affair|drinking problem|divorce|diagnosis|epilepsy|diabetes|adhd)"
    r"|(?:suffered|suffers) from|lost (?:his|her|their) (?:job|baby|child|wife|husband"
    r"|mother|father|licence|license)|fell ill|broke down"
    r"|failed (?:his|her|their|the) probation|did(?:n't| not) (?:pass|survive) (?:his"
    r"|her|their|the)? ?probation|(?:earned|earns|makes|made|took home|was on) (?:only"
    r" |about |around )?(?:[€£$]\s?)?\d{2,3}(?:[,.]\d{3}|k|,?000)"
    r"|tried to kill|attempted suicide|(?:his|her) (?:wife|husband|partner) (?:had|was|left))"
)
_PRIVATE_OF: Final = Pattern(
    r"(?i)(?:'s|’s|s'|s’) (?:\w+ )?(?:salary|pay(?= (?:was|of|rise|gap|cut|slip))|wage"
    r"|bonus|illness|depression|burn-?out|cancer|diagnosis|pregnancy|divorce|surgery"
    r"|miscarriage"
    r"|sick(?:ness| leave)|dismissal|firing|redundancy|termination|probation"
    r"|disability|health (?:problems?|issues?|condition)|drinking|addiction|adhd"
    r"|autism"
    r"|mental health|medical|therapy|performance (?:plan|improvement)|severance)\b"
)
# One of these stands in whatever the three patterns match; looking for them is quicker.
_HINTED: Final = (
    "sick|burn|fire|sack|dismiss|laid off|lay off|redundan|let |pip|probation|depress|"
    "pregnan|diagnos|hospital|ill |ill.|ill,|cancer|stroke|divorce|salary|pay |pay.|wage|"
    "bonus|earn|suspend|paid|rehab|therap|surg|leave|notice|breakdown|broke down|miscarr|"
    "suffer|lost h|lost t|demot|terminat|drink|adhd|autis|bipolar|alcohol|heart|"
    "operation|disab|health|000|warn|suicid|rated|wife|husband|clinic|panic|abortion|"
    "affair|epilep|diabet|addict|severance|medical|pushed out|signed off|recover|"
    "took home|kill"
)
_HINTS: Final = tuple(_HINTED.split("|"))
_LET_GO: Final = Pattern(
    r"(?i)\b(?:had to |to |i |we |they |he |she )?(?:let|fire|fired|dismiss|dismissed"
    r"|sack|sacked|lay off|laid off|terminate|terminated) (?=[A-Z])"
)


def is_private(text: str, name: str, start: int, end: int) -> bool:
    """Whether what is said right after a first name is private: health, pay, dismissal."""
    low = name.lower()
    plain = re.sub(r"['’]s$", "", low)
    if plain in n.KNOWN - n.GIVEN or plain in n.OPENERS or name.isupper():
        return False
    stop = stop_of(text, end)
    piece = text[end : min(stop, end + 90)]
    if low != plain and _PRIVATE_OF.match(text, end - 2):
        return True
    match = _PRIVATE.search(piece)
    if match is not None and _links(piece[: match.start()], plain):
        return True
    before = text[max(0, start - 24) : start]
    if _LET_GO.search(text[max(0, start - 24) : end], 0) and before.rstrip().lower().endswith(
        _FIRING
    ):
        return plain in n.GIVEN or _opens_lower(text, start)
    return plain in n.GIVEN and _tells_private_next(text, stop)


_FIRING: Final = (
    "let",
    "fire",
    "fired",
    "dismiss",
    "dismissed",
    "sack",
    "sacked",
    "lay off",
    "laid off",
    "terminate",
    "terminated",
)


def _opens_lower(text: str, start: int) -> bool:
    return text[max(0, start - 2) : start - 1].islower()


def _links(between: str, name: str) -> bool:
    """Whether what is private is said of the name: nothing but a few words stand between."""
    words = between.split()
    if len(words) > 6 or (name not in n.GIVEN and len(words) > 3):
        return False
    last = [w.lower() for w in words[-2:]]
    if last[-1:] in (["he"], ["she"]):
        return True
    return not {"i", "we", "my", "the", "which", "that"} & set(last)


def _tells_private_next(text: str, stop: int) -> bool:
    """Whether the next sentence begins with "he" or "she" and tells something private."""
    following = re.match(r"[.!?]\s+(?:He|She)\s", text[stop : stop + 8])
    if following is None:
        return False
    begin = stop + following.end()
    match = _PRIVATE.search(text[begin : min(stop_of(text, begin), begin + 60)])
    return match is not None and match.start() < 12


def stop_of(text: str, end: int) -> int:
    """Where the clause ends that goes on at a place."""
    found = re.compile(r"[.!?;\n]").search(text, end)
    return found.start() if found else len(text)


def may_be_private(text: str) -> bool:
    """Whether it is worth looking for private matters in a text at all."""
    low = text.lower()
    return any(hint in low for hint in _HINTS)
