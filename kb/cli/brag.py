"""`kb brag`."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import click

from kb.cli import common

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kb.files import Workspace
    from kb.keeping.bragging import Brag

EPILOG = """\b
Examples:
  kb brag "cut the nightly run from 4 hours to 20 minutes"
  kb brag
  kb brag --promote 2,5
"""
LAST = 10
ASK = "?"  # --promote without numbers


@click.command("brag", epilog=EPILOG)
@click.argument("words", nargs=-1, metavar="[LINE]")
@click.option("--date", "day", metavar="DATE", default="", help="When; today unless given.")
@click.option("--all", "everything", is_flag=True, help="List all lines, not only the last ten.")
@click.option("--promote", metavar="[N,...]", is_flag=False, flag_value=ASK, default="",
              help="Begin stories with lines; a terminal is asked which.")  # fmt: skip
@common.json_option
@common.workspace_option
def command(
    words: tuple[str, ...],
    day: str,
    everything: bool,
    promote: str,
    as_json: bool,
    workspace: str | None,
) -> None:
    """Keep a line about something that went well.

    LINE goes to the end of _kb/brag.md in your stories' folder. Without one, the
    last ten are listed. A line that stands in a story is shown with it.
    """
    from kb.errors import UsageError

    if words and (everything or promote):
        raise UsageError("a new line goes alone.", "Numbers are given as: --promote 2,5")
    if day and not words:
        raise UsageError("--date goes with a new line.")
    space = common.open_workspace(workspace)
    if words:
        _add(space, " ".join(words), day, as_json)
    elif promote:
        _promote(space, promote, as_json)
    else:
        _list(space, everything=everything, as_json=as_json)


def _add(space: Workspace, text: str, day: str, as_json: bool) -> None:
    from kb.keeping.bragging import add, brag_file
    from kb.keeping.writing import read_date, shown
    from kb.render.writing import brag_json

    today = datetime.now().date()
    line = add(space, text, read_date(day, today) or today.isoformat())
    path = shown(space, brag_file(space))
    if as_json:
        common.echo_json({**brag_json(line), "path": path})
        return
    click.echo("\n".join(common.page().wrap(f"Noted in {path}, line {line.number} of the list.")))


def _list(space: Workspace, *, everything: bool, as_json: bool) -> None:
    from kb.keeping.bragging import brags, places, story_texts
    from kb.render.writing import brag_json, brag_text

    lines = brags(space)
    kept = lines if everything else lines[-LAST:]
    found = places(kept, story_texts(space)) if kept else {}
    if as_json:
        common.echo_json([brag_json(line, found.get(line.number, "")) for line in kept])
        return
    click.echo(brag_text(kept, found, common.page(), hidden=len(lines) - len(kept)))


def _promote(space: Workspace, numbers: str, as_json: bool) -> None:
    """Begin a story with each of the lines meant, unless one holds it already."""
    from kb.cli.build import refresh
    from kb.keeping.bragging import brags, places, story_texts

    lines = brags(space)
    wanted = _wanted(space, lines, numbers)
    found = places(wanted, story_texts(space)) if wanted else {}
    made = _begin(space, [line for line in wanted if line.number not in found])
    if as_json:
        common.echo_json([{"number": n, "path": path, "new": True} for n, path in made.items()]
                         + [{"number": n, "path": path, "new": False}
                            for n, path in found.items()])  # fmt: skip
    else:
        for number, path in made.items():
            click.echo(f"Line {number} begins a draft: {path}")
        for number, path in found.items():
            click.echo(f"Line {number} is in {path} already.")
    if made:
        refresh(space)


def _wanted(space: Workspace, lines: Sequence[Brag], numbers: str) -> list[Brag]:
    """The lines that are meant; on a terminal one is asked, where no numbers are given."""
    from kb.cli.asking import Stopped, ask_line, is_terminal
    from kb.errors import UsageError
    from kb.keeping.bragging import chosen

    if numbers != ASK:
        return chosen(numbers, lines)
    if not is_terminal():
        raise UsageError("there is no terminal to ask on.", "Name the lines: --promote 2,5")
    _list(space, everything=True, as_json=False)
    while lines:
        try:
            click.echo()
            typed = ask_line("Which begin a story? (2 or 2,5; Enter for none)")
            return chosen(typed, lines) if typed else []
        except UsageError as error:
            click.echo(f"{error}")
        except Stopped:
            raise click.Abort from None
    return []


def _begin(space: Workspace, lines: Sequence[Brag]) -> dict[int, str]:
    """number -> the path of the draft that the line now is."""
    from kb.keeping.bragging import draft_of
    from kb.keeping.writing import ids_in_use, shown, write_story

    taken = ids_in_use(space) if lines else frozenset()
    return {line.number: shown(space, write_story(space, draft_of(line), taken)) for line in lines}
