"""How a page is laid out: its width, and how words on it are set off."""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

Styler = Callable[[str, str], str]

# The names of the styles a page uses; a styler may ignore any of them.
STYLES = ("strong", "workable", "stretch", "gap", "title", "quiet", "warning")


def plain(text: str, _style: str) -> str:
    """No style at all: for pipes and files."""
    return text


@dataclass(frozen=True, slots=True)
class Page:
    """width: columns to wrap at, 0 for never. style(text, name) sets words off."""

    width: int = 0
    style: Styler = plain

    def wrap(self, text: str, indent: str = "", first: str | None = None) -> list[str]:
        """`text` as lines, each after `indent` (the first after `first` if given)."""
        start = indent if first is None else first
        words = " ".join(text.split())
        if not self.width:
            return [start + words]
        return textwrap.wrap(
            words,
            width=self.width,
            initial_indent=start,
            subsequent_indent=indent,
            break_long_words=False,
            break_on_hyphens=False,
        ) or [start.rstrip()]

    def sides(self, left: str, right: str, indent: str = "") -> str:
        """Two texts on one line, the right one flush right where the page has a width."""
        if not right:
            return indent + left
        space = self.width - columns(indent + left) - columns(right)
        return f"{indent}{left}{' ' * max(2, space)}{right}"

    def cut(self, text: str, width: int) -> str:
        """`text` in at most `width` columns, with an ellipsis where it was cut."""
        if not self.width or columns(text) <= width:
            return text
        while text and columns(text) > width - 1:
            text = text[:-1]
        return text.rstrip() + "\u2026"


def columns(text: str) -> int:
    """How many columns a terminal gives to a text."""
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )


def pad(text: str, width: int) -> str:
    """`text` filled with spaces to `width` columns."""
    return text + " " * max(0, width - columns(text))


def clean(text: str) -> str:
    """`text` without control characters, which could move a terminal's cursor."""
    return "".join(c if c in "\n\t" or unicodedata.category(c) != "Cc" else "\ufffd" for c in text)
