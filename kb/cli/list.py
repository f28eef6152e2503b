"""`kb list`."""

from __future__ import annotations

import click

from kb import render
from kb.cli import common

EPILOG = """\b
Examples:
  kb list
  kb list --competency influence --since 2023
  kb list --questions
"""


@click.command("list", epilog=EPILOG)
@click.option("--questions", is_flag=True, help="List the guides' questions instead.")
@common.filter_options
@common.json_option
@common.workspace_option
def command(
    questions: bool,
    competency: str,
    tag: str,
    since: str,
    company: str,
    as_json: bool,
    workspace: str | None,
) -> None:
    """List your stories, or the guides' questions.

    Retired stories are listed too. With --questions only --competency filters.
    """
    from kb import store
    from kb.errors import UsageError

    filters = common.make_filters(competency, tag, since, company)
    if questions and (tag or since or company):
        raise UsageError("questions have no tag, date or company.", "Use --competency.")
    space = common.open_workspace(workspace)
    with store.open_index(space.database) as reader:
        common.warn_if_stale(space, reader)
        if questions:
            cards = [
                c
                for c in reader.question_cards()
                if not filters.competency or filters.competency in c.competencies
            ]
            if as_json:
                common.echo_json(render.question_list_json(cards))
            else:
                _echo(render.question_list(cards, common.page()), "There are no questions.")
            return
        inferred = reader.inferred()
        stories = [c for c in reader.story_cards() if filters.keep(c, inferred.get(c.id, ()))]
        if as_json:
            common.echo_json(render.story_list_json(stories, inferred))
        else:
            text = render.story_list(stories, common.page(), filters.competency)
            _echo(text, "There are no stories here. Write one in personal/, then run: kb build")


def _echo(text: str, empty: str) -> None:
    click.echo(text or empty, err=not text)
