"""`kb use`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from kb.cli import common

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kb.domain import StoryCard
    from kb.files import Workspace
    from kb.history import Use
    from kb.journal import Entry
    from kb.keeping.using import Told

EPILOG = """\b
Examples:
  kb use anselms-single-stream --company Siemens
  kb use anselms-single-stream --question "disagreement with architect"
  kb use anselms-single-stream --date "May 2024" --interviewer "Ms Okafor"
  kb use anselms-single-stream --undo
"""


@click.command("use", epilog=EPILOG)
@click.argument("story", metavar="STORY", shell_complete=common.completing("id"))
@click.option("--company", metavar="NAME", default="", help="Where you told it.")
@click.option("--question", metavar="TEXT", default="", help="The question it answered.")
@click.option("--date", "day", metavar="DATE", default="", help="When; today unless given.")
@click.option("--interviewer", metavar="NAME", default="", help="Whom you told it.")
@click.option("--undo", is_flag=True, help="Take the last use noted of the story back.")
@common.json_option
@common.workspace_option
def command(
    story: str,
    company: str,
    question: str,
    day: str,
    interviewer: str,
    undo: bool,
    as_json: bool,
    workspace: str | None,
) -> None:
    """Note that you told a story, where and when.

    QUESTION is in your words, or the id of a guide's question. DATE is 2024,
    2024-05, 2024-05-14 or May 2024. Nothing is ever erased: --undo is noted too.
    """
    from kb import store
    from kb.errors import UsageError
    from kb.keeping.using import Told, told_on
    from kb.pinning import find_question, find_story

    if undo and (company or question or day or interviewer):
        raise UsageError("--undo takes the last use back as it was noted.", "Give it alone.")
    on = told_on(day, datetime.now().date())
    if question:
        from kb.match import check_question

        question = check_question(question)
    space = common.open_workspace(workspace)
    with store.open_index(space.database) as reader:
        card = find_story(reader, story)
        found = find_question(reader, question) if question else ("", "")
    if undo:
        _undo(space, card, as_json)
    else:
        _note(space, card, Told(on, company, interviewer, found), as_json)


def _note(space: Workspace, card: StoryCard, told: Told, as_json: bool) -> None:
    from kb.keeping.using import note_use

    before = [use.date for use in _uses(space, card) if _same(use.company, told.company)]
    entry = note_use(space, card, told, datetime.now(UTC))
    _show(space, card, entry, before, as_json)


def _undo(space: Workspace, card: StoryCard, as_json: bool) -> None:
    from kb.keeping.using import Told, take_back

    last = next(reversed(_uses(space, card)), None)
    told = None
    if last is not None:
        asked = (last.question, last.question_id)
        told = Told(last.date, last.company, last.interviewer, asked)
    _show(space, card, take_back(space, card, told, datetime.now(UTC)), [], as_json)


def _uses(space: Workspace, card: StoryCard) -> tuple[Use, ...]:
    from kb.history import uses
    from kb.journal import read

    return uses(read(space.journal).entries).get(card.id, ())


def _same(company: str, other: str) -> bool:
    return bool(other.strip()) and company.casefold() == " ".join(other.casefold().split())


def _show(
    space: Workspace, card: StoryCard, entry: Entry, before: Sequence[str], as_json: bool
) -> None:
    """What was noted; the journal's own line is the newest event of the story."""
    from kb.history import event_of
    from kb.render.history import use_json, use_text

    event, times = event_of(entry), len(_uses(space, card))
    if as_json:
        common.echo_json(use_json(card, event, times))
        return
    click.echo(use_text(card, event, times, common.page(), before))
