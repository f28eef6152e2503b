"""What gives someone away whatever its words are: addresses, phone numbers, links, secrets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, Literal

Label = Literal["e-mail", "phone", "link", "secret"]

_ENDS: Final = (
    "com|org|net|io|dev|app|cloud|internal|local|localhost|corp|lan|intranet|edu|gov|info"
)
_LINK: Final = (
    # a scheme, or www., or a host with a usual ending; then whatever hangs on it
    r"(?<![A-Za-z0-9+.-])(?:[A-Za-z][A-Za-z0-9+.-]{1,20}://|mailto:|www\.)[^\s<>\"`]+"
    rf"|(?<![\w@.-])(?:[a-z0-9-]{{1,63}}\.){{1,8}}(?:{_ENDS})(?![\w-]|\.\w)(?:[:/][^\s<>\"`]*)?"
)
_EMAIL: Final = r"(?<![\w.+%-])[\w.+%-]+@[\w-]+(?:\.[\w-]+)+"
_PHONE: Final = (
    r"(?<![\w.,/-])(?:"
    r"(?:\+|00)[1-9]\d{0,2}(?:[ ()./-]{0,3}\d){6,12}"  # +49 170 1234567
    r"|\(?0[1-9]\d{0,4}\)?(?:[ /-]{1,2}\d{2,8}){1,5}"  # 0170 / 123 45 67
    r"|\(?[2-9]\d\d\)?[ .-]\d{3}[.-]\d{4}"  # (555) 010-4477
    r")(?![\w]|[.,]\d)"
)
_KEYS: Final = (
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)"
    r"|\b(?:AKIA|ASIA)[0-9A-Z]{12,}|\bgh[opsru]_\w{16,}|\bgithub_pat_\w{16,}|\bglpat-[\w-]{16,}"
    r"|\b[rs]k[_-](?:live|test|ant|proj)?[\w-]{16,}|\bxox[abprs]-[\w-]{8,}|\bAIza[\w-]{20,}"
    r"|\bey[JI][\w-]{8,1000}\.[\w-]{4,}(?:\.[\w-]*)?|\b(?:hf|npm|pypi|dop_v1|shpat)[_-][\w-]{16,}"
)
_SAID: Final = (
    r"(?:(?<![^\W_])(?:password|passwort|passwd|passphrase|pwd|secret|token|api[ _-]?key"
    r"|access[ _-]?key)[\"'`*]{0,2}[ \t]{0,3}[:=][ \t]{0,3}[\"'`*]{0,2})"
    r"(?P<said>[^\s\"'`*<>,;]{4,})"
)
_RUN = re.compile(r"(?<![A-Za-z0-9+/=_-])[A-Za-z0-9+/=_-]{20,}")
_HEX = re.compile(r"[0-9a-fA-F]{32,}")
# a name in a program or a path, made of words; no key
_WORDLIKE = re.compile(r"(?:[A-Z]{2,}+|[A-Z]?[a-z]{2,}+|[0-9]++)++")
_LEAST_DIGITS: Final = 8  # of a phone number: dates and spans of years have no more than these
_PATTERNS: Final[tuple[tuple[Label, re.Pattern[str]], ...]] = (
    ("secret", re.compile(_KEYS, re.DOTALL)),
    ("link", re.compile(_LINK)),
    ("e-mail", re.compile(_EMAIL)),
    ("secret", re.compile(_SAID, re.IGNORECASE)),
    ("phone", re.compile(_PHONE)),
)
_LAST: Final = ".,;:!?'’”)]}*_~|"


def given_away(text: str) -> Iterator[tuple[int, int, Label]]:
    """Where such a thing stands, and what it is. They may overlap, and are in no order."""
    for label, pattern in _PATTERNS:
        for match in pattern.finditer(text):
            start, end = match.span("said" if "said" in pattern.groupindex else 0)
            if label == "link":
                end = start + len(_closed(match[0]))
            if label != "phone" or sum(map(str.isdigit, match[0])) > _LEAST_DIGITS:
                yield start, end, label
    for match in _RUN.finditer(text):
        if _is_random(match[0]):
            yield match.start(), match.end(), "secret"


def _closed(link: str) -> str:
    """A link without the marks of the sentence it stands in; a bracket that it opens is its."""
    opened, closed, stop = link.count("("), link.count(")"), len(link)
    while stop and link[stop - 1] in _LAST:
        if link[stop - 1] == ")":
            if opened >= closed:
                break
            closed -= 1
        stop -= 1
    return link[:stop]


def _is_random(text: str) -> bool:
    """Whether a long word looks like a key: hexadecimal, or letters of both cases with digits
    that make no words."""
    if _HEX.fullmatch(text):
        return True
    if not all(any(map(kind, text)) for kind in (str.isdigit, str.islower, str.isupper)):
        return False
    pieces = re.split(r"[+/=_-]+", text)
    return any(len(piece) >= 10 and not _WORDLIKE.fullmatch(piece) for piece in pieces)
