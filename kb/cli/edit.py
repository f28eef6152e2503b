"""`kb edit`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kb.cli import common

if TYPE_CHECKING:
    from kb.files import Workspace
    from kb.keeping.places import Place

EPILOG = """\b
Examples:
  kb edit anselms-single-stream
  vim "$(kb edit anselms-single-stream --path)"
"""


@click.command("edit", epilog=EPILOG)
@click.argument("story", metavar="ID", shell_complete=common.completing("id"))
@click.option("--path", "only_path", is_flag=True, help="Print the file's full path, and stop.")
@common.workspace_option
def command(story: str, only_path: bool, workspace: str | None) -> None:
    """Open a story in your editor, then check it.

    The editor is the one that VISUAL or EDITOR names. A file that cannot be
    read opens at the line where that is.
    """
    from kb.errors import UsageError
    from kb.keeping.places import find_place_of

    space = common.open_workspace(workspace)
    place = find_place_of(space, story)
    file = Path(place.source.abspath)
    if only_path:
        click.echo(str(file))
        return
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError(f"there is no terminal to edit {file} on.", "Print its path with --path.")

    from kb.cli.editor import edit_file

    if not edit_file(file, place.line):
        click.echo("Nothing was changed.")
        return
    _report(space, place)


def _report(space: Workspace, place: Place) -> None:
    """Bring the index up to date, and print what `kb check` says of the story."""
    from kb.cli.build import refresh
    from kb.cli.check import show
    from kb.keeping.places import places_in

    now = [one for one in places_in(place.source) if one.number == place.number]
    readable = bool(now) and now[0].fault is None
    refresh(space, quiet=readable)  # what it would say is among what is shown
    if readable:
        show(space, [now[0].id])
    elif now:
        click.get_current_context().exit(1)
