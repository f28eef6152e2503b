"""A word that no one knows, to the one that was meant: one slip of a finger away.

A model cuts a word it does not know into pieces, and "arcitect" into pieces that have
nothing to do with an architect. So a question is read with such words mended.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

# Shorter words have too many neighbours to tell which was meant; longer ones are no words.
SHORTEST: Final = 5
LONGEST: Final = 24
# Endings that make a known word into another one, and words that are put before or behind
# known ones: "pivoted", "layoffs", "outage" are no slips.
ENDINGS: Final = ("s", "es", "d", "ed", "ing", "er", "ers", "ly", "y")
JOINED: Final = frozenset({"up", "out", "off", "offs", "over", "under", "down", "back", "age"})
_WORD = re.compile(r"[^\W\d_]+")
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"


def mended(
    text: str, common: Callable[[str], int | None], own: Callable[[str], bool]
) -> tuple[str, tuple[tuple[str, str], ...]]:
    """The text with its slips mended, and each (word, as it was read).

    common: how common a word in lower case is to the model, lower is commoner, None for
    one that it does not know whole. own: whether a word stands in the person's own texts,
    and so is no slip, whatever it is. Of several words a slip away the commonest is meant.
    """
    read: list[tuple[str, str]] = []

    def mend(match: re.Match[str]) -> str:
        word = match[0].lower()
        if not SHORTEST <= len(word) <= LONGEST or not word.isascii():
            return match[0]
        if common(word) is not None or _made_of_known(word, common) or own(word):
            return match[0]
        near = [
            (place, one)
            for one in _near(word)
            if len(one) >= SHORTEST and (place := common(one)) is not None
        ]
        if not near:
            return match[0]
        read.append((match[0], min(near)[1]))
        return read[-1][1]

    return _WORD.sub(mend, text), tuple(read)


def _made_of_known(word: str, common: Callable[[str], int | None]) -> bool:
    """Whether it is a known word with an ending, or two known words in one."""
    stems = [word.removesuffix(end) for end in ENDINGS if word.endswith(end)]
    # "planned" of "plan", "scoping" of "scope"
    stems += [stem[:-1] for stem in stems if stem[-2:-1] == stem[-1:]] + [s + "e" for s in stems]
    if any(len(stem) > 3 and common(stem) is not None for stem in stems):
        return True
    return any(
        common(word[:at]) is not None
        and common(word[at:]) is not None
        and (word[:at] in JOINED or word[at:] in JOINED or min(at, len(word) - at) > 3)
        for at in range(2, len(word) - 1)
    )


def _near(word: str) -> Iterator[str]:
    """Words that a slip turns into this one: a letter more, less, other, or two changed round
    (Damerau 1964: four in five misspellings are one of these)."""
    for at in range(len(word) + 1):
        before, after = word[:at], word[at:]
        if after:
            yield before + after[1:]
        if len(after) > 1:
            yield before + after[1] + after[0] + after[2:]
        for letter in _LETTERS:
            yield before + letter + after
            if after:
                yield before + letter + after[1:]
