"""What a question looks like in a heading, a bold line, a list item or plain text."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from kb.parse.labels import part_kind, section_kind, strip_number, strip_ornament
from kb.parse.markdown import plain_tags

LONGEST = 500  # characters of a line that may still be a question

_ANCHOR = re.compile(r"\s*\{\s*#([^{}\s]{1,200})[^{}]{0,200}\}\s*$")
_LINK = re.compile(r"^\[([^\[\]]{1,500})\]\([^()\s]{0,500}(?:\s[^()]{0,200})?\)$")
_INNER_LINK = re.compile(r"\[([^\[\]]{0,500})\]\(\s*#[^()]{0,500}\)")
_MARKS = r"(?:\*{1,3}|_{1,3})?"
_EXPLICIT = re.compile(
    rf"^({_MARKS})(?:interview\s)?(?:question|q)\s?(?:no\.|nr\.|\#)?\s?(\d{{1,4}}[a-z]?)?{_MARKS}"
    rf"((?:\s{{0,2}}[:：)\]]|\.(?=[\s*_]|$)|\s?[–—]|(?<=\s)-(?=\s)|\s-(?=\s))+)?{_MARKS}\s*(.*)$",
    re.IGNORECASE | re.DOTALL,
)
_MAYBE_EXPLICIT = re.compile(r"[*_]{0,3}[qQiI]")
_BOLD = re.compile(r"^(\*\*\*|___|\*\*|__)(?=\S)(.{1,520}?)(?<=\S)\1\s{0,9}[:：]?$", re.DOTALL)
_TAIL = re.compile(r"(?:[\s\"'”’»*_]|\([^()]{0,80}\)|\[[^\[\]]{0,80}\])+$")
_HELPER = r"(?:do|did|does|would|have|has|are|can|could|will|should|were|is|was|'s|’s)"
_OPENER = re.compile(
    r"^[\"'“‘«*_]*(?:please\s+)?(?:"
    r"(?:can|could|would) you\b|tell (?:me|us)\b|talk (?:me |us )?(?:through|about)\b"
    r"|walk (?:me|us)\b|give (?:me|us)\b|give an? (?:example|instance)\b"
    r"|(?:describe|recall|discuss|name|share|explain) (?:an?|one|your|some|something|how|why)\b"
    r"|think (?:of|about|back to) an?\b|introduce yourself\b|imagine\b|suppose\b"
    r"|(?:have|do|did|are|were) you\b|a time (?:when |that )?you\b"
    rf"|(?:how|what|why|when|where|which|who)\b.{{0,80}}?{_HELPER} (?:you|your)\b"
    r")",
    re.IGNORECASE,
)


class Wording(NamedTuple):
    """A question as it is written: its text, its `{#id}` or "", and how sure we are.

    explicit: "Question 3:", "Q." or the like stands before it. numbered: a
    number does. shaped: it reads like a question.
    """

    text: str
    anchor: str
    explicit: bool
    numbered: bool
    shaped: bool


@lru_cache(maxsize=2048)
def wording(line: str) -> Wording:
    """What is to be said of a heading, bold line or list item as a question.

    `text` comes without marks, emoji, numbering, "Question 3:" and `{#id}`.
    """
    plain = unwrap(strip_ornament(plain_tags(line)))
    anchor = _ANCHOR.search(plain[-420:])
    if anchor:
        plain = plain[: len(plain) - len(anchor[0])].rstrip()
    plain = unwrap(plain)
    bare = strip_number(plain)
    marked = explicit_rest(bare)
    text = unwrap(strip_number(marked) if marked is not None else bare)
    link = _LINK.match(text)
    text = link[1].strip() if link else text
    numbered = bare != strip_ornament(plain) or bool(re.match(r"\D{1,12}\d", plain) and marked)
    return Wording(text, anchor[1] if anchor else "", marked is not None, numbered, shaped(text))


def explicit_rest(text: str) -> str | None:
    """What follows "Question 3:", "Q.", "**Q1:**" and the like; None without such a mark.

    "" where nothing follows. The word "Question" alone is a section, not a mark.
    """
    match = _EXPLICIT.match(text) if _MAYBE_EXPLICIT.match(text) else None
    if match is None:
        return None
    marks, number, closing, rest = match.groups()
    if marks and rest.endswith(marks) and rest.count(marks) % 2:
        rest = rest[: -len(marks)]
    rest = rest.strip()
    if closing or (number and (not rest or shaped(rest))):
        return rest
    return None


def shaped(text: str) -> bool:
    """Whether a line reads like a question: ends with "?", or opens like "Tell me about"."""
    if len(text) > LONGEST or not any(map(str.isalnum, text)):
        return False
    if section_kind(text.rstrip("? ")) or part_kind(text.rstrip("? ")):
        return False
    return _TAIL.sub("", text[-200:]).endswith(("?", "？")) or _OPENER.match(text) is not None


def bold_line(text: str) -> str | None:
    """The words of a text that is bold from end to end, else None."""
    match = _BOLD.match(text.strip())
    return match[2].strip() if match and match[1] not in match[2] else None


def unwrap(text: str) -> str:
    """`text` without emphasis that holds all of it."""
    plain = text.strip()
    if plain[:1] not in ("*", "_"):
        return plain
    for mark in ("***", "___", "**", "__", "*", "_"):
        inner = plain[len(mark) : -len(mark)]
        if plain.startswith(mark) and plain.endswith(mark) and inner.strip(mark[0] + " "):
            return inner.strip() if mark[0] not in inner else plain
    return plain


def is_contents(items: list[str]) -> bool:
    """Whether a list is a table of contents: nearly every item is a link into the document."""
    links = sum(1 for item in items if _INNER_LINK.match(strip_ornament(item.split("\n")[0])))
    return links > 0 and links * 5 >= len(items) * 4
