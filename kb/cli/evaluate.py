"""`kb eval`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kb import render
from kb.cli import common

if TYPE_CHECKING:
    from kb.evaluate import Judgment
    from kb.match import Matcher

    Rankings = Mapping[str, Sequence[tuple[str, float]]]

BASELINES = ("cosine",)
EPILOG = """\b
Examples:
  kb eval judgments.jsonl
  kb eval judgments.jsonl --baseline cosine

\b
Each line of the file is an object:
  {"id": "q1", "kind": "question", "text": "...", "relevant": {"STORY": 3}}
"""


@click.command("eval", epilog=EPILOG)
@click.argument("judgments", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--baseline", type=click.Choice(BASELINES),
              help="Compare with a plain embedding search by the same model.")  # fmt: skip
@common.json_option
@common.workspace_option
def command(judgments: Path, baseline: str | None, as_json: bool, workspace: str | None) -> None:
    """Measure the ranking against judged questions.

    Grades: 3 the best story, 2 a good one, 1 could be bent to fit. A question
    without a story of grade 1.5 or more counts as unanswerable. nDCG@5, MRR and
    recall@3 say how high the good stories stand, 1 is best; AUROC how well the
    score tells questions the bank answers from those it does not. With
    --baseline, each difference comes with its 95% interval over the questions.
    """
    common.one_thread()
    from kb import evaluate
    from kb.files import read_text

    judged = evaluate.read_judgments(
        read_text(judgments, shown=str(judgments)), path=str(judgments)
    )
    space = common.open_workspace(workspace)
    with common.open_matcher(space) as (matcher, reader):
        common.warn_if_stale(space, reader)
        _warn_of_strangers(judged, reader.story_ids())
        ours: Rankings = {
            one.id: [(m.story.id, m.score) for m in matcher.match(one.text, count=0).stories]
            for one in judged
        }
        theirs = _by_cosine(matcher, judged, ours) if baseline else {}
    if baseline:
        _say_compared(judged, ours, theirs, baseline, as_json=as_json)
        return
    table = evaluate.table(evaluate.evaluate(ours, judged))
    if as_json:
        common.echo_json(render.metrics_json(table))
    else:
        click.echo(render.metrics_text(table))


def _by_cosine(matcher: Matcher, judged: Sequence[Judgment], ours: Rankings) -> Rankings:
    """The stories of our rankings, the nearest to each question first; equals by id."""
    rankings = {}
    for one in judged:
        cosines = matcher.cosines(one.text)
        found = sorted((story, cosines[story]) for story, _ in ours[one.id])
        rankings[one.id] = sorted(found, key=lambda pair: -pair[1])
    return rankings


def _say_compared(
    judged: Sequence[Judgment], ours: Rankings, theirs: Rankings, baseline: str, *, as_json: bool
) -> None:
    """Print both rankings' metrics and how they differ."""
    from kb import evaluate

    tables = {
        name: evaluate.table(evaluate.evaluate(rankings, judged))
        for name, rankings in (("kb", ours), (baseline, theirs))
    }
    differences = evaluate.differences(evaluate.compare(ours, theirs, judged))
    if as_json:
        common.echo_json(render.comparison_json(tables, differences))
    else:
        rows = {name: table[evaluate.OVERALL] for name, table in tables.items()}
        click.echo(render.comparison_text(rows, differences, common.page()))


def _warn_of_strangers(judged: Sequence[Judgment], stories: Sequence[str]) -> None:
    """A line on stderr for stories that were judged and are not in the bank."""
    known = set(stories)
    strangers = sorted({s for one in judged for s in one.relevant if s not in known})
    if strangers:
        some = ", ".join(strangers[:3]) + (", ..." if len(strangers) > 3 else "")
        click.echo(f"{len(strangers)} judged stories are not in the bank: {some}", err=True)
