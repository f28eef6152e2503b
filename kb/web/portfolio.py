"""What the portfolio's pages show: coverage as a heat map, and an interview loop to be edited."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from kb.errors import KBError, UsageError, WorkspaceError
from kb.files import write_atomic
from kb.files.read import read_text
from kb.files.shipped import competencies
from kb.journal import read
from kb.planning.frameworks import frameworks
from kb.planning.loops import listed, loops_of, plan_loop, swap
from kb.planning.table import competencies_of, read_scores, table_of
from kb.portfolio.coverage import gaps_first, health, heat, rows
from kb.portfolio.loops import parse_loop
from kb.render.coverage import health_words
from kb.render.loops import loop_size, proof

if TYPE_CHECKING:
    from datetime import date

    from kb.domain import Finding
    from kb.files import Workspace
    from kb.journal import Entry
    from kb.match import Matcher
    from kb.planning.table import Scores
    from kb.portfolio.loops import Loop, ParsedLoop
    from kb.portfolio.planned import Plan
    from kb.portfolio.types import Framework
    from kb.store import Reader
    from kb.web.bank import Bank

MOST_STORIES: Final = 12  # columns of the heat map that a screen has room for
MOST_ASKED: Final = 100  # questions of the loops in a list that are planned for it
NOT_KEPT: Final = "-"  # of a question: its story is kept no more
THOUSAND: Final = 1000
_NUMBER: Final = re.compile(r"[0-9]{1,6}")  # Python will not read one of 5,000 digits


def coverage(bank: Bank, name: str, today: date) -> dict[str, Any]:
    """The heat map of the competencies, or of the principles of the framework called `name`.

    Raises UsageError when there is no such framework.
    """
    space = bank.workspace
    known = frameworks(space, competencies())
    framework = known.named(name) if name else None
    with bank.reading() as reader:
        scores = _scores(bank, reader)
        table = table_of(scores, competencies_of(reader))
        numberless = {f.story for f in reader.findings() if f.rule == "no-number"}
        checked = any(f.story for f in reader.findings())
    titles = {card.id: card.title for card in table.stories}
    found = rows(table, framework)
    return {
        "rows": found,
        "titles": titles,
        "heat": gaps_first(heat(table, framework, most=MOST_STORIES), found),
        "framework": framework,
        "frameworks": list(known.by_id.values()),
        "asked": {question.id: question.text for question in scores.questions},
        "health": health_words(health(table, today, numberless if checked else None), titles),
        "calibrated": scores.calibrated,
    }


def missing(bank: Bank, reader: Reader) -> set[str]:
    """The competencies that no story fits, workably or better, as `kb coverage` counts them."""
    found = rows(table_of(_scores(bank, reader), competencies_of(reader)))
    return {row.id for row in found if not row.fitting}


def _scores(bank: Bank, reader: Reader) -> Scores:
    return read_scores(reader, bank.pins(), bank.held(reader), bank.library_scores(reader))


def loops(bank: Bank, today: date) -> dict[str, Any]:
    """The workspace's own loops, each with what it asks and how many questions stay open, where
    these are few enough to be planned at once."""
    space = _space(bank)
    found, room = [], MOST_ASKED
    for one in listed(space):
        room -= sum(len(of.wanted) for of in one.loop.rounds)
        found.append((one, loop_size(one), None if one.problem or room < 0 else one.loop))
    with suppress(KBError), bank.matching() as (matcher, _):
        return {"loops": [(one, size, _open(matcher, loop, (space, today)))
                          for one, size, loop in found]}  # fmt: skip
    return {"loops": [(one, size, None) for one, size, _ in found]}


def _open(matcher: Matcher, loop: Loop | None, where: tuple[Workspace, date]) -> int | None:
    if loop is None:
        return None
    return len(_planned(matcher, loop, _framework(where[0], loop), where)[0].open)


def unknown(bank: Bank, name: str) -> str:
    """That there is no such loop, and which there are."""
    own = ", ".join(f"`{one}`" for one in loops_of(_space(bank)))
    return f"There is no loop {name!r}. " + (f"Yours are: {own}." if own else "Make one: kb loop")


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be looked at beside what a loop's file says. kept: a question's number to the
    story that shall answer it, "" for none in particular; asked: the questions by which these
    numbers were meant; edited: the file's text as its owner has changed it, None for the file's.
    """

    kept: Mapping[int, str] = field(default_factory=dict)
    asked: Mapping[int, str] = field(default_factory=dict)
    edited: str | None = None


def loop(bank: Bank, name: str, wish: Wish, today: date) -> dict[str, Any] | None:
    """A loop and its plan; None where there is none of this name.

    `text` is the file's with the wish in it, `changed` whether that differs, and `problem` why
    it cannot be planned: the plan is then the file's. Raises DocumentError when the file is no
    loop.
    """
    space = _space(bank)
    path = loops_of(space).get(name)
    if path is None:
        return None
    shown = path.relative_to(space.root).as_posix() if path.is_relative_to(space.root) else name
    text = read_text(path, shown=shown)
    draft = text if wish.edited is None else wish.edited
    problem = ""
    with bank.matching() as (matcher, _):
        desk = _Desk(matcher, space, today, shown)
        parsed, plan, found = desk.read(text)
        total = plan.total
        try:
            draft = desk.swapped(draft, wish, plan if draft == text else None)
            if draft != text:
                parsed, plan, found = desk.read(draft)
        except KBError as error:
            problem = str(error)
        live = [c for c in matcher.cards.values() if c.status != "retired"]
    changed = stamp(draft) != stamp(text)
    return {
        "name": name,
        "path": shown,
        "text": draft,
        "stamp": stamp(text),
        "changed": changed,
        "problem": problem,
        "plan": plan,
        "proof": proof(plan, f"`kb loop {name} --fill`"),
        "gain": (plan.total - total) / THOUSAND if changed and not problem else None,
        "stories": sorted(live, key=lambda card: card.title),
        "findings": [*parsed.findings, *found],
    }


@dataclass(frozen=True, slots=True)
class _Desk:
    """Reads a loop's text and plans it. shown: its file."""

    matcher: Matcher
    space: Workspace
    today: date
    shown: str

    def read(self, text: str) -> tuple[ParsedLoop, Plan, tuple[Finding, ...]]:
        """Raises DocumentError."""
        parsed = parse_loop(text, self.shown)
        framework = _framework(self.space, parsed.loop)
        where = (self.space, self.today)
        return parsed, *_planned(self.matcher, parsed.loop, framework, where)

    def swapped(self, text: str, wish: Wish, plan: Plan | None) -> str:
        """The text with the stories that are wished. plan: the text's, if it is made already.
        Raises KBError."""
        if not wish.kept:
            return text
        plan = plan or self.read(text)[1]
        kept = {}
        for number, story in wish.kept.items():
            asked = wish.asked.get(number)
            same = [one.number for one in plan.answers if one.question == asked]
            place = number if asked is None or number in same else (same or [0])[0]
            if place:
                kept[place] = story
        return swap(text, self.shown, plan, kept)


def card(bank: Bank, name: str, today: date) -> dict[str, str] | None:
    """The pages to read before a loop's rounds, as `kb card NAME --html` makes them, as `title`,
    `css` and `body`; None where there is no such loop. Raises DocumentError when the file is no
    loop."""
    from kb.planning.cards import Cards
    from kb.render.cards import CSS, cards_html

    space = _space(bank)
    path = loops_of(space).get(name)
    if path is None:
        return None
    parsed = parse_loop(read_text(path, shown=path.name), path.name)
    with bank.matching() as (matcher, _):
        plan = _planned(matcher, parsed.loop, _framework(space, parsed.loop), (space, today))[0]
        html = cards_html(Cards.of(matcher, _entries(space)).of_plan(plan, parsed.loop))
    body = html.partition("<body>")[2].rpartition("</body>")[0]
    return {"name": name, "css": CSS, "body": body}


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


def read_wish(given: Sequence[tuple[str, str]], edited: str | None = None) -> Wish:
    """The swaps in a page's address or form: `keep-3=story-id` is that story for question 3,
    and `asked-3` the question that is meant."""
    kept = {n: "" if v == NOT_KEPT else v for n, v in _numbered(given, "keep-")}
    return Wish(kept, dict(_numbered(given, "asked-")), edited)


def _numbered(given: Sequence[tuple[str, str]], key: str) -> Iterator[tuple[int, str]]:
    for name, value in given:
        number = name.removeprefix(key)
        if name.startswith(key) and _NUMBER.fullmatch(number) and value.strip():
            yield int(number), value.strip()


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
