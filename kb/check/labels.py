"""What people write above a piece of a story, beyond the labels by which a story is parsed.

A heading such as "The fix" or "What I take with me" is text to the parser. To the rules it
begins the Action and the Learning, so that nobody is told that they are missing.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

from kb.check.verbs import words
from kb.parse.labels import normal, part_kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kb.domain import Part, PartKind, Story

_MARK: Final = re.compile(
    r"^ {0,3}#{1,6}[ \t]++(?P<head>[^\n]{1,120}?)[ \t]*+#*+[ \t]*+$"
    r"|^[ \t]*(?:[-*+][ \t]+)?(?P<mark>\*\*|__)(?=\S)(?P<bold>[^*\n]{1,80}?)"
    r"(?P=mark)[:.]?(?=\s|$)",
    re.MULTILINE,
)
_JOINT: Final = re.compile(r"\s*(?:/|&|\+|,|\band\b)\s*")
# In bold these may as well set off a line of a part that is labelled already.
_WEAK: Final = words(
    "before after now today why when plan end case value need work fix issue success effect move"
    " decision process benefit target aim"
)
_WHO: Final = r"(?:i|we)(?:'ve|'d|'m| have| had)?"
_WIDER: Final[dict[PartKind, str]] = {
    "situation": (
        r"(?:where|how) (?:we|i|things|it|all) (?:were|was|stood|started|began|begin)"
        r"|(?:starting|initial|original) (?:point|position|situation|state)|scenario|premise"
        r"|issue|trouble|incident|case|need|backdrop|circumstances|introduction|intro|opening"
        r"|what (?:was|went) (?:wrong|going on|broken|happening)|why|before|beginning|pain"
        r"|state of (?:things|affairs|play)|the (?:company|project|customer|team|mess)|when"
    ),
    "task": (
        r"(?:my|our) (?:task|job|part|brief|assignment|responsibility|goal|aim|mandate"
        r"|charge|duty"
        r"|objective|mission|ask|target)|assignment|brief|aim|target|ask|role|duty|expectation"
        r"|what (?:i|we) (?:was|were|had) (?:to|asked|meant|supposed|up against"
        r"|responsible)[^.]*"
        r"|what was (?:asked|expected|wanted|at stake)[^.]*|purpose|requirement|job|mandate"
    ),
    "action": (
        rf"what {_WHO} (?:did|tried|changed|built|decided|chose|do)[^.]*"
        rf"|how {_WHO} (?:did|solved|tackled|handled|went|fixed|worked|dealt|approached|got)[^.]*"
        r"|(?:my|our) (?:action|approach|step|response|contribution|plan|work|move)|fix|work"
        r"|plan|response|cure|way|execution|implementation|intervention|measure|activit(?:y|ie)"
        r"|process|method|strategy|work done|what was done|move|treatment|procedure|decision"
    ),
    "result": (
        r"what (?:happened (?:next|then|in the end|afterwards)|followed|came next"
        r"|resulted|it brought"
        r"|we got|i got|it led to)|end|ending|conclusion|effect|consequence|aftermath"
        r"|achievement"
        r"|benefit|success|where (?:we|it|i|things) (?:ended|stand|landed|are)[^.]*|in the end"
        r"|how (?:it|things) (?:went|ended|turned|finished|is)[^.]*|upshot|payoff"
        r"|today|now|after"
        r"|denouement|measurable (?:result|outcome)|value|final state"
    ),
    "learning": (
        r"what (?:it|this|that|they|he|she) taught (?:me|us)|moral|afterthought|looking back"
        rf"|what {_WHO} (?:would|take|took|know|keep|kept|learn|do now|do differently)[^.]*"
        r"|what (?:i'd|stayed|stuck|remains)[^.]*|next time|in retrospect|growth|learned|learnt"
        r"|my (?:lesson|learning|takeaway|reflection)|thoughts|postscript|what i'd[^.]*"
    ),
}

_SORT_OF: Final = re.compile(
    r"^(?:business|measurable|initial|overall|key|main|final|actual|brief|quick"
    r"|concrete|specific|end|net) (?=\w)"
)

Piece = tuple["PartKind", str, str, int]


def sections_of(story: Story) -> Iterator[Piece]:
    """The kind, label, text and first line of each section of a story, in their order."""
    for part in story.parts:
        yield from _pieces(part)


def kinds_of(label: str) -> tuple[PartKind, ...]:
    """The parts that a label names, of the wider names too; a label may name two."""
    plain = normal(re.sub(r"[^\w).]+$", "", label))
    plain = _SORT_OF.sub(
        "", re.sub(r" (?:taken|achieved|delivered|reached|we took|i took)$", "", plain)
    )
    whole = wide_kind(plain)
    names = [name for name in _JOINT.split(plain) if name]
    if len(names) > 1:
        kinds = [wide_kind(name) for name in names]
        if all(kinds):
            return tuple(dict.fromkeys(kind for kind in kinds if kind))
    return (whole,) if whole else ()


def wide_kind(plain: str) -> PartKind | None:
    """The part that a label in its plain form names, or None."""
    kind = part_kind(plain, "task")
    if kind is not None:
        return kind
    plain = re.sub(r"^(?:the|a) ", "", plain)
    for name, pattern in _wider().items():
        if pattern.fullmatch(plain) or pattern.fullmatch(plain.removesuffix("s")):
            return name
    return None


@cache
def _wider() -> dict[PartKind, re.Pattern[str]]:
    return {kind: re.compile(forms) for kind, forms in _WIDER.items()}


def _pieces(part: Part) -> Iterator[Piece]:
    """A part, cut where a heading in it names another one."""
    kind, title, begin, line = part.kind, part.title, 0, part.line
    if "#" in part.text or "**" in part.text or "__" in part.text:
        for mark in _MARK.finditer(part.text):
            label = mark["head"] or mark["bold"]
            found = kinds_of(label)
            weak = not mark["head"] and kind != "text" and label.strip(" :.").lower() in _WEAK
            if not found or found[0] == kind or weak:
                continue
            yield from _piece(part.text[begin : mark.start()], kind, title, line)
            line += part.text.count("\n", begin, mark.end())
            kind, title, begin = found[0], label, mark.end()
    yield from _piece(part.text[begin:], kind, title, line)


def _piece(text: str, kind: PartKind, title: str, line: int) -> Iterator[Piece]:
    bare = text.lstrip(" \t:.\n")
    if bare.strip():
        yield kind, title, bare.rstrip(), line + text.count("\n", 0, len(text) - len(bare))
