"""`kb eval`."""

from __future__ import annotations

from pathlib import Path

import click

from kb import render
from kb.cli import common

EPILOG = """\b
Example:
  kb eval judgments.jsonl

\b
Each line of the file is an object:
  {"id": "q1", "kind": "question", "text": "...", "relevant": {"STORY": 3}}
"""


@click.command("eval", epilog=EPILOG)
@click.argument("judgments", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@common.json_option
@common.workspace_option
def command(judgments: Path, as_json: bool, workspace: str | None) -> None:
    """Measure the ranking against judged questions.

    Grades: 3 the best story, 2 a good one, 1 could be bent to fit. A question
    without a story of grade 1.5 or more counts as unanswerable.
    """
    from kb import evaluate
    from kb.files import read_text

    judged = evaluate.read_judgments(
        read_text(judgments, shown=str(judgments)), path=str(judgments)
    )
    space = common.open_workspace(workspace)
    with common.open_matcher(space) as (matcher, reader):
        common.warn_if_stale(space, reader)
        rankings = {}
        for one in judged:
            result = matcher.match(one.text, count=0)
            rankings[one.id] = [(m.story.id, m.score) for m in result.stories]
    table = evaluate.table(evaluate.evaluate(rankings, judged))
    if as_json:
        common.echo_json(render.metrics_json(table))
    else:
        click.echo(render.metrics_text(table))
