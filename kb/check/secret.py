"""Strings that look like a password, a key or a token, so that they do not get told or shared."""

from __future__ import annotations

import math
import re
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from kb.check.phrases import Pattern
from kb.check.rule import Note, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kb.check.reading import Reading
    from kb.check.rule import Limits

# What services give out, by the shapes that they document.
_TOKENS: Final = (
    ("an AWS key", r"\b(?:AKIA|ASIA|ABIA|ACCA)[0-9A-Z]{16}\b"),
    ("a GitHub token", r"\b(?:gh[pousr]_[A-Za-z0-9]{30,}|github_pat_[A-Za-z0-9_]{22,})"),
    ("a GitLab token", r"\bgl(?:pat|ptt|rt|dt|cbt|soat)-[A-Za-z0-9_-]{16,}"),
    ("a Slack token", r"\bxox[abeoprs]-[A-Za-z0-9-]{10,}|\bxapp-\d-[A-Za-z0-9-]{10,}"),
    (
        "a webhook with its secret",
        r"hooks\.slack\.com/(?:services|workflows)/[A-Za-z0-9/_-]{20,}"
        r"|discord(?:app)?\.com/api/webhooks/\d{8,}/[\w-]{20,}|webhook\.office\.com/[\w@/-]{30,}",
    ),
    ("a live payment key", r"\b(?:sk|rk|pk|whsec)_(?:live|test|prod)?_?[A-Za-z0-9]{16,}"),
    (
        "an API key",
        r"\bsk-(?:[a-z]+-){0,3}[A-Za-z0-9_-]{20,}|\bAIza[\w-]{30,}|\bya29\.[\w-]{20,}"
        r"|\bSG\.[\w-]{16,}\.[\w-]{16,}|\bkey-[0-9a-f]{32}\b|\b(?:SK|AC)[0-9a-f]{32}\b"
        r"|\bnpm_[A-Za-z0-9]{30,}"
        r"|\bpypi-[\w-]{30,}|\bdckr_pat_[\w-]{20,}|\bhv[sb]\.[\w-]{20,}"
        r"|\bdop_v1_[0-9a-f]{40,}|\bhf_[A-Za-z]{30,}"
        r"|\b[rs]k_[A-Za-z0-9]{24,}|\bNRAK-[A-Z0-9]{20,}|\bdapi[0-9a-f]{32}\b|\bshp(?:at"
        r"|ss|ca)_[0-9a-f]{32}\b"
        r"|\bglsa_[A-Za-z0-9_]{30,}|\bATATT3[\w=-]{30,}|\b\d{8,10}:[A-Za-z0-9_-]{35}\b"
        r"|\bGOCSPX-[\w-]{20,}",
    ),
    ("a signed token", r"\beyJ[\w-]{8,1000}\.eyJ[\w-]{8,4000}\.[\w-]{8,}"),
    (
        "a private key",
        r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----|\bPuTTY-User-Key-File",
    ),
    ("an SSL or SSH key", r"\bAGE-SECRET-KEY-1[0-9A-Z]{20,}"),
)
_NAMES: Final = (
    r"(?:[\w.-]{0,40}?)(?:password|passwd|passphrase|passcode|pwd|pass"
    r"|secret(?:[_-]?(?:access)?[_-]?key)?|token"
    r"|api[_ -]?key|apikey|access[_-]?key|auth[_-]?key|client[_-]?secret"
    r"|private[_-]?key|encryption[_-]?key"
    r"|signing[_-]?key|credential|psk|wpa[_-]?key|pin)s?"
)
# name = value, name: value, "name": "value"
_ASSIGNED: Final = Pattern(
    rf"(?i)(?<![\w-])[\"']?({_NAMES})[\"']?\s{{0,3}}(?::=|=>|=|:)\s{{0,3}}"
    r"(?:\"([^\"\n]{4,200})\"|'([^'\n]{4,200})'|`([^`\n]{4,200})`|([^\s\"'`,;]{4,200}))"
)
# "with the password t0mat0es", "the password was X", "log in as service / X"
_TOLD: Final = Pattern(
    r"(?i)\b(?:password|passphrase|passcode|pass ?word|pw|pwd|api key|secret key|token"
    r"|secret|access code|pin(?: code)?)"
    r"(?: (?:is|was|were|had been|being|of|still|called|set|to|set to|reset to|changed"
    r" to|then|for \w+|simply|just|really"
    r"|literally|everyone knew|on the (?:note|sticker|post-it) (?:was|read|said)|read"
    r"|said|named|:)){0,4}[ :=,]{1,3}"
    r"[\"'`“‘(]{0,2}([^\s\"'`”’,;()]{4,80})"
)
_URL: Final = Pattern(
    r"\b[a-zA-Z][a-zA-Z0-9+.-]{1,20}://([^\s:/@\"'`<>]{0,60}):([^\s/@\"'`]{1,80})@[\w.\[\]-]+"
)
_COMMAND: Final = Pattern(
    r"(?:\bsshpass\s+-p\s*|\bmysql\b[^\n`]{0,80}?\s-p|\s--?(?:password|pass|passwd"
    r"|token|api-key|secret|passphrase)[= ]\s?"
    r"|\bcurl\b[^\n`]{0,120}?\s(?:-u|--user)[= ]?\s?[\"']?[\w.@-]+:)[\"']?([^\s\"'`]{4,80})"
)
_HEADER: Final = Pattern(
    r"(?i)\b(?:authorization|proxy-authorization|x-api-key|x-auth-token"
    r"|x-[a-z-]{0,40}(?:token|key))[\"']?\s{0,2}[:=]\s{0,2}[\"']?"
    r"(?:(?:basic|bearer|token|digest|apikey)\s+)?([A-Za-z0-9+/=._~-]{8,400})"
    r"|\bbearer\s+([A-Za-z0-9+/=._~-]{20,400})|\bjdbc:oracle:thin:[\w.]+/([^\s@]{4,60})@"
)
_SAFE: Final = Pattern(
    r"(?i)[\s\"'(]*(?:[<{\[(].*|\$.*|%\w+%.*|.*\$\{.*|.*\{\{.*|(?:x|\*|•|\.|-|_|#|0"
    r"|\?){3,}.*|.*(?:\*{3,}|x{4,}|•{3,}|\.{3,}|…|\?{3,}).*"
    r"|.*(?:example|placeholder|redacted|changeme|change_me|dummy|sample|removed"
    r"|hidden|masked|elided|your[-_ ]).*"
    r"|(?:none|null|nil|true|false|undefined|required|optional|string|str|text|env"
    r"|vault|secret|password|token|value|empty|yes|no)"
    r"|(?:os\.|process\.|env[.(]|getenv|vault:|secrets?[.:/]|ssm:|ref:|arn:|file:"
    r"|/run/|/etc/|~/|\./).*|my_?(?:password|secret|token))[\s\"').]*"
)
_LONG: Final = re.compile(r"(?<![\w/+.=-])[A-Za-z0-9_+/=-]{24,200}(?![\w/+.-])")
_HEX: Final = re.compile(
    r"(?:0x)?[0-9a-fA-F]+|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|[\d-]+"
)
_HASHED: Final = Pattern(
    r"(?i)(?:sha\d{0,3}|md5|digest|checksum|integrity|commit|hash|etag|uuid|guid|trace"
    r"|order|id)[\s:=`-]{0,4}$"
)
_KEYISH: Final = Pattern(
    r"(?i)\b(?:key|token|secret|password|credential|bearer|passphrase|login|auth)\w*\b"
)


@rule(
    "secret",
    "A string looks like a password, a key or a token.",
    "what leaks from notes; the shapes are those that services document",
    severity="error",
)
def secret(reading: Reading, _limits: Limits) -> Iterator[Note]:
    """A note for each such string, of which only the first signs are shown."""
    hint = "Replace it here, and change it where it is used: it may have been seen."
    for section in reading.sections:
        before = -60
        for what, start, value in sorted(_found(section.text), key=lambda each: each[1]):
            if start - before > 60 or before < 0:
                message = f"Here stands what looks like {what}: {_masked(value)}."
                yield Note(message, section.line_of(start), hint, _masked(value))
            before = start


def _found(text: str) -> Iterator[tuple[str, int, str]]:
    """What each is, where it begins, and the string."""
    longest = max(map(len, text.split()), default=0)
    for what, pattern in _SHAPES if longest >= _SHORTEST or "PRIVATE" in text else ():
        for match in pattern.finditer(text):
            if not _SAFE.fullmatch(match[0]):
                yield what, match.start(), match[0]
    if "://" in text:
        for match in _URL.finditer(text):
            if not _SAFE.fullmatch(match[2]):
                yield "a password in an address", match.start(2), match[2]
    low = text.lower()
    if any(hint in low for hint in _HINTS):
        yield from _named(text)
    for match in _LONG.finditer(text) if longest >= _LONG_FROM else ():
        if _is_random(text, match):
            yield "a key", match.start(), match[0]


def _named(text: str) -> Iterator[tuple[str, int, str]]:
    """Values of which a name, an option or a header says that they are secret."""
    for pattern in (_HEADER, _COMMAND):
        for match in pattern.finditer(text):
            value = next(group for group in match.groups() if group)
            if not _SAFE.fullmatch(value) and not value.isalpha():
                yield "a password or token", match.start(), value
    for match in _ASSIGNED.finditer(text):
        group = next(n for n in (2, 3, 4, 5) if match[n])
        value = match[group].rstrip(".)")
        if not _SAFE.fullmatch(value) and _is_password(value, strict=group == 5):
            yield "a password or token", match.start(group), value
    for match in _TOLD.finditer(text):
        value = match[1].rstrip(".!?:")
        number = value.isdigit() and not match[0].lower().startswith(("pin", "pass", "access"))
        if not number and not _SAFE.fullmatch(value) and _is_password(value, strict=True):
            yield "a password", match.start(1), value


def _is_password(value: str, *, strict: bool) -> bool:
    """Whether a value is no word of a sentence: letters and digits or signs mixed."""
    if len(value) < 4 or value.startswith(("http://", "https://", "/", "--")):
        return False
    digits = any(c.isdigit() for c in value)
    letters = any(c.isalpha() for c in value)
    signs = any(not c.isalnum() and c not in "-_.'’/:" for c in value)
    if not strict:
        return (digits or signs or not value.isalpha()) and " " not in value
    if re.fullmatch(
        r"[\d.,%/:-]+|\d+[a-z]{1,7}|[A-Z]{1,4}-?\d{1,3}|v\d[\d.]*|\d+-[a-z]+(?:-[a-z]+)?", value
    ):
        return bool(re.fullmatch(r"\d{4,12}", value)) and not re.fullmatch(r"(?:19|20)\d\d", value)
    if re.fullmatch(r"[A-Za-z_.]+\([^()]*\)?|[A-Za-z]+(?:[-/'’.][A-Za-z]+)*s?", value):
        return False
    return (digits and letters and len(value) >= 6) or (
        signs and (digits or letters) and len(value) >= 6
    )


def _is_random(text: str, match: re.Match[str]) -> bool:
    """Whether a long string has no order that a name, a path or a hash would have."""
    value = match[0]
    if (
        _HEX.fullmatch(value)
        or re.match(r"sha\d{1,3}-", value)
        or _SAFE.fullmatch(value)
        or value.count("/") > 2
    ):
        return False
    before = text[max(0, match.start() - 16) : match.start()]
    if (
        _HASHED.search(before)
        or "://" in text[max(0, match.start() - 60) : match.start()].rpartition(" ")[2]
    ):
        return False
    kinds = sum(
        (
            any(c.islower() for c in value),
            any(c.isupper() for c in value),
            any(c.isdigit() for c in value),
        )
    )
    if kinds < 3 or _entropy(value) < _RANDOM:
        return False
    digits = sum(c.isdigit() for c in value)
    turns = sum(a.isdigit() != b.isdigit() for a, b in pairwise(value))
    near = text[max(0, match.start() - 120) : match.end() + 40]
    return turns >= 6 and digits >= 4 and (len(value) >= 32 or _KEYISH.search(near) is not None)


_SHORTEST: Final = 16  # signs of the shortest token that a service gives out
_LONG_FROM: Final = 24
_HINTS: Final = (
    "pass",
    "pwd",
    "pw:",
    "secret",
    "token",
    "key",
    "credential",
    "psk",
    "pin",
    "access",
    "auth",
    "bearer",
    "curl",
    "mysql",
    "jdbc:",
)
_RANDOM: Final = 3.8  # bits a sign


def _entropy(value: str) -> float:
    counts = Counter(value)
    return -sum(n / len(value) * math.log2(n / len(value)) for n in counts.values())


def _masked(value: str) -> str:
    """The first signs of a string, so that it is found but not told."""
    plain = " ".join(value.split())
    if plain.startswith("-----"):
        return plain
    return f"{plain[: min(4, len(plain) // 3)]}…"


_SHAPES: Final = tuple((what, Pattern(shape.replace(" ", "[ ]"))) for what, shape in _TOKENS)
