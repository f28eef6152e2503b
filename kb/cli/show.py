"""`kb show`."""

from __future__ import annotations

import click

from kb import render
from kb.cli import common

EPILOG = """\b
Examples:
  kb show anselms-single-stream
  kb show content/people.md:67 --json
"""


@click.command("show", epilog=EPILOG)
@click.argument("name", metavar="ID", shell_complete=common.completing("id"))
@common.json_option
@common.workspace_option
def command(name: str, as_json: bool, workspace: str | None) -> None:
    """Show a story or a question as it reads.

    The start of an id will do, as long as only one begins so; so does a place
    that kb match printed, such as content/people.md:67.
    """
    from kb import store
    from kb.lookup import find_id, find_place

    space = common.open_workspace(workspace)
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
