"""`kb rename`."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from kb.cli import common

EPILOG = """\b
Examples:
  kb rename anselms-single-stream the-alarm-in-the-queue
"""


@click.command("rename", epilog=EPILOG)
@click.argument("story", metavar="ID", shell_complete=common.completing("id"))
@click.argument("new", metavar="NEW")
@click.option("--yes", is_flag=True, help="Do not ask before the file is changed.")
@common.json_option
@common.workspace_option
def command(story: str, new: str, yes: bool, as_json: bool, workspace: str | None) -> None:
    """Give a story another id; what you said of it follows.

    A file that is named by the id is renamed with it, never over another one.
    Otherwise the file says `id: NEW`; nothing else in it changes.
    """
    from kb.cli.build import refresh
    from kb.cli.retire import NOTHING, may_change
    from kb.keeping.renaming import plan_rename, rename
    from kb.render.keeping import rename_line, renamed_json, renamed_text

    space = common.open_workspace(workspace)
    plan = plan_rename(space, story, new)
    if not plan.done:
        if not may_change(f"{rename_line(plan)}. Change it?", yes):
            click.echo(NOTHING)
            return
        rename(space, plan, datetime.now(UTC))
    if as_json:
        common.echo_json(renamed_json(plan))
    else:
        click.echo(renamed_text(plan, common.page()))
    refresh(space)  # done before or not: an earlier one may have been cut short
