"""`kb retire`, and the question that comes before the owner's files are changed."""

from __future__ import annotations

import sys
from datetime import UTC, datetime

import click

from kb.cli import common

EPILOG = """\b
Examples:
  kb retire anselms-single-stream
  kb retire anselms-single-stream --undo
"""
NOTHING = "Nothing was changed."


@click.command("retire", epilog=EPILOG)
@click.argument("story", metavar="ID", shell_complete=common.completing("id"))
@click.option("--undo", is_flag=True, help="Let it be matched again.")
@click.option("--yes", is_flag=True, help="Do not ask before the file is changed.")
@common.json_option
@common.workspace_option
def command(story: str, undo: bool, yes: bool, as_json: bool, workspace: str | None) -> None:
    """Take a story out of matches, without deleting it.

    Its file then says `status: retired`; nothing else in it changes. What you
    said of the story stays in the journal.
    """
    from kb.cli.build import refresh
    from kb.keeping.retiring import plan_retire, retire
    from kb.render.keeping import retire_line, retired_json, retired_text

    space = common.open_workspace(workspace)
    plan = plan_retire(space, story, undo=undo)
    if plan.changes:
        if not may_change(f"{retire_line(plan)}. Change it?", yes):
            click.echo(NOTHING)
            return
        retire(space, plan, datetime.now(UTC))
    if as_json:
        common.echo_json(retired_json(plan))
    else:
        click.echo(retired_text(plan, common.page()))
    refresh(space)  # changed or not: an earlier one may have been cut short
    if undo and not plan.changes:
        click.get_current_context().exit(1)


def may_change(question: str, yes: bool) -> bool:
    """Whether the owner agrees: asked on a terminal, or said with --yes.

    question: what changes, and then the question itself. Raises UsageError where there is no
    terminal to ask on.
    """
    from kb.errors import UsageError

    if yes:
        return True
    if sys.stdin.isatty() and sys.stdout.isatty():
        return click.confirm(question, default=True, prompt_suffix=" ")
    what = question.rpartition(". ")[0]
    raise UsageError(f"this changes a file of yours ({what}).", "Agree to it with --yes.")
