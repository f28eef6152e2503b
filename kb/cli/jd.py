"""`kb jd`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kb.cli import common

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kb.files import Workspace
    from kb.journal import Entry
    from kb.portfolio.adverts import Study

EPILOG = """\b
Examples:
  kb jd advert.pdf
  kb jd advert.docx --save acme --company Acme
  pbpaste | kb jd -
"""


@click.command("jd", epilog=EPILOG)
@click.argument("file", metavar="FILE|-")
@click.option("--save", metavar="NAME", default="",
              help="Write a loop that asks these to _kb/loops/NAME.yaml.")  # fmt: skip
@click.option("--company", metavar="NAME", default="", help="To whom, with --save.")
@common.json_option
@common.workspace_option
def command(file: str, save: str, company: str, as_json: bool, workspace: str | None) -> None:
    """Read a job description into the questions it suggests.

    FILE is text, Markdown, Word or PDF. Each competency that it asks for is shown
    with the sentence that says so, the likeliest question, and your best story.
    """
    from kb.errors import UsageError
    from kb.portfolio.adverts import loop_for
    from kb.render.adverts import saved_text, study_json, study_text

    if company and not save:
        raise UsageError("--company goes with --save.", "For example: --save acme --company Acme")
    common.one_thread()
    text = _text(file)
    space = common.open_workspace(workspace)
    study = _study(space, text)
    saved = ""
    if save and study.expected:
        from kb.files.shipped import competencies
        from kb.planning.loops import save_loop

        groups = {name: one.group for name, one in competencies().items()}
        saved = save_loop(space, save, loop_for(study, groups, company))
    if as_json:
        common.echo_json(study_json(study, saved))
    else:
        page = common.page()
        click.echo(study_text(study, page))
        if saved:
            click.echo(saved_text(saved, save, page))
    if not study.expected:
        click.get_current_context().exit(1)


def _text(file: str) -> str:
    from kb.importers.documents import LARGEST, document_text
    from kb.planning.adverts import advert_text

    if file == "-":
        return document_text(sys.stdin.buffer.read(LARGEST + 1), "standard input")
    return advert_text(Path(file).expanduser(), file)


def _study(space: Workspace, text: str) -> Study:
    from kb import store
    from kb.files.shipped import competencies
    from kb.journal import pins
    from kb.match import Matcher
    from kb.planning.adverts import study

    with store.open_index(space.database) as reader:
        common.warn_if_stale(space, reader)
        encoder = common.encoder_for(space, "few", reader.meta().get("fingerprint", ""))
        return study(text, Matcher.of(reader, encoder, pins(_entries(space))), competencies())


def _entries(space: Workspace) -> Sequence[Entry]:
    """The journal's lines; without a journal that can be read, the answer goes on without it."""
    from kb.errors import WorkspaceError
    from kb.journal import read

    try:
        return read(space.journal).entries
    except WorkspaceError as error:
        click.echo(f"kb: {error.place}: {error.message} Going on without pins.", err=True)
        return ()
