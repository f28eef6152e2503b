"""A document to the passages that are embedded: no markup, one idea each.

A story gives itself whole, its parts and its sentences; a guide gives its
questions and everything that stands under them. Words are never dropped, only
the marks around them (and the addresses of links).
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass
from math import log
from typing import TYPE_CHECKING, Final

from kb.domain import Example, Guide, Part, Passage, PassageKind, Question, Story

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_FENCE: Final = re.compile(r"\s*(`{3,}(?=[^`]*$)|~{3,})")
_QUOTE: Final = re.compile(r"\s*(?:>(?!\s*[\d=])\s?)+")
_MARK: Final = re.compile(r"\s*(?:#{1,6}\s+|[-*+]\s+(?:\[[ xX]\]\s+)?|\d{1,3}[.)]\s+)")
_OWN_LINE: Final = re.compile(_MARK.pattern + r"|\s*\|")
_RULE_SIGNS: Final = frozenset("-=*_|: \t\r")
_TICKS: Final = re.compile(r"`+")
_LITERAL: Final = re.compile(r"(?<!`)`+|\\([\\`*_{}\[\]()#+.!|>~-])")
_LINK: Final = re.compile(r"!?\[([^\[\]]*)\](?:\((?:[^()\n]|\([^()\n]*\))*\)|\[[^\[\]\n]*\])")
_STRONG: Final = re.compile(r"(\*{2,3}|~~)(?=[^\s*~])")
_STRONG_ENDS: Final = {
    mark: re.compile(rf"(?<=[^\s*~]){re.escape(mark)}") for mark in ("**", "***", "~~")
}
_EMPHASIS: Final = re.compile(r"(?<![\w*])(\*)(?=[^\s*])([^*]+)(?<=[^\s*])\*(?![\w*])")
_UNDERSCORES: Final = re.compile(r"(?<!\w)(_{1,3})(?=[^\s_])")
_UNDERSCORES_ENDS: Final = {
    mark: re.compile(rf"(?<=[^\s_]){mark}(?!\w)") for mark in ("_", "__", "___")
}
_TAG: Final = re.compile(
    r"</?(?:b|i|u|p|em|hr|div|span|strong|code|kbd|sub|sup|details|summary)\s*/?>", re.IGNORECASE
)
_BREAK: Final = re.compile(r"<br\s*/?>", re.IGNORECASE)
_KEPT: Final = re.compile("\0(\\d+)\0")

_END: Final = re.compile(r"(?<![.?!…])[.?!…]+[\"'”’)\]]*\s+")
_OPENERS: Final = "\"'“‘(["
_OPENING: Final = re.compile(r"[\"'“‘(\[]*")
_LAST: Final = 200  # characters before a stop in which its last two words are looked for
_NEVER_LAST: Final = frozenset(
    {"e.g", "i.e", "mr", "mrs", "ms", "dr", "prof", "st", "vs", "cf", "fig", "approx", "ca", "resp"}
)
_BEFORE_NUMBER: Final = frozenset({"no", "nos", "p", "pp", "ch", "sec", "vol", "art"})
_WORD: Final = re.compile(r"\w[\w'’-]*")
_SAYS: Final = re.compile(
    r"\b(?:said|told|asked|wrote|proposed|suggested|offered|refused|showed|explained|decided|agreed)\b"
)
_TOO_FEW_WORDS: Final = 3
_ENOUGH_WORDS: Final = 30
_PERSUADES: Final = {"action": 1.0, "result": 1.0, "learning": 0.5, "task": 0.25, "situation": 0.25}


@dataclass(frozen=True, slots=True)
class _Block:
    """A paragraph, list item or fence; `line` counts from 0 in its text."""

    text: str
    line: int
    code: bool = False


def plain(text: str) -> str:
    """The words of Markdown `text`: a line per paragraph, list item or line of code."""
    return "\n".join(b.text if b.code else _one_line(b.text) for b in _blocks(text))


def sentences(text: str, line: int = 1) -> tuple[tuple[str, int], ...]:
    """The sentences of Markdown `text`, each with the line it starts on.

    `line` is that of the text's first line. Code blocks hold no sentences; a
    list item ends one even without a full stop.
    """
    return tuple(
        (_one_line(sentence), line + block.line + before)
        for block in _blocks(text)
        if not block.code
        for sentence, before in _split(block.text)
    )


def story_passages(story: Story) -> tuple[Passage, ...]:
    """The story whole (title and all parts), then its parts, then its sentences."""
    whole = "\n".join(filter(None, (plain(story.title), *map(_part_text, story.parts))))
    found = [Passage("", "story", story.id, whole, story.line)]
    found += [
        Passage("", "part", story.id, text, part.line, part.kind)
        for part in story.parts
        if (text := _part_text(part))
    ]
    found += [
        Passage("", "sentence", story.id, text, line, part.kind)
        for part in story.parts
        for text, line in sentences(part.text, part.line)
    ]
    return _numbered(found)


def guide_passages(guide: Guide) -> tuple[Passage, ...]:
    """Each question with all that stands under it; then the guide's own words and notes.

    The `part` of a question is its category, of a note its title.
    """
    found = [passage for question in guide.questions for passage in _of_question(question)]
    about = "\n".join(filter(None, (plain(guide.title), plain(guide.description))))
    found.append(Passage("", "note", guide.id, about, 1))
    found += [
        Passage("", "note", guide.id, _titled(note.title, note.text), note.line, note.title)
        for note in guide.notes
    ]
    return _numbered((passage for passage in found if passage.text), guide.id)


def evidence_prior(passage: Passage) -> float:
    """How well a story's sentence can speak for it alone, 0..1, before any question.

    The fewer words it has, the more it needs its neighbours to be understood. Kept apart
    from similarity so that it can be read and changed; docs/matching.md says on what it
    was set.
    """
    words = min(max(_words(passage), _TOO_FEW_WORDS), _ENOUGH_WORDS)
    length = log(words / _TOO_FEW_WORDS) / log(_ENOUGH_WORDS / _TOO_FEW_WORDS)
    return length * _event(passage)


def event_weight(passage: Passage) -> float:
    """How much of what happened a story's sentence tells, 0..1, among its neighbours. One of
    a few words tells little, one of ten as much as a longer one."""
    return min(1.0, max(0, _words(passage) - _TOO_FEW_WORDS) / 7) * _event(passage)


def _event(passage: Passage) -> float:
    """What was done and what came of it persuade, the scenery does not; most of all where
    someone says or decides something."""
    deed = 1.0 if _SAYS.search(passage.text) else 0.75
    return deed * _PERSUADES.get(passage.part, 0.75)


def _words(passage: Passage) -> int:
    return len(_WORD.findall(passage.text))


def _of_question(question: Question) -> Iterator[Passage]:
    owner = question.id
    yield Passage("", "question", owner, plain(question.text), question.line, question.category)
    for variant in question.variants:
        yield Passage("", "variant", owner, plain(variant.text), variant.line)
    if question.concept:
        yield Passage("", "concept", owner, plain(question.concept.text), question.concept.line)
    for example in question.examples:
        yield Passage("", "example", owner, _example_text(example), example.line, example.name)
    for rule in question.practices:
        yield Passage("", "practice", owner, _titled(rule.title, rule.text), rule.line, rule.title)
    for probe in question.follow_ups:
        yield Passage("", "follow-up", owner, plain(probe.text), probe.line)
    for note in question.notes:
        yield Passage("", "note", owner, _titled(note.title, note.text), note.line, note.title)


def _numbered(passages: Iterable[Passage], guide: str = "") -> tuple[Passage, ...]:
    """The same passages with ids `kind:owner:n`, n from 0 within kind and owner.

    What belongs to the `guide` itself is `about:guide:n`.
    """
    seen: Counter[tuple[PassageKind, str]] = Counter()
    found = []
    for p in passages:
        n = seen[p.kind, p.owner]
        seen[p.kind, p.owner] += 1
        # a question may have the id of another guide: their notes are told apart
        name = "about" if p.owner == guide else p.kind
        found.append(Passage(f"{name}:{p.owner}:{n}", p.kind, p.owner, p.text, p.line, p.part))
    return tuple(found)


def _example_text(example: Example) -> str:
    return "\n".join(filter(None, (plain(example.name), *map(_part_text, example.parts))))


def _part_text(part: Part) -> str:
    """A part's words. A label says nothing that its kind does not, any other title does."""
    return _titled(part.title if part.kind in ("point", "text") else "", part.text)


def _titled(title: str, text: str) -> str:
    return "\n".join(filter(None, (plain(title), plain(text))))


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _blocks(text: str) -> Iterator[_Block]:
    """Paragraphs, list items, table rows and fences in order, marks gone, line breaks kept."""
    held: list[str] = []
    start, fence, quoted = 0, "", False
    for number, row in enumerate(text.replace("\0", "").split("\n")):
        mark = _FENCE.match(row)
        edge = mark[1] if mark else ""
        if fence:
            if edge.startswith(fence):
                yield from _block(held, start, code=True)
                held, fence = [], ""
            else:
                held.append(row)
            continue
        quote = _QUOTE.match(row)
        said = row[quote.end() :] if quote else row
        ends = not said.strip() or _is_rule(said)
        if edge or ends or bool(quote) != quoted or _OWN_LINE.match(said):
            yield from _block(held, start)
            held = []
        if edge:
            fence, start = edge, number + 1
        elif not ends:
            start = start if held else number
            held.append(said)
        quoted = bool(quote)
    yield from _block(held, start, code=bool(fence))


def _block(rows: list[str], start: int, *, code: bool = False) -> Iterator[_Block]:
    """The rows as one block, or nothing if they are blank."""
    if not rows:
        return
    text = "\n".join(rows)
    if not code:
        begin = 0
        while mark := _MARK.match(text, begin):
            begin = mark.end()
        text = _inline(text[begin:].strip().strip("|"))
    if text.strip():
        yield _Block(text, start, code)


def _is_rule(row: str) -> bool:
    signs = row.strip()
    return len(signs) >= 3 and not set(signs) - _RULE_SIGNS


def _inline(text: str) -> str:
    """`text` without inline marks; code and escaped signs are kept as they are."""
    text, kept = _without_literals(text)
    text = _TAG.sub("", _BREAK.sub(" ", text))
    text = _LINK.sub(r"\1", text)
    text = _unwrapped(_unwrapped(text, _STRONG, _STRONG_ENDS), _STRONG, _STRONG_ENDS)
    text = _EMPHASIS.sub(r"\2", text)
    for _ in range(2):
        text = _unwrapped(text, _UNDERSCORES, _UNDERSCORES_ENDS)
    return _KEPT.sub(lambda match: kept[int(match[1])], text)


def _without_literals(text: str) -> tuple[str, list[str]]:
    """The text with numbers between NULs for code and escaped signs; and what these are."""
    kept: list[str] = []
    pieces: list[str] = []
    runs: dict[int, list[int]] = {}
    for run in _TICKS.finditer(text):
        runs.setdefault(len(run[0]), []).append(run.start())
    done = at = 0
    while found := _LITERAL.search(text, at):
        at = end = found.end()
        said = found[1]
        if not said:
            closing = runs[len(found[0])]
            number = bisect_left(closing, at + 1)
            if number == len(closing):
                continue
            said, end = text[at : closing[number]], closing[number] + len(found[0])
        pieces += [text[done : found.start()], f"\0{len(kept)}\0"]
        kept.append(said)
        done = at = end
    return "".join([*pieces, text[done:]]), kept


def _unwrapped(text: str, begins: re.Pattern[str], ends: Mapping[str, re.Pattern[str]]) -> str:
    """`text` without the marks before and after the same words.

    The places of the closing marks are found once: a pattern of both would look for the end of
    each mark that has none through all of the text.
    """
    pieces: list[str] = []
    places: dict[str, list[int]] = {}
    done = at = 0
    while begin := begins.search(text, at):
        mark = begin[1]
        if mark not in places:
            places[mark] = [end.start() for end in ends[mark].finditer(text)]
        number = bisect_left(places[mark], begin.end() + 1)
        if number == len(places[mark]):
            at = begin.start() + 1
            continue
        end = places[mark][number]
        pieces += [text[done : begin.start()], text[begin.end() : end]]
        done = at = end + len(mark)
    return "".join([*pieces, text[done:]])


def _split(text: str) -> Iterator[tuple[str, int]]:
    """The sentences of a block, each with the number of line breaks before it."""
    begin = breaks = 0
    for end in _END.finditer(text):
        if _ends_here(text, begin, end):
            yield text[begin : end.end()], breaks
            breaks += text.count("\n", begin, end.end())
            begin = end.end()
    rest = text[begin:]
    if rest.strip():
        yield rest, breaks + rest.count("\n", 0, len(rest) - len(rest.lstrip()))


def _ends_here(text: str, begin: int, stop: re.Match[str]) -> bool:
    """Whether a stop closes the sentence that begins at `begin`."""
    opening = _OPENING.match(text, stop.end())
    first = text[opening.end() : opening.end() + 1] if opening else ""
    if not first or first.islower():
        return not first
    if stop[0][0] != "." or stop[0].startswith(".."):
        return True
    words = text[max(begin, stop.start() - _LAST) : stop.start()].split()
    last = words[-1].lstrip(_OPENERS).casefold() if words else ""
    if last in _NEVER_LAST or (last in _BEFORE_NUMBER and first.isdigit()):
        return False
    if last.isdigit() and (len(words) == 1 or words[-2][-1] in ":;"):  # "two steps: 1. Call"
        return False
    initial = len(last) == 1 and last.isalpha() and last != "i"
    return not (initial and (len(words) == 1 or words[-2][:1].isupper()))
