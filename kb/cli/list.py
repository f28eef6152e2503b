"""`kb list`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from kb import render
from kb.cli import common

if TYPE_CHECKING:
    from kb.filters import Filters
    from kb.store import Reader

EPILOG = """\b
Examples:
  kb list
  kb list --competency influence --since 2023
  kb list --questions
"""


@click.command("list", epilog=EPILOG)
@click.option("--questions", is_flag=True, help="List the guides' questions instead.")
@click.option("--competencies", is_flag=True, help="List the competencies' ids instead.")
@common.filter_options
@common.json_option
@common.workspace_option
def command(
    questions: bool,
    competencies: bool,
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

    if competencies:
        _competencies(as_json)
        return
    filters = common.make_filters(competency, tag, since, company)
    if questions and (tag or since or company):
        raise UsageError("questions have no tag, date or company.", "Use --competency.")
    space = common.open_workspace(workspace)
    with store.open_index(space.database) as reader:
        common.warn_if_stale(space, reader)
        listing = _questions if questions else _stories
        listing(reader, filters, as_json)


def _stories(reader: Reader, filters: Filters, as_json: bool) -> None:
    inferred = reader.inferred()
    cards = [c for c in reader.story_cards() if filters.keep(c, inferred.get(c.id, ()))]
    if as_json:
        common.echo_json(render.story_list_json(cards, inferred))
        return
    text = render.story_list(cards, common.page(), filters.competency)
    _echo(text, _nothing(bool(reader.story_ids())))


def _questions(reader: Reader, filters: Filters, as_json: bool) -> None:
    cards = [
        c
        for c in reader.question_cards()
        if not filters.competency or filters.competency in c.competencies
    ]
    if as_json:
        common.echo_json(render.question_list_json(cards))
        return
    _echo(render.question_list(cards, common.page()), "There are no questions here.")


def _competencies(as_json: bool) -> None:
    from kb.files.shipped import competencies

    known = competencies().values()
    if as_json:
        common.echo_json(
            [{"id": c.id, "group": c.group, "description": c.description} for c in known]
        )
        return
    page = common.page()
    for one in known:
        click.echo("\n".join(page.wrap(one.description, " " * 22, f"{one.id:<20}  ")))


def _nothing(any_story: bool) -> str:
    if any_story:
        return "No story passes the filters. See all: kb list"
    return "There are no stories here. Write one in personal/, then run: kb build"


def _echo(text: str, empty: str) -> None:
    click.echo(text or empty, err=not text)
