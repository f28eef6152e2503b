"""`kb match`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, TextIO

import click

from kb.cli import common
from kb.errors import KBError, UsageError
from kb.render.matches import match_json, match_text

if TYPE_CHECKING:
    from kb.filters import Filters
    from kb.match import Matcher

EPILOG = """\b
Examples:
  kb match "disagreement with architect"
  kb match tell me about a time you were wrong --since 2022
  kb match --batch questions.txt --json
"""


@click.command("match", epilog=EPILOG)
@click.argument("question", nargs=-1)
@click.option("-n", "count", type=click.IntRange(0), default=3, show_default=True,
              help="How many stories; 0 for all.")  # fmt: skip
@common.filter_options
@click.option(
    "--explain",
    is_flag=True,
    help="Show the terms whose sum gives each score.",
)
@click.option("--batch", type=click.File("r", encoding="utf-8"), metavar="FILE",
              help="Many questions, one a line; - for standard input.")  # fmt: skip
@common.json_option
@common.workspace_option
def command(
    question: tuple[str, ...],
    count: int,
    competency: str,
    tag: str,
    since: str,
    company: str,
    explain: bool,
    batch: TextIO | None,
    as_json: bool,
    workspace: str | None,
) -> None:
    """Find the stories that answer a question.

    The best stories come first, each with how well it fits, the sentences that
    make it fit, and why; then what the guides say of the question.
    """
    from kb.match import check_question

    if batch is not None and question:
        raise UsageError("give either a question or --batch, not both.")
    asked = "" if batch is not None else check_question(" ".join(question))
    filters = common.make_filters(competency, tag, since, company)
    space = common.open_workspace(workspace)
    with common.open_matcher(space) as (matcher, reader):
        common.warn_if_stale(space, reader)
        if batch is not None:
            _answer_batch(matcher, batch, count, filters, as_json)
        else:
            _answer(matcher, asked, count, filters, as_json=as_json, explain=explain)


def _answer(
    matcher: Matcher, asked: str, count: int, filters: Filters, *, as_json: bool, explain: bool
) -> None:
    result = matcher.match(asked, count=count, filters=filters)
    if as_json:
        common.echo_json(match_json(result))
        return
    page = common.page()
    if not matcher.owners:
        click.echo("There are no stories yet. Write one in personal/, then run: kb build")
    elif not result.stories:
        click.echo("No story passes the filters.")
    click.echo(match_text(result, page, explain=explain))


def _answer_batch(
    matcher: Matcher, lines: TextIO, count: int, filters: Filters, as_json: bool
) -> None:
    page = common.page()
    for number, line in enumerate(_lines(lines), start=1):
        if not line.strip():
            continue
        answer: dict[str, Any]
        try:
            result = matcher.match(line, count=count, filters=filters)
            answer = match_json(result)
            text = match_text(result, page)
        except KBError as error:
            answer = {"question": line.strip(), "error": str(error), "line": number}
            text = f"line {number}: {error}"
        if as_json:
            common.echo_json(answer, lines=True)
        else:
            click.echo(f"# {line.strip()}\n\n{text}\n")
        sys.stdout.flush()


def _lines(file: TextIO) -> Iterator[str]:
    """Lines of a file. Raises UsageError where it is not UTF-8."""
    try:
        yield from file
    except UnicodeDecodeError as error:
        name = getattr(file, "name", "the file")
        raise UsageError(
            f"{name} is not UTF-8 at byte {error.start}.", "Save it as UTF-8."
        ) from error
