"""`kb eval`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kb import render
from kb.cli import common

if TYPE_CHECKING:
    from kb.evaluate import Judgment

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
    without a story of grade 1.5 or more counts as unanswerable. nDCG@5, MRR and
    recall@3 say how high the good stories stand, 1 is best; AUROC how well the
    score tells questions the bank answers from those it does not.
    """
    from kb import evaluate
    from kb.files import read_text

    judged = evaluate.read_judgments(
        read_text(judgments, shown=str(judgments)), path=str(judgments)
    )
    space = common.open_workspace(workspace)
    with common.open_matcher(space) as (matcher, reader):
        common.warn_if_stale(space, reader)
        _warn_of_strangers(judged, reader.story_ids())
        rankings = {}
        for one in judged:
            result = matcher.match(one.text, count=0)
            rankings[one.id] = [(m.story.id, m.score) for m in result.stories]
    table = evaluate.table(evaluate.evaluate(rankings, judged))
    if as_json:
        common.echo_json(render.metrics_json(table))
    else:
        click.echo(render.metrics_text(table))


def _warn_of_strangers(judged: Sequence[Judgment], stories: Sequence[str]) -> None:
    """A line on stderr for stories that were judged and are not in the bank."""
    known = set(stories)
    strangers = sorted({s for one in judged for s in one.relevant if s not in known})
    if strangers:
        some = ", ".join(strangers[:3]) + (", ..." if len(strangers) > 3 else "")
        click.echo(f"{len(strangers)} judged stories are not in the bank: {some}", err=True)
