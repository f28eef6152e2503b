"""`kb match`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from kb.cli import common
from kb.errors import KBError, UsageError
from kb.render.matches import match_json, match_text

if TYPE_CHECKING:
    from kb.domain import MatchResult
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
    help="Say what each score is made of, largest first.",
)
@click.option("--batch", type=click.File("rb"), metavar="FILE",
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
    batch: BinaryIO | None,
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
            _answer_batch(matcher, batch, count, filters, as_json=as_json, explain=explain)
        else:
            _answer(matcher, asked, count, filters, as_json=as_json, explain=explain)


def _answer(
    matcher: Matcher, asked: str, count: int, filters: Filters, *, as_json: bool, explain: bool
) -> None:
    result = matcher.match(asked, count=count, filters=filters)
    if as_json:
        common.echo_json(match_json(result))
    else:
        click.echo(_text(matcher, result, explain))


def _text(matcher: Matcher, result: MatchResult, explain: bool) -> str:
    """The answer as a page, beginning with why there is no story where there is none."""
    text = match_text(result, common.page(), explain=explain)
    if result.stories:
        return text
    if not matcher.owners:
        why = "There are no stories yet. Write one in personal/, then run: kb build"
    elif all(c.status == "retired" for c in matcher.cards.values()):
        why = "All your stories are retired. See them: kb list"
    else:
        why = "No story passes the filters. See all: kb list"
    return f"{why}\n\n{text}".rstrip()


def _answer_batch(
    matcher: Matcher, lines: BinaryIO, count: int, filters: Filters, *, as_json: bool, explain: bool
) -> None:
    for number, raw in enumerate(lines, start=1):
        line = raw.removeprefix(b"\xef\xbb\xbf") if number == 1 else raw
        shown = line.decode("utf-8", "replace").strip()
        if not shown:
            continue
        answer: dict[str, Any]
        try:
            result = matcher.match(_decoded(line), count=count, filters=filters)
            answer = match_json(result)
            text = _text(matcher, result, explain)
        except KBError as error:
            answer = {"question": shown, "error": str(error), "line": number}
            text = f"line {number}: {error}"
        if as_json:
            common.echo_json(answer, lines=True)
        else:
            click.echo(f"# {shown}\n\n{text}\n")
        sys.stdout.flush()


def _decoded(line: bytes) -> str:
    """A line of a batch as text. Raises UsageError where it is not UTF-8."""
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError as error:
        place = f"byte 0x{line[error.start]:02x} at column {error.start + 1}"
        raise UsageError(f"the line is not UTF-8: {place}.", "Save the file as UTF-8.") from error
