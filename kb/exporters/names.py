"""Listed names and figures, found in a text word by word: any case, any spacing, broken over lines.

A text is cut into words once, and a tree of the listed words is walked from each of them, so
that the time is that of the text whatever the number of names.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise
from typing import Final, Generic, NamedTuple, TypeVar

V = TypeVar("V")

# Scripts that put no space between words: there each character counts as one.
_APART: Final = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
    "\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
)
_UNSEEN: Final = "\u00ad\u200b-\u200f\u2060\ufeff"
_LETTER: Final = rf"[^\W_{_APART}]"
_WORD = re.compile(rf"[{_APART}]|{_LETTER}(?:[{_UNSEEN}]*{_LETTER})*")
_HIDDEN = re.compile(f"[{_UNSEEN}]")
# What may stand between the words of a name: markup and marks that people write or leave out.
_SOFT = re.compile(rf"[\s*_~`>\\.&'’‘´+{_UNSEEN}\u0300-\u036f\u2010-\u2015-]*")
_BREAK = re.compile(r"\n[ \t>]*\n")
_LONGEST_GAP: Final = 12

CURRENCIES: Final = "€£$¥₹"
_NUMBER: Final = r"\d{1,3}(?:[ \u00a0\u202f'’]\d{3})+(?!\d)|\d+(?:[.,]\d+)*"
_FIGURE = re.compile(rf"(?<![^\W_])(?:{_NUMBER})|per\s+cent\b|[^\W\d_]+|%", re.IGNORECASE)
_DECIMAL = re.compile(r"[0-9]{1,40}(\.[0-9]{1,40})?")
_UNITS: Final = {
    **dict.fromkeys(("%", "percent", "pct"), "%"),
    **dict.fromkeys(("k", "thousand"), "k"),
    **dict.fromkeys(("m", "mn", "mio", "million", "millions"), "m"),
    **dict.fromkeys(("b", "bn", "billion", "billions"), "b"),
}
_TIMES: Final = {"k": Decimal(1000), "m": Decimal(10**6), "b": Decimal(10**9)}


class Token(NamedTuple):
    """A word as it is compared, and where it stands."""

    key: str
    start: int
    end: int


Cut = Callable[[str], list[Token]]


class Hit(NamedTuple, Generic[V]):
    """A place in a text, and what was listed for it."""

    start: int
    end: int
    value: V


@dataclass(slots=True)
class _Node(Generic[V]):
    """What may follow. between: marks that were listed before its word. derived: whether another
    text brought it. capital: whether the first and the last word must not be in lower case."""

    children: dict[str, _Node[V]] = field(default_factory=dict)
    between: set[str] = field(default_factory=set)
    value: V | None = None
    derived: bool = False
    capital: bool = False


def word_set(text: str) -> frozenset[str]:
    """The words of a text that is written here."""
    return frozenset(text.split())


def fold(word: str) -> str:
    """A word as it is compared: without case, accents and unseen characters."""
    if word.isascii():
        return word.lower()
    plain = unicodedata.normalize("NFKD", _HIDDEN.sub("", word).casefold())
    return "".join(c for c in plain if not unicodedata.combining(c)).replace("ı", "i").casefold()


def words(text: str) -> list[Token]:
    """The words of a text."""
    return [Token(fold(m[0]), m.start(), m.end()) for m in _WORD.finditer(text)]


def figures(text: str) -> list[Token]:
    """The numbers and words of a text; a number is compared by its value, a unit by its letter."""
    return [Token(_figure(m[0]), m.start(), m.end()) for m in _FIGURE.finditer(text)]


def _figure(text: str) -> str:
    if text[0].isdigit():
        return _value(text)
    name = fold(text)
    return "%" if name.startswith("per") and name.endswith("cent") else _UNITS.get(name, name)


def _value(text: str) -> str:
    """A number as written, as one that can be compared: 186,000 and 186 000 are the same."""
    if len(text) > 40 or not text.isascii():
        text = fold(text)
    plain = re.sub(r"[\s'’]", "", text)
    marks = [c for c in plain if c in ".,"]
    first, *groups = re.split(r"[.,]", plain)
    if len(set(marks)) == 2 and marks.count(marks[-1]) == 1:
        plain = "".join([first, *groups[:-1]]) + "." + groups[-1]
    elif len(set(marks)) == 1 and len(first) <= 3 and all(len(g) == 3 for g in groups):
        plain = first + "".join(groups)
    elif len(marks) == 1:
        plain = f"{first}.{groups[0]}"
    return (
        _shortest(Decimal(plain)) if re.fullmatch(r"[0-9]{1,40}(\.[0-9]{1,40})?", plain) else plain
    )


def _shortest(number: Decimal) -> str:
    text = f"{number:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text).lstrip("0") or "0"


def other_scales(keys: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """A figure in the other ways of writing its scale: 3.2 m, 3200 k, 3200000."""
    head, *rest = keys
    if not _DECIMAL.fullmatch(head):
        return
    times = _TIMES.get(rest[0]) if rest else None
    value = Decimal(head) * (times or 1)
    rest = rest[1:] if times else rest
    if value >= 1000:
        yield (_shortest(value), *rest)
        for unit, size in _TIMES.items():
            if value >= size:
                yield (_shortest(value / size), unit, *rest)


class Terms(Generic[V]):
    """Listed texts, each with a value. cut: `words` or `figures`."""

    def __init__(self, cut: Cut) -> None:
        self.cut = cut
        self._root: _Node[V] = _Node()

    def add(self, text: str, value: V) -> None:
        """List a text as it stands; it wins over what was derived from another."""
        tokens = self.cut(text)
        gaps = [text[a.end : b.start] for a, b in pairwise(tokens)]
        node = self._grow([t.key for t in tokens], gaps)
        if node.value is None or node.derived:
            node.value, node.derived, node.capital = value, False, False

    def derive(self, keys: Sequence[str], value: V, between: str = "", cased: bool = True) -> None:
        """List a sequence of words that another text brings with it, unless it is listed.

        between: marks that may stand between them. cased: one word alone, or with initials,
        counts only where the first and the last word begin with no lower-case letter.
        """
        node = self._grow(keys, [between] * (len(keys) - 1))
        if node.value is None:
            node.value, node.derived = value, True
            node.capital = cased and (len(keys) == 1 or any(len(key) == 1 for key in keys))

    def exact(self, text: str) -> V | None:
        """The value of a text that is itself listed."""
        node: _Node[V] | None = self._root
        for token in self.cut(text):
            node = node.children.get(token.key) if node else None
        return node.value if node and not node.derived else None

    def find(self, text: str, *, label: bool = False) -> list[Hit[V]]:
        """The longest listed text at each word, in order; they may overlap.

        label: the text is a name of hyphens and lower case, such as an id or a tag.
        """
        first = self._root.children
        tokens = self.cut(text) if first else []
        found = (
            self._at(tokens, number, text, label)
            for number, token in enumerate(tokens)
            if token.key in first or token.key[:-1] in first  # a plural
        )
        return [hit for hit in found if hit is not None]

    def _grow(self, keys: Sequence[str], gaps: Sequence[str]) -> _Node[V]:
        node = self._root
        for key, gap in zip(keys, ["", *gaps], strict=True):
            node = node.children.setdefault(key, _Node())
            node.between |= set(gap)
        return node

    def _at(self, tokens: list[Token], number: int, text: str, label: bool) -> Hit[V] | None:
        node, best = self._root, None
        first = tokens[number]
        for last in range(number, len(tokens)):
            token = tokens[last]
            following = node.children.get(token.key)
            if last > number and not _joined(text, tokens[last - 1].end, token.start, following):
                break
            capital = label or not (text[first.start].islower() or text[token.start].islower())
            end = token.end
            if following is None or following.value is None:
                stem = _stem(node, token.key) if capital else None
                following, end = (following, end) if stem is None else (stem, end - 1)
            if following is None:
                break
            if following.value is not None and (
                not following.capital or (capital and not _bare_initial(text, token))
            ):
                best = Hit(first.start, end, following.value)
            node = following
        return best


def _bare_initial(text: str, token: Token) -> bool:
    """Whether a word is one letter without a dot: "Anna I asked" names no Anna I."""
    return len(token.key) == 1 and text[token.end : token.end + 1] != "."


def _stem(node: _Node[V], key: str) -> _Node[V] | None:
    """The listed word of which a word is the plural, or the genitive without an apostrophe."""
    stem = node.children.get(key[:-1]) if key.endswith("s") and len(key) > 3 else None
    return stem if stem is not None and stem.value is not None else None


def _joined(text: str, start: int, end: int, node: _Node[V] | None) -> bool:
    """Whether what stands between two words lets them be one name."""
    if end - start > _LONGEST_GAP:
        return False
    gap = text[start:end]
    if _BREAK.search(gap):
        return False
    listed = node.between if node else set()
    return bool(_SOFT.fullmatch("".join(c for c in gap if c not in listed)))
