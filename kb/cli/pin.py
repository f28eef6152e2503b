"""`kb pin`, and what it shares with `kb unpin`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from kb import render
from kb.cli import common

if TYPE_CHECKING:
    from kb.domain import Word, WordKind

EPILOG = """\b
Examples:
  kb pin "disagreement with architect" anselms-single-stream
  kb pin "tell me about a failure" anselms-single-stream --no
"""


@click.command("pin", epilog=EPILOG)
@click.argument("question")
@click.argument("story", metavar="STORY", shell_complete=common.completing("id"))
@click.option("--no", "refuse", is_flag=True, help="It does not answer the question.")
@common.json_option
@common.workspace_option
def command(question: str, story: str, refuse: bool, as_json: bool, workspace: str | None) -> None:
    """Say that a story answers a question.

    It then comes first for that question, and gains for questions near to it.
    QUESTION is in your words, or the id of a guide's question.
    """
    say_word("pin-no" if refuse else "pin", question, story, as_json, workspace)


def say_word(kind: WordKind, question: str, story: str, as_json: bool, named: str | None) -> None:
    """Say a word, bring the index up to date and report; status 1 where none was taken back."""
    from kb import store
    from kb.cli.build import refresh
    from kb.match import check_question
    from kb.pinning import find_question, find_story, say

    asked = check_question(question)
    space = common.open_workspace(named)
    with store.open_index(space.database) as reader:
        found = find_question(reader, asked)
        card = find_story(reader, story)
    word = say(space, kind, card, found, datetime.now(UTC))
    _show(word, as_json)
    refresh(space)  # said before or not: an earlier one may have been cut short
    if kind == "unpin" and not word.new:
        click.get_current_context().exit(1)


def _show(word: Word, as_json: bool) -> None:
    if as_json:
        common.echo_json(render.word_json(word))
        return
    click.echo(render.word_text(word, common.page()))
