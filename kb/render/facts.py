"""The ledger of numbers: for a reader, for a pipe, for a program."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

from kb.render.layout import Page, clean, columns, pad

if TYPE_CHECKING:
    from kb.facts.model import Conflict, Entry, Fact

_LINE: Final = 5  # columns of a line's number
_FIGURE: Final = 18  # at most so many of a figure
_STATES: Final = {"confirmed": "confirmed", "cannot confirm": "cannot be confirmed", "open": "open"}


def facts_text(facts: Sequence[Fact], conflicts: Sequence[Conflict], page: Page) -> list[str]:
    """Lines: what disagrees, then the facts by story. In a pipe each fact once, on one line."""
    if not page.width:
        return list(_lines(facts, conflicts))
    rows = [row for conflict in conflicts for row in ("", *_conflict(conflict, page))]
    for (path, _), group in groupby(facts, key=lambda fact: (fact.path, fact.story)):
        told = list(group)
        rows += ["", page.style(page.cut(clean(told[0].title), page.width), "title")]
        rows.append(page.style(page.cut(clean(path), page.width), "quiet"))
        wide = _widest(told)
        for fact in told:
            rows += _fact(fact, wide, page)
    return rows[1:]


def _lines(facts: Sequence[Fact], conflicts: Sequence[Conflict]) -> Iterator[str]:
    """`path:line figure sentence`, and in brackets what is said of it."""
    seen: set[tuple[str, int, int, str]] = set()
    for conflict in conflicts:
        for fact in conflict.facts:
            others = [f for f in conflict.facts if f.figure.value != fact.figure.value]
            said = "disagrees with " + ", ".join(f"{f.figure.text} at {f.place}" for f in others)
            seen.add(_key(fact))
            yield _line(fact, "; ".join(filter(None, (said, _state(fact)))))
    yield from (_line(fact, _state(fact)) for fact in facts if _key(fact) not in seen)


def _key(fact: Fact) -> tuple[str, int, int, str]:
    return fact.path, fact.line, fact.figure.start, fact.sentence


def _line(fact: Fact, said: str) -> str:
    row = f"{fact.place} {fact.figure.text} {fact.sentence}"
    return clean(" ".join(f"{row} [{said}]".split() if said else row.split()))


def _state(fact: Fact) -> str:
    """What its owner says of a fact, in words; "" where nothing is said."""
    entry = fact.entry
    if fact.state == "contradicts" and entry is not None:
        return f"contradicts {entry.place}: {entry.value}"
    if fact.state == "confirmed":
        return f"confirmed: {fact.source}"
    if fact.state == "cannot confirm":
        return f"cannot confirm: {entry.note}" if entry and entry.note else "cannot confirm"
    return f"no source in {entry.place}" if entry else ""


def _conflict(conflict: Conflict, page: Page) -> Iterator[str]:
    head = "These disagree: " + ", ".join(conflict.about)
    yield page.style(page.cut(clean(head), page.width), "warning")
    wide = _widest(conflict.facts)
    for fact in conflict.facts:
        yield "  " + _told(fact, wide, page, 2)
        for said in filter(None, (fact.place, _state(fact))):
            yield from (
                page.style(row, "quiet") for row in page.wrap(clean(said), " " * (wide + 4))
            )


def _widest(facts: Sequence[Fact]) -> int:
    return min(_FIGURE, max(columns(clean(fact.figure.text)) for fact in facts))


def _fact(fact: Fact, wide: int, page: Page) -> Iterator[str]:
    yield f"{fact.line:>{_LINE}}  " + _told(fact, wide, page, _LINE + 2)
    said = _state(fact)
    if said:
        style = "warning" if fact.state == "contradicts" else "quiet"
        lines = page.wrap(clean(said), " " * (_LINE + wide + 4))
        yield from (page.style(line, style) for line in lines)


def _told(fact: Fact, wide: int, page: Page, indent: int) -> str:
    """The figure set off, then as much of the sentence around it as the line holds."""
    figure = pad(page.cut(clean(fact.figure.text), wide), wide)
    room = max(20, page.width - indent - wide - 2)
    return f"{page.style(figure, 'title')}  {_around(fact, room)}"


def _around(fact: Fact, width: int) -> str:
    """The sentence in `width` columns, cut where the figure stays in sight."""
    text = clean(fact.sentence)
    if columns(text) <= width:
        return text
    start, end = fact.figure.start, min(fact.figure.end, len(text))
    first = 0
    while columns(text[first:end]) > width * 2 // 3 and first < start:
        space = text.find(" ", first + 1)
        first = start if space < 0 or space + 1 > start else space + 1
    cut = ("\u2026 " if first else "") + text[first:]
    if columns(cut) <= width:
        return cut
    while columns(cut) > width - 2:
        head = cut.rpartition(" ")[0]
        cut = head if head.strip(" \u2026") else cut[:-1]
    return f"{cut.rstrip(' ,;:')} \u2026"


def counted_text(facts: Sequence[Fact], conflicts: int, file: str, page: Page) -> list[str]:
    """The last lines: how many numbers, what is known of them, and what to do next."""
    if not facts:
        return page.wrap("No numbers are told here.")
    counts: Counter[str] = Counter(fact.state for fact in facts)
    stories = len({(fact.path, fact.story) for fact in facts})
    said = [f"{counts[state]} {word}" for state, word in _STATES.items() if counts[state]]
    if counts["contradicts"]:
        said.append(f"{counts['contradicts']} not as in {clean(file)}")
    where = "1 story" if stories == 1 else f"{stories} stories"
    numbers = "1 number" if len(facts) == 1 else f"{len(facts)} numbers"
    known = ", none confirmed yet" if counts["open"] == len(facts) else f": {', '.join(said)}"
    lines = page.wrap(f"{numbers} in {where}{known}.")
    if conflicts:
        what = "One fact is" if conflicts == 1 else f"{conflicts} facts are"
        lines += page.wrap(f"{what} told with numbers that disagree.")
    elif not counts["contradicts"]:
        lines += page.wrap("No numbers disagree.")
    if counts["open"] == len(facts):
        lines += page.wrap(f"Keep what you checked in {clean(file)}: kb facts --template")
    return lines


def facts_json(
    facts: Sequence[Fact], conflicts: Sequence[Conflict], unused: Sequence[Entry]
) -> dict[str, Any]:
    """The same as an object. unused: the entries that speak of no number."""
    return {
        "facts": [_object(fact) for fact in facts],
        "conflicts": [
            {"about": list(c.about), "facts": [_object(fact) for fact in c.facts]}
            for c in conflicts
        ],
        "unused": [
            {"path": e.path, "line": e.line, "fact": e.fact, "value": e.value} for e in unused
        ],
    }


def _object(fact: Fact) -> dict[str, Any]:
    figure, entry = fact.figure, fact.entry
    return {
        "story": fact.story,
        "title": fact.title,
        "part": fact.part,
        "path": fact.path,
        "line": fact.line,
        "figure": figure.text,
        "kind": figure.kind,
        "value": figure.value,
        "unit": figure.unit,
        "sentence": fact.sentence,
        "start": figure.start,
        "end": figure.end,
        "state": fact.state,
        "source": fact.source,
        "entry": {"path": entry.path, "line": entry.line, "value": entry.value} if entry else None,
    }
