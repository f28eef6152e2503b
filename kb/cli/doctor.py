"""`kb doctor`."""

from __future__ import annotations

import sys
from importlib.util import find_spec

import click

from kb.cli import common
from kb.domain import Look
from kb.errors import KBError

EPILOG = """\b
Examples:
  kb doctor
  kb doctor --json
"""


@click.command("doctor", epilog=EPILOG)
@common.json_option
@common.workspace_option
def command(as_json: bool, workspace: str | None) -> None:
    """Check that everything kb needs is in order.

    Looks at Python, the packages, the model, the workspace, the index and the
    journal, and says what to do where something is wrong. Changes nothing.
    """
    from kb.render.doctor import looks_json, looks_text

    try:
        looks = _looks(workspace)
    except ImportError as error:  # of what every look needs, such as sqlite3
        said = f"{error.name or error} cannot be imported."
        looks = [Look("packages", "wrong", said, "Install kb again: make setup")]
    if as_json:
        common.echo_json(looks_json(looks))
    else:
        click.echo(looks_text(looks, common.page()))
    if any(look.state == "wrong" for look in looks):
        click.get_current_context().exit(1)


def _looks(named: str | None) -> list[Look]:
    from kb.cli.card import browsers
    from kb.doctor import of_machine, of_workspace
    from kb.embed import default_cache, find_compiled

    streams = {"standard output": sys.stdout, "standard error": sys.stderr}
    encodings = {name: stream.encoding or "" for name, stream in streams.items() if stream}
    printer = next(browsers(), None) or ("WeasyPrint" if find_spec("weasyprint") else None)
    looks = list(of_machine(default_cache(), encodings, printer))
    try:
        space = common.open_workspace(named)
    except KBError as error:
        said = f"{error.place}: {error.message}" if error.place else error.message
        return [*looks, Look("workspace", "wrong", said, error.hint)]
    return [*looks, *of_workspace(space, lambda: find_compiled(space.model, default_cache()))]
