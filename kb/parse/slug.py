"""Any text to a short name that is fit for an id, a URL and a file."""

from __future__ import annotations

import unicodedata

FALLBACK = "untitled"
_UNDECOMPOSED = str.maketrans(
    {
        "ß": "ss",
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "æ": "ae",
        "œ": "oe",
        "ı": "i",
        "ħ": "h",
    }
)
_SILENT = frozenset("'’‘ʼ`´")


def slug(text: str, limit: int = 60) -> str:
    """Lower-case words of `text` joined by hyphens, at most `limit` (>= 1) characters.

    Latin letters become ASCII; letters and digits of other scripts stay as they
    are. The cut falls between words where there is more than one. Never empty:
    a text with no letter or digit gives "untitled" (cut to `limit`). A slug is
    its own slug.
    """
    head = text[: 40 * limit]  # enough for the result, however long the text is
    folded = unicodedata.normalize("NFKC", head).lower().translate(_UNDECOMPOSED)
    words = "".join(_plain(char) for char in unicodedata.normalize("NFKC", folded)).split()
    return _cut(unicodedata.normalize("NFC", "-".join(words)), limit) or FALLBACK[:limit]


def _plain(char: str) -> str:
    """One character as ASCII or as itself; " " where words part, "" where it is silent."""
    if char in _SILENT:
        return ""
    if char.isascii():
        return char if char.isalnum() else " "
    base = unicodedata.normalize("NFKD", char)
    if base[0].isascii():
        return "".join(each for each in base if each.isascii() and each.isalnum()) or " "
    group = unicodedata.category(char)
    if group == "Cf" or "COMBINING" in unicodedata.name(char, ""):
        return ""
    return char if group[0] in "LMN" else " "


def _cut(name: str, limit: int) -> str:
    """`name` no longer than `limit`, cut between words if it can be."""
    if len(name) <= limit:
        return name
    head = name[:limit]
    if name[limit] != "-" and "-" in head:
        head = head[: head.rindex("-")]
    return head.strip("-")
