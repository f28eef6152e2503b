"""What the portfolio's pages show: coverage as a heat map, and an interview loop to be edited."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from kb.errors import KBError, UsageError, WorkspaceError
from kb.files import write_atomic
from kb.files.read import read_text
from kb.files.shipped import competencies
from kb.journal import read
from kb.planning.frameworks import frameworks
from kb.planning.loops import loops_of, plan_loop
from kb.planning.table import competencies_of, read_scores, table_of
from kb.portfolio.coverage import health, heat
from kb.portfolio.loops import Keep, parse_loop
from kb.render.coverage import health_words
from kb.render.loops import proof

if TYPE_CHECKING:
    from datetime import date

    from kb.domain import Finding
    from kb.files import Workspace
    from kb.journal import Entry
    from kb.match import Matcher
    from kb.portfolio.loops import Loop
    from kb.portfolio.planned import Plan
    from kb.portfolio.types import Framework
    from kb.web.bank import Bank

MOST_STORIES: Final = 24  # columns of the heat map that a screen has room for
THOUSAND: Final = 1000


def coverage(bank: Bank, name: str, today: date) -> dict[str, Any]:
    """The heat map of the competencies, or of the principles of the framework called `name`.

    Raises UsageError when there is no such framework.
    """
    space = bank.workspace
    known = frameworks(space, competencies())
    framework = known.named(name) if name else None
    with bank.reading() as reader:
        scores = read_scores(reader, bank.pins())
        table = table_of(scores, competencies_of(reader))
        numberless = {f.story for f in reader.findings() if f.rule == "no-number"}
        checked = any(f.story for f in reader.findings())
    titles = {card.id: card.title for card in table.stories}
    return {
        "heat": heat(table, framework, most=MOST_STORIES),
        "framework": framework,
        "frameworks": list(known.by_id.values()),
        "asked": {question.id: question.text for question in scores.questions},
        "health": health_words(health(table, today, numberless if checked else None), titles),
        "calibrated": scores.calibrated,
    }


def loops(bank: Bank) -> dict[str, Any]:
    """The names of the workspace's own loops."""
    return {"names": list(loops_of(_space(bank)))}


def loop(bank: Bank, name: str, kept: Mapping[int, str], today: date) -> dict[str, Any] | None:
    """A loop and its plan; None where there is none of this name.

    kept: a question's number to the story that shall answer it, beside what the file says.
    Raises DocumentError when the file is no loop.
    """
    space = _space(bank)
    path = loops_of(space).get(name)
    if path is None:
        return None
    shown = path.relative_to(space.root).as_posix() if path.is_relative_to(space.root) else name
    text = read_text(path, shown=shown)
    parsed = parse_loop(text, shown)
    framework = _framework(space, parsed.loop)
    with bank.matching() as (matcher, _):
        first, found = _planned(matcher, parsed.loop, framework, (space, today))
        keep = (*parsed.loop.keep, *(Keep(str(q), story) for q, story in sorted(kept.items())))
        changed = replace(parsed.loop, keep=keep)
        plan = _planned(matcher, changed, framework, (space, today))[0] if kept else first
        stories = sorted(
            (c for c in matcher.cards.values() if c.status != "retired"), key=lambda c: c.title
        )
    return {
        "name": name,
        "path": shown,
        "text": text,
        "stamp": stamp(text),
        "plan": plan,
        "proof": proof(plan),
        "gain": (plan.total - first.total) / THOUSAND if kept else None,
        "kept": dict(kept),
        "stories": stories,
        "findings": [*parsed.findings, *found],
    }


def card(bank: Bank, name: str, today: date) -> str | None:
    """The pages to read before a loop's rounds, as `kb card NAME --html` makes them; None where
    there is no such loop. Raises DocumentError when the file is no loop."""
    from kb.planning.cards import Cards
    from kb.render.cards import cards_html

    space = _space(bank)
    path = loops_of(space).get(name)
    if path is None:
        return None
    parsed = parse_loop(read_text(path, shown=path.name), path.name)
    with bank.matching() as (matcher, _):
        plan = _planned(matcher, parsed.loop, _framework(space, parsed.loop), (space, today))[0]
        return cards_html(Cards.of(matcher, _entries(space)).of_plan(plan, parsed.loop))


def save(bank: Bank, name: str, text: str, before: str) -> list[Finding]:
    """Write a loop's file as its owner has edited it; what was noticed in it.

    before: the `stamp` of the text that was edited. Raises UsageError when there is no such
    loop, DocumentError when the text is no loop, WorkspaceError when the file was changed
    meanwhile or cannot be written; then it is as it was.
    """
    space = _space(bank)
    path = loops_of(space).get(name)
    if path is None:
        raise UsageError(f"there is no loop {name!r}.", "Make one: kb loop --help")
    if stamp(read_text(path, shown=path.name)) != before:
        raise WorkspaceError(
            "the loop's file was changed meanwhile, and is left alone.",
            "Go back, copy what you wrote, and load the page again.",
        )
    text = text.replace("\r\n", "\n")
    parsed = parse_loop(text, path.name)
    write_atomic(path, text.encode())
    return list(parsed.findings)


def stamp(text: str) -> str:
    """What tells one text of a loop from another."""
    return sha256(text.replace("\r\n", "\n").encode()).hexdigest()[:16]


def read_kept(given: Sequence[tuple[str, str]]) -> dict[int, str]:
    """The swaps in a page's address: `keep-3=story-id` is that story for question 3."""
    found: dict[int, str] = {}
    for key, value in given:
        number = key.removeprefix("keep-")
        if key.startswith("keep-") and number.isdecimal() and value.strip():
            found[int(number)] = value.strip()
    return found


def _space(bank: Bank) -> Workspace:
    if bank.workspace is None:
        raise UsageError("loops are kept in a workspace, and this index has none beside it.")
    return bank.workspace


def _framework(space: Workspace, loop: Loop) -> Framework | None:
    """The one that a loop's file names; what is wrong with it `kb loop` says."""
    if loop.framework:
        with suppress(KBError):
            return frameworks(space, competencies()).named(loop.framework)
    return None


def _planned(
    matcher: Matcher, loop: Loop, framework: Framework | None, where: tuple[Workspace, date]
) -> tuple[Plan, tuple[Finding, ...]]:
    space, today = where
    return plan_loop(matcher, loop, framework, _entries(space), today=today)


def _entries(space: Workspace) -> tuple[Entry, ...]:
    """What the journal says; where it cannot be read, the plan is not lost for it."""
    try:
        return read(space.journal).entries
    except KBError:
        return ()
