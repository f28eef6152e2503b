"""`kb import`."""

from __future__ import annotations

import shlex
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kb.cli import common

if TYPE_CHECKING:
    from kb.files import Workspace
    from kb.keeping.importing import Item, Plan
    from kb.render.importing import ImportRow, ImportView

EPILOG = """\b
Examples:
  kb import stories.md
  kb import interviews.docx old-notes/ --yes
  kb import resume.json --draft --into personal/resume
"""
FEW = 50  # files that are written before anyone looks up


@click.command("import", epilog=EPILOG)
@click.argument(
    "paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PATH..."
)
@click.option("--yes", is_flag=True, help="Write the files without asking.")
@click.option("--into", metavar="FOLDER", default="",
              help="A folder among your stories; imported/ by default.")  # fmt: skip
@click.option("--draft", is_flag=True, help="Mark all of them as drafts.")
@click.option("--whole", is_flag=True, help="Take each file as one story.")
@click.option("--again", is_flag=True, help="Also what was imported once and is gone since.")
@click.option("--similar", is_flag=True, help="Also what is nearly the text of another story.")
@common.json_option
@common.workspace_option
@click.pass_context
def command(
    ctx: click.Context, paths: tuple[Path, ...], yes: bool, into: str, draft: bool, whole: bool,
    again: bool, similar: bool, as_json: bool, workspace: str | None,
) -> None:  # fmt: skip
    """Bring in stories from other files; shows a preview first.

    Reads Markdown, plain text, Word, CSV, JSON, JSON Resume, and folders of
    these, such as those of Notion and Obsidian. Each story becomes a file of
    its own; no file is ever written over, and what was imported before is not
    imported twice.
    """
    from kb.files.shipped import competencies
    from kb.keeping.importing import Options, plan_import
    from kb.render.importing import import_json, import_text

    space = common.open_workspace(workspace)
    options = Options(into, drafts=draft, again=again, similar=similar, whole=whole)
    plan = plan_import(space, paths, options, competencies())
    written = False
    if as_json:
        written = yes and bool(plan.new)
        view = _view(_written(space, plan) if written else plan.items, plan)
        common.echo_json(import_json(view, written=written))
    else:
        click.echo(import_text(_view(plan.items, plan), common.page()))
        _say_errors(plan)
        if plan.new and (yes or _agreed(plan)):
            _report(space, plan)
        elif plan.new and not _on_terminal():
            click.echo(f"Nothing is written yet. To write: {_same_command(ctx)}")
    ctx.exit(1 if plan.failed else 0)


def _written(space: Workspace, plan: Plan) -> list[Item]:
    """The items of a plan, once those that are new are on the disk."""
    from kb.cli.progress import bar
    from kb.keeping.importing import write_import

    with bar("Writing stories", FEW) as progress:
        return list(write_import(space, plan, datetime.now(UTC), progress))


def _report(space: Workspace, plan: Plan) -> None:
    done = _written(space, plan)
    folder = done[0].path.rpartition("/")[0] if done else ""
    files = "1 file" if len(done) == 1 else f"{len(done)} files"
    click.echo(f"Wrote {files} to {folder}/." if done else "Nothing was left to write.")
    if done:
        click.echo("Run: kb build")


def _agreed(plan: Plan) -> bool:
    """Whether the user, on a terminal, says yes."""
    if not _on_terminal():
        return False
    files = "1 file" if len(plan.new) == 1 else f"{len(plan.new)} files"
    return click.confirm(f"Write {files}?", default=False)


def _on_terminal() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()


def _same_command(ctx: click.Context) -> str:
    """The command as it was given, with --yes."""
    words = ["kb", "import", *map(str, ctx.params["paths"]), "--yes"]
    words += [f"--{name}" for name in ("draft", "whole", "again", "similar") if ctx.params[name]]
    words += ["--into", ctx.params["into"]] if ctx.params["into"] else []
    words += ["-w", ctx.params["workspace"]] if ctx.params["workspace"] else []
    return shlex.join(words)


def _say_errors(plan: Plan) -> None:
    from kb.render.reports import finding_line

    for finding in plan.findings:
        if finding.severity == "error":
            click.echo(finding_line(finding), err=True)


def _view(items: tuple[Item, ...] | list[Item], plan: Plan) -> ImportView:
    from kb.render.importing import ImportView

    return ImportView(tuple(map(_row, items)), plan.findings, plan.skipped)


def _row(item: Item) -> ImportRow:
    from kb.render.importing import ImportRow

    draft = item.draft
    return ImportRow(
        place=f"{item.source}:{item.line}",
        state=item.state,
        title=draft.title,
        id=draft.id,
        path=item.path,
        kinds=tuple(part.kind for part in draft.parts),
        words=sum(len(part.text.split()) for part in draft.parts),
        like=item.like,
        share=item.share,
        notes=tuple((note.kind, note.what, note.value) for note in item.notes),
    )
