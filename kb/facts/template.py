"""The entries for numbers that nothing is said of yet, as YAML to be pasted."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from kb.facts.confirming import value_of
from kb.facts.matching import PLACE
from kb.facts.words import content
from kb.figures import find_figures

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kb.facts.model import Fact
    from kb.figures import Figure

BEFORE: Final = 9  # words kept before a figure, and after it
AFTER: Final = 5
_PLAIN: Final = re.compile(r"[^\W_](?:[\w ,.%€£$/'’…-]*[\w.%€£$…])?")
_WORD: Final = re.compile(r"\S+")
_TYPED: Final = frozenset({"null", "true", "false", "yes", "no", "on", "off"})
_UNPRINTED: Final = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_DURATIONS: Final = (
    (86400.0, "days"),
    (3600.0, "hours"),
    (60.0, "minutes"),
    (1.0, "s"),
    (1e-3, "ms"),
)
_SIZES: Final = ((1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "KB"), (1.0, "bytes"))


def template(facts: Iterable[Fact]) -> str:
    """Entries for those of the facts that have none, as YAML; "" where there are none.

    Read back by `read_facts` they speak of the same figures. No source is filled in.
    """
    rows: dict[str, None] = {}
    for fact in facts:
        if fact.state == "open" and fact.entry is None:
            rows.setdefault(_entry(fact))
    return "\n".join(rows)


def _entry(fact: Fact) -> str:
    value, taken = _written(fact)
    return "".join(
        f"{key} {text}".rstrip() + "\n"
        for key, text in (
            ("- fact:", _scalar(_words(fact, taken))),
            ("  value:", _scalar(value)),
            ("  source:", ""),
            ("  story:", _scalar(fact.story)),
        )
    )


def _words(fact: Fact, taken: int) -> str:
    """What a figure is of: the words around it, with a mark in its place.

    taken: how many of the words after it are part of the value.
    """
    text = _unmarked(fact.sentence)
    start, end = fact.figure.start, fact.figure.end
    end += sum(len(word) for word in re.findall(r"\s+\S+", text[end:])[:taken])
    left = [match.start() for match in _WORD.finditer(text, 0, start)][-BEFORE:]
    right = [match.end() for match in _WORD.finditer(text, end)][:AFTER]
    first, last = min([*left, start]), max([*right, end])
    for other in _figures(text):  # a number is kept whole or left out
        first = other.end if other.start < first < other.end else first
        last = other.start if other.start < last < other.end else last
    before, after = text[first:start], text[end:last]
    if fact.part != "title" and not _says(f"{before} {after}"):
        before = f"{_unmarked(fact.title)} {before}"
    return " ".join(f"{before}{PLACE}{after}".split()).rstrip(" .,;:")


@lru_cache(maxsize=4)
def _figures(text: str) -> tuple[Figure, ...]:
    """The figures of a sentence, which is looked at for each of them in turn."""
    return find_figures(text)


def _unmarked(text: str) -> str:
    """`text`, of the same length, without what would be read as the mark."""
    return re.sub(r"\.\.\.|…", lambda match: " " * len(match[0]), text)


def _says(text: str) -> bool:
    """Whether there is a word beside numbers that says something."""
    if not any(map(str.isalpha, text)):
        return False
    for figure in reversed(find_figures(text)):
        text = f"{text[: figure.start]} {text[figure.end :]}"
    return bool(content(text))


def _written(fact: Fact) -> tuple[str, int]:
    """A figure's value, as one would say it alone: with its unit, even where it stands later;
    and how many words after the figure it took for that."""
    figure = fact.figure
    for text, taken in _ways(fact):
        if _is(value_of(text), figure):
            return text, taken
    return f"{figure.value:.12g}", 0


def _ways(fact: Fact) -> Iterator[tuple[str, int]]:
    figure = fact.figure
    yield figure.text, 0
    tail = fact.sentence[figure.end :].split()
    if fact.sentence[figure.end : figure.end + 1].isspace():
        for count in range(1, min(4, len(tail)) + 1):
            yield f"{figure.text} {' '.join(tail[:count]).rstrip('.,;:!?)')}", count
    if figure.kind == "count":
        yield f"{figure.value:.12g} {figure.unit}s", 0
        yield f"{figure.value:.12g} {figure.unit}", 0
    for kind, units in (("duration", _DURATIONS), ("size", _SIZES)):
        if figure.kind == kind:
            whole = [pair for pair in units if figure.value >= pair[0]]
            yield from ((f"{figure.value / size:.6g} {unit}", 0) for size, unit in whole or units)
    yield f"{figure.value:.12g}{figure.unit if figure.kind != 'money' else ''}", 0
    yield f"{figure.value:.12g} {figure.unit}", 0


def _is(value: Figure | None, figure: Figure) -> bool:
    if value is None:
        return False
    kinds = {value.kind, figure.kind}
    same = value.kind == figure.kind or kinds == {"count", "number"}
    return (
        same
        and value.unit == figure.unit
        and abs(value.value - figure.value) <= 1e-9 * abs(figure.value)
    )


def _scalar(text: str) -> str:
    """A text as YAML: plain where it reads well, else in double quotes."""
    text = " ".join(text.split())
    if _PLAIN.fullmatch(text) and text.lower() not in _TYPED:
        return text
    quoted = json.dumps(text, ensure_ascii=False)
    return _UNPRINTED.sub(lambda match: f"\\u{ord(match[0]):04x}", quoted)
