"""`kb probe`."""

from __future__ import annotations

from typing import Final

import click

from kb.cli import common

MOST: Final = 8
EPILOG = """\b
Examples:
  kb probe anselms-single-stream
  kb probe anselms-single-stream -n 0
"""


@click.command("probe", epilog=EPILOG)
@click.argument("story", metavar="ID", shell_complete=common.completing("id"))
@click.option("-n", "count", type=click.IntRange(0), default=MOST, show_default=True,
              help="How many questions; 0 for all.")  # fmt: skip
@common.json_option
@common.workspace_option
def command(story: str, count: int, as_json: bool, workspace: str | None) -> None:
    """Ask a story's likely follow-ups, and what supports them.

    Those that nothing in the story answers come first. It is careful: "perhaps"
    is a line of the right kind, for you to judge. --json has all questions.
    """
    from kb.pinning import find_story
    from kb.planning.probing import probe_story
    from kb.render.probing import probing_json, probing_text

    space = common.open_workspace(workspace)
    with common.open_matcher(space) as (matcher, reader):
        common.warn_if_stale(space, reader)
        probing = probe_story(matcher, find_story(reader, story))
    if as_json:
        common.echo_json(probing_json(probing))
    else:
        click.echo(probing_text(probing, count or len(probing.found), common.page()))
