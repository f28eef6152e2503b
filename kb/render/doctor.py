"""What `kb doctor` found, a line each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from kb.domain import Look
from kb.render.layout import Page, clean, pad

NAME: Final = 11  # columns of a look's name
WORD: Final = 7
STYLE: Final = {"ok": "workable", "note": "stretch", "wrong": "warning"}


def looks_text(looks: Sequence[Look], page: Page) -> str:
    """A line for each, what to do below it, and in the end how many are wrong."""
    lines: list[str] = []
    for look in looks:
        head = f"{pad(look.name, NAME)}{pad(look.state, WORD)}"
        said, *rest = page.wrap(clean(look.said), " " * len(head), head)
        lines.append(said.replace(look.state, page.style(look.state, STYLE[look.state]), 1))
        lines += rest
        lines += page.wrap(clean(look.hint), " " * len(head)) if look.hint else []
    return "\n".join([*lines, "", *page.wrap(_end(looks))])


def _end(looks: Sequence[Look]) -> str:
    wrong = sum(look.state == "wrong" for look in looks)
    if wrong:
        return "1 thing is wrong." if wrong == 1 else f"{wrong} things are wrong."
    return "All is well."


def looks_json(looks: Sequence[Look]) -> dict[str, Any]:
    """looks: name, state (ok, note, wrong), said, hint; ok: whether none is wrong."""
    return {
        "ok": all(look.state != "wrong" for look in looks),
        "looks": [
            {"name": one.name, "state": one.state, "said": one.said, "hint": one.hint}
            for one in looks
        ],
    }
