"""`kb gaps`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kb.cli import common
from kb.cli.coverage import open_bank
from kb.cli.frameworks import complete, load

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kb.files import Workspace
    from kb.journal import Pins
    from kb.planning.frameworks import Frameworks
    from kb.planning.table import Floats
    from kb.portfolio.gaps import Gap, Topic
    from kb.portfolio.types import Framework
    from kb.store import Reader

EPILOG = """\b
Examples:
  kb gaps
  kb gaps --framework meta -n 3
  kb gaps --loop acme
\b
How often a question is asked nobody counts: the order is an estimate, from
what the frameworks listen for and where a question stands in its guide.
"""


@click.command("gaps", epilog=EPILOG)
@click.option("--framework", "name", metavar="NAME", default="", shell_complete=complete,
              help="Only what a framework listens for.")  # fmt: skip
@click.option("--loop", "file", metavar="FILE", default="",
              help="Only what an interview loop asks; see kb loop.")  # fmt: skip
@click.option("-n", "count", type=click.IntRange(0), default=5, show_default=True,
              help="How many questions; 0 for all.")  # fmt: skip
@common.json_option
@common.workspace_option
def command(name: str, file: str, count: int, as_json: bool, workspace: str | None) -> None:
    """List what to write next, and a prompt that helps to remember.

    These are the guides' questions that no story answers, workably or better, in
    the order of what writing one would add: it helps with near questions too.
    """
    from kb.errors import UsageError

    if name and file:
        raise UsageError("--framework and --loop cannot both be.", "Take one of them.")
    space = common.open_workspace(workspace)
    found = load(space, used=name)
    if file:
        listed = _of_loop(space, file, found, count)
    else:
        chosen = [found.named(name)] if name else list(found.by_id.values())
        with open_bank(space) as (reader, pins):
            listed = _listed(reader, pins, chosen, count)
    named = found.named(name) if name else None
    whose = f"that {named.name} listen{_s(named.name)} for" if named else ""
    _show(listed, named.id if named else "", "of this loop" if file else whose, as_json)


def _s(name: str) -> str:
    """The ending of a verb after a framework's name: a list listens, principles listen."""
    return "" if name.endswith("s") else "s"


@dataclass(frozen=True, slots=True)
class _Listed:
    """What is listed. hints: the guides' word on each gap. open: how many gaps there are."""

    gaps: tuple[Gap, ...]
    hints: tuple[str, ...]
    open: int
    calibrated: bool


def _show(listed: _Listed, framework: str, whose: str, as_json: bool) -> None:
    from kb.render.gaps import gaps_json, gaps_text

    of, hints, count, calibrated = listed.gaps, listed.hints, listed.open, listed.calibrated
    if as_json:
        common.echo_json(gaps_json(of, hints, count, framework, calibrated=calibrated))
    else:
        page = common.page()
        click.echo(gaps_text(of, hints, count, page, calibrated=calibrated, whose=whose))


def _listed(reader: Reader, pins: Pins, frameworks: Sequence[Framework], count: int) -> _Listed:
    """Of the library's questions, as far as the frameworks listen for them."""
    from kb.planning.table import read_scores, topics

    scores = read_scores(reader, pins)
    asked = topics(scores, frameworks)
    return _chosen(reader, asked, scores.means, count, scores.calibrated)


def _of_loop(space: Workspace, file: str, found: Frameworks, count: int) -> _Listed:
    """Of the questions of a loop. What of it could not be read is told on stderr."""
    from kb.cli import fitted
    from kb.files.shipped import competencies
    from kb.planning.loops import read_loop
    from kb.planning.table import asked_topics
    from kb.portfolio.focus import Library
    from kb.render import finding_line

    parsed = read_loop(space, file, Path.cwd())
    loop = parsed.loop
    framework = found.named(loop.framework) if loop.framework else None
    with common.open_matcher(space) as (matcher, reader):
        common.warn_if_stale(space, reader)
        asked, unread = Library(matcher.library, competencies(), framework).asked(loop)
        for finding in (*parsed.findings, *unread):
            click.echo(fitted(finding_line(finding)), err=True)
        topics, vectors = asked_topics(matcher, [(one.text, 1.0) for one in asked])
        return _chosen(reader, topics, vectors, count, matcher.held.calibrated)


def _chosen(
    reader: Reader, topics: Sequence[Topic], vectors: Floats, count: int, calibrated: bool
) -> _Listed:
    from kb.planning.frameworks import memory_prompts
    from kb.planning.table import hint
    from kb.portfolio.gaps import closeness, next_stories, with_prompts

    near = closeness(vectors, [topic.competencies for topic in topics])
    gaps = with_prompts(next_stories(topics, near, count), topics, memory_prompts())
    hints = tuple(hint(reader, gap.topic.id) for gap in gaps)
    return _Listed(gaps, hints, sum(topic.missing > 0 for topic in topics), calibrated)
