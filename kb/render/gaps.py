"""What to write next, and the frameworks, as text and as objects."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from kb.render.layout import Page, clean, columns, pad

if TYPE_CHECKING:
    from kb.portfolio.gaps import Gap
    from kb.portfolio.types import Framework

    pass

INDENT: Final = "    "
NONE: Final = "Every question that is asked has a story that answers it."
UNCALIBRATED: Final = "Fit words are not calibrated for this model."
UNOFFICIAL: Final = "Unofficial: the lines and the mapping are not the publisher's."


def gaps_text(
    gaps: Sequence[Gap],
    hints: Sequence[str],
    open_: int,
    page: Page,
    *,
    calibrated: bool = True,
    whose: str = "",
) -> str:
    """What to write next, the most useful first. hints: the guide's word on each. open_: how
    many questions have no story that answers them, of those that are of `whose` framework or
    loop. calibrated: whether the fits are."""
    if not gaps:
        return "\n".join(page.wrap(NONE))
    lines: list[str] = []
    for number, (gap, hint) in enumerate(zip(gaps, hints, strict=True), start=1):
        head = f"{number:>2}  "
        rows = page.wrap(clean(gap.topic.text), INDENT, head)
        lines += [rows[0][:4] + page.style(rows[0][4:], "title")]
        lines += [INDENT + page.style(row[4:], "title") for row in rows[1:]]
        lines += _under(", ".join(gap.topic.competencies), page)
        lines += page.wrap(gap.prompt, INDENT) if gap.prompt else []
        lines += _under(f"From the guide: {clean(hint)}", page) if hint else []
        if gap.also:
            also = " and ".join(f"“{clean(topic.text).rstrip(' .')}”" for topic in gap.also)
            lines += _under(f"Helps with {also} too.", page)
        lines.append("")
    if not calibrated:
        lines += [*(page.style(line, "quiet") for line in page.wrap(UNCALIBRATED)), ""]
    of = f" {clean(whose)}" if whose else ""
    said = f"1 question{of} is" if open_ == 1 else f"{open_} questions{of} are"
    return "\n".join([*lines, *page.wrap(f"{said} not answered by a story yet. Write one: kb new")])


def _under(text: str, page: Page) -> list[str]:
    return [INDENT + page.style(row[4:], "quiet") for row in page.wrap(text, INDENT)]


def gaps_json(
    gaps: Sequence[Gap], hints: Sequence[str], open_: int, framework: str, *, calibrated: bool
) -> dict[str, Any]:
    """The same as an object. framework: its id, "" for all of them together."""
    return {
        "framework": framework,
        "calibrated": calibrated,
        "open": open_,
        "gaps": [
            {
                "id": gap.topic.id,
                "question": gap.topic.text,
                "guide": gap.topic.guide,
                "competencies": list(gap.topic.competencies),
                "fit": gap.topic.fit,
                "score": round(gap.topic.score, 6),
                "story": gap.topic.story,
                "weight": round(gap.topic.weight, 6),
                "adds": round(gap.adds, 6),
                "also": [topic.id for topic in gap.also],
                "hint": hint,
                "prompt": gap.prompt,
            }
            for gap, hint in zip(gaps, hints, strict=True)
        ],
    }


def frameworks_text(frameworks: Sequence[Framework], page: Page) -> str:
    """A line or two each: id, name, how many principles, and whose it is."""
    left = max((columns(one.id) for one in frameworks), default=0)
    lines: list[str] = []
    for one in frameworks:
        count = f"{len(one.principles)} principle{'s' if len(one.principles) != 1 else ''}"
        whose = f", from {clean(one.path)}" if one.path else ""
        head = pad(one.id, left) + "  "
        said = f"{clean(one.name)} ({count}{whose})"
        rows = page.wrap(said, " " * (left + 2), head)
        lines += [page.style(rows[0][:left], "title") + rows[0][left:], *rows[1:]]
    return "\n".join(lines)


def framework_text(one: Framework, page: Page) -> str:
    """One framework with all that is known of it."""
    lines = _title(one.name, page)
    lines += page.wrap(clean(one.about)) if one.about else []
    for principle in one.principles:
        lines += ["", *_title(principle.name, page)]
        lines += page.wrap(clean(principle.line), "  ") if principle.line else []
        weighed = ", ".join(f"{name} {weight:g}" for name, weight in principle.competencies)
        lines += ["  " + page.style(row[2:], "quiet") for row in page.wrap(weighed, "  ")]
    lines += ["", *framework_notes(one, page)]
    return "\n".join(lines).rstrip()


def _title(text: str, page: Page) -> list[str]:
    return [page.style(row, "title") for row in page.wrap(clean(text))]


def framework_notes(one: Framework, page: Page) -> list[str]:
    """Where it is from, when it was read there, and on what terms."""
    lines = []
    if one.source:
        lines.append("Source" + (f", read {one.read}" if one.read else "") + ":")
        lines += [f"  {url}" for url in clean(one.source).split(", ")]
    lines += page.wrap(UNOFFICIAL) if one.unofficial else []
    lines += page.wrap(clean(one.licence)) if one.licence else []
    lines += [f"File: {clean(one.path)}"] if one.path else []
    return [page.style(line, "quiet") for line in lines]


def framework_json(one: Framework) -> dict[str, Any]:
    """One framework as an object."""
    return {
        "id": one.id,
        "name": one.name,
        "about": one.about,
        "source": one.source,
        "read": one.read,
        "unofficial": one.unofficial,
        "licence": one.licence,
        "path": one.path,
        "principles": [
            {
                "id": principle.id,
                "name": principle.name,
                "line": principle.line,
                "competencies": dict(principle.competencies),
            }
            for principle in one.principles
        ],
    }
