"""`kb show`."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

import click

from kb import render
from kb.cli import common

if TYPE_CHECKING:
    from kb.files import Workspace
    from kb.history import Event

EPILOG = """\b
Examples:
  kb show anselms-single-stream
  kb show content/people.md:67 --json
  kb show anselms-single-stream --history
"""


@click.command("show", epilog=EPILOG)
@click.argument("name", metavar="ID", shell_complete=common.completing("id"))
@click.option("--history", is_flag=True, help="List what was said of a story instead.")
@common.json_option
@common.workspace_option
def command(name: str, history: bool, as_json: bool, workspace: str | None) -> None:
    """Show a story or a question as it reads.

    The start of an id will do, as long as only one begins so; so does a place
    that kb match printed, such as content/people.md:67.
    """
    from kb import store
    from kb.lookup import find_id, find_place

    space = common.open_workspace(workspace)
    if history:
        _history(space, name, as_json)
        return
    with store.open_index(space.database) as reader:
        common.warn_if_stale(space, reader)
        stories = {c.id: c for c in reader.story_cards()}
        questions = {c.id: c for c in reader.question_cards()}
        found = find_place(name, [*stories.values(), *questions.values()]) or find_id(
            name, [*stories, *questions]
        )
        story = reader.story(found) if found in stories else None
        if story is not None:
            card = stories[found]
            if as_json:
                common.echo_json(render.story_json(story, card))
            else:
                click.echo(render.story_text(story, card, common.page()))
            return
        question = reader.question(found)
        if question is None:
            return
        if as_json:
            common.echo_json(render.question_json(question, questions[found]))
        else:
            click.echo(render.question_text(question, questions[found], common.page()))


def _history(space: Workspace, name: str, as_json: bool) -> None:
    """What the journal says of a story, also of one whose file is gone."""
    from kb.history import history
    from kb.journal import read
    from kb.render.history import history_json, history_text

    journal = read(space.journal)
    for problem in journal.problems:
        click.echo(render.finding_line(problem), err=True)
    story, title = _story(space, name, {entry.story for entry in journal.entries})
    events = [_at_home(event) for event in history(journal.entries, story)]
    if as_json:
        common.echo_json(history_json(story, events))
    else:
        click.echo(history_text(title, events, common.page()))


def _story(space: Workspace, name: str, said: set[str]) -> tuple[str, str]:
    """The id and title of the story meant. said: the ids of which the journal speaks."""
    from kb import store
    from kb.errors import UsageError
    from kb.pinning import find_story

    try:
        with store.open_index(space.database) as reader:
            if name in reader.question_ids():
                raise UsageError("only stories have a history.")
            card = find_story(reader, name)
            return card.id, card.title
    except UsageError:
        if name in said:
            return name, name
        raise


def _at_home(event: Event) -> Event:
    """The event with the time as the clock on the wall had it."""
    try:
        at = datetime.fromisoformat(event.at)
        return replace(event, at=at.astimezone().isoformat())
    except (ValueError, OverflowError, OSError):  # another program wrote it
        return event
