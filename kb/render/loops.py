"""The plan of an interview loop, as a page and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from kb.domain import Finding
from kb.render.layout import Page, clean, columns, pad
from kb.render.reports import finding_line

if TYPE_CHECKING:
    from kb.portfolio.planned import Answer, Plan, Told
    from kb.portfolio.trading import Trade
    from kb.portfolio.types import Listed

INDENT = " " * 15
NUMBER = 5  # columns before a question
FIT = len(INDENT) - NUMBER
UNCALIBRATED = "Fit words and grades are not calibrated for this model."
NOTHING = "The loop asks nothing. Give its rounds `focus:` or `questions:`; see: kb loop --help"
NO_STORY = "There are no stories yet. Write one in personal/, then run: kb build"


def plan_text(plan: Plan, page: Page) -> str:
    """The plan, a round after the other, and what it comes to."""
    if not plan.answers:
        return "\n".join(page.wrap(NOTHING))
    count, rounds = len(plan.answers), [one for one in plan.rounds if one.answers]
    about = ", ".join(clean(text) for text in (plan.company, plan.date) if text)
    head = f"Loop for {about}" if plan.company else f"Loop{' on ' if about else ''}{about}"
    lines = page.wrap(f"{head}: {_count(count, 'question')} in {_count(len(rounds), 'round')}.")
    for one in rounds:
        name = clean(one.name) + (f", with {clean(one.interviewer)}" if one.interviewer else "")
        lines += ["", *(page.style(line, "title") for line in page.wrap(name))]
        for answer in one.answers:
            lines += ["", *_answer(answer, page)]
    return "\n".join([*lines, "", *_end(plan, page)])


def _answer(answer: Answer, page: Page) -> Iterator[str]:
    question = clean(answer.question) + (f" ({clean(answer.focus)})" if answer.focus else "")
    yield from page.wrap(question, " " * NUMBER, f"{answer.number:>3}  ")
    if answer.told is None:
        word = "gap" if answer.trade and answer.trade.kind == "gap" else "open"
        head = " " * NUMBER + page.style(pad(word, FIT), "gap")
        said = clean(answer.trade.said) if answer.trade else ""
        first, *rest = page.wrap(said, INDENT)
        yield head + first[len(INDENT) :]
        yield from rest
        return
    yield _story(answer.told, page)
    marks = [*(["kept"] if answer.kept else []), *(["pinned"] if answer.told.pinned else []),
             *(["draft"] if answer.told.story.status == "draft" else [])]  # fmt: skip
    yield from page.wrap(f"({', '.join(marks)})", INDENT) if marks else ()
    for note in answer.notes:
        yield from (page.style(line, "warning") for line in page.wrap(clean(note), INDENT))
    if answer.backup:
        said = f"Backup: {clean(answer.backup.story.title)} ({answer.backup.fit})"
        yield from (page.style(line, "quiet") for line in page.wrap(said, INDENT))
    if answer.trade:
        yield from page.wrap(clean(answer.trade.said), INDENT)


def _story(told: Told, page: Page) -> str:
    """Fit, title and, at the right, date."""
    date = clean(told.story.date)
    title = page.cut(clean(told.story.title), page.width - len(INDENT) - len(date) - 2)
    line = page.sides(title, date, INDENT)[len(INDENT) :]
    head = " " * NUMBER + page.style(pad(told.fit, FIT), told.fit)
    return head + page.style(line[: len(title)], "title") + line[len(title) :]


def _end(plan: Plan, page: Page) -> Iterator[str]:
    """What it comes to, what is open, what cannot hold, and whether it is the best."""
    for said in plan.given_up:
        yield from (
            page.style(line, "warning") for line in page.wrap(f"Cannot hold: {clean(said)}")
        )
    most = 3 * len(plan.answers)
    shown = [_count(n, one) for n, one in ((plan.roles, "role"), (plan.years, "year")) if n]
    spread = f"; {', '.join(shown)}" if shown else ""
    yield from page.wrap(
        f"Total: {plan.total / 1000:.1f} of {most}, in grades expected (0 to 3 each){spread}."
    )
    if plan.open:
        numbers = ", ".join(map(str, plan.open))
        gaps = (a.trade for a in plan.answers if a.told is None and a.trade)
        near = not plan.fill and any(gap.story for gap in gaps)
        fill = " With --fill they get the nearest stories that are left." if near else ""
        yield from page.wrap(
            f"Open: {'question' if len(plan.open) == 1 else 'questions'} {numbers}.{fill}"
        )
    if not plan.stories:
        yield from page.wrap(NO_STORY)
    elif plan.stories < len(plan.answers):
        have = _count(plan.stories, "story", "stories")
        yield from page.wrap(f"You have {have} for {_count(len(plan.answers), 'question')}.")
    if not plan.calibrated:
        yield from (page.style(line, "quiet") for line in page.wrap(UNCALIBRATED))
    if said := proof(plan):
        yield from page.wrap(said)


def proof(plan: Plan, fill: str = "--fill") -> str:
    """Whether the plan is the best and of which plans, in a line; "" where there was nothing to
    choose from. fill: what allows the stories that do not answer."""
    if not plan.stories:
        return ""
    if not plan.proven:
        return f"Not proven best: another plan may be better by up to {plan.short / 1000:.2f}."
    how = "exact assignment" if plan.exact == "assignment" else "integer programme, gap 0"
    words = [*(["kept"] if plan.kept else []), *(["left out"] if plan.left_out else [])]
    given = [f" with what you {' and '.join(words)}"] if words else []
    if plan.stretched:
        other = "other " if plan.kept else ""
        given.append(f" of all plans without {other}stretch stories; {fill} allows them")
    return f"Proven best{','.join(given) or ': no other plan is better'} ({how})."


def saved_line(path: str, name: str) -> str:
    """That a loop was written to a file of the user's."""
    return f"Saved: {clean(path)}. Edit it, then run: kb loop {clean(name)}"


def loops_text(loops: Sequence[Listed], page: Page) -> str:
    """The workspace's own loops: name, to whom and when, how much is asked."""
    left = max(columns(clean(one.name)) for one in loops)
    about = [", ".join(clean(text) for text in (one.loop.company, one.loop.date) if text)
             for one in loops]  # fmt: skip
    room = max(columns(text) for text in about)
    lines: list[str] = []
    for one, said in zip(loops, about, strict=True):
        head = f"{pad(clean(one.name), left)}  "
        middle = f"{pad(said, room)}  " if room and not one.problem else ""
        lines += page.wrap(middle + loop_size(one), " " * columns(head), head)
    lines += ["", *page.wrap("Plan one: kb loop NAME. Make one: kb loop --help")]
    return "\n".join(lines)


def loop_size(one: Listed) -> str:
    """How much a loop asks, or what is wrong with its file."""
    if one.problem:
        return clean(one.problem)
    asking = [len(r.wanted) for r in one.loop.rounds if r.wanted]
    return f"{_count(sum(asking), 'question')} in {_count(len(asking), 'round')}"


def loops_json(loops: Sequence[Listed]) -> dict[str, Any]:
    """The same as an object."""
    return {
        "loops": [
            {
                "name": one.name,
                "path": one.path,
                "company": one.loop.company,
                "date": one.loop.date,
                "questions": sum(len(r.wanted) for r in one.loop.rounds),
                "rounds": len(one.loop.rounds),
                "problem": one.problem,
            }
            for one in loops
        ]
    }


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"


def plan_json(plan: Plan, findings: Sequence[Finding], saved: str) -> dict[str, Any]:
    """The same as an object; grades are numbers from 0 to 3."""
    return {
        "company": plan.company,
        "date": plan.date,
        "rounds": [
            {
                "name": one.name,
                "interviewer": one.interviewer,
                "questions": [_answer_json(answer) for answer in one.answers],
            }
            for one in plan.rounds
        ],
        "total": plan.total / 1000,
        "most": 3 * len(plan.answers),
        "open": list(plan.open),
        "given_up": list(plan.given_up),
        "proven": plan.proven,
        "short": plan.short / 1000,
        "exact": plan.exact,
        "roles": plan.roles,
        "years": plan.years,
        "calibrated": plan.calibrated,
        "findings": [finding_line(finding) for finding in findings],
        "saved": saved,
    }


def _answer_json(answer: Answer) -> dict[str, Any]:
    return {
        "number": answer.number,
        "question": answer.question,
        "focus": answer.focus,
        "story": _told_json(answer.told),
        "backup": _told_json(answer.backup),
        "kept": answer.kept,
        "notes": list(answer.notes),
        "trade": _trade_json(answer.trade),
    }


def _told_json(told: Told | None) -> dict[str, Any] | None:
    if told is None:
        return None
    return {
        "id": told.story.id,
        "title": told.story.title,
        "path": told.story.path,
        "date": told.story.date,
        "fit": told.fit,
        "grade": told.grade / 1000,
        "pinned": told.pinned,
    }


def _trade_json(trade: Trade | None) -> dict[str, Any] | None:
    if trade is None:
        return None
    return {
        "kind": trade.kind,
        "said": trade.said,
        "story": trade.story,
        "gain": trade.gain / 1000,
        "question": trade.question,
        "loss": trade.loss / 1000,
        "left": trade.left,
    }
