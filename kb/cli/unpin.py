"""`kb unpin`."""

from __future__ import annotations

import click

from kb.cli import common
from kb.cli.pin import say_word

EPILOG = """\b
Example:
  kb unpin "disagreement with architect" anselms-single-stream
"""


@click.command("unpin", epilog=EPILOG)
@click.argument("question")
@click.argument("story", metavar="STORY", shell_complete=common.completing("id"))
@common.json_option
@common.workspace_option
def command(question: str, story: str, as_json: bool, workspace: str | None) -> None:
    """Take back what was said of a story and a question.

    Neither a pin nor its `--no` is left. What a story's own file lists under
    `answers:` stays, and is named.
    """
    say_word("unpin", question, story, as_json, workspace)
