"""`kb suggest`."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

import click

from kb import render
from kb.cli import common

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kb.domain import StoryCard, Suggestion
    from kb.files import Workspace

Pressed = Literal["pin", "pin-no", "later", "stop"]
EPILOG = """\b
Examples:
  kb suggest anselms-single-stream
  kb suggest anselms-single-stream --json
"""
KEYS: dict[str, Pressed] = {
    "y": "pin", "n": "pin-no", " ": "later", "\r": "later", "\n": "later",
    "q": "stop", "\x1b": "stop",
}  # fmt: skip
ASK = "          [y] it answers it  [n] it does not  [space] later  [q] stop "
DONE: dict[Pressed, str] = {"pin": "yes", "pin-no": "no", "later": "later", "stop": "stop"}


@click.command("suggest", epilog=EPILOG)
@click.argument("story", metavar="STORY", shell_complete=common.completing("id"))
@click.option("-n", "count", type=click.IntRange(0), default=10, show_default=True,
              help="How many questions; 0 for all that fit.")  # fmt: skip
@common.json_option
@common.workspace_option
def command(story: str, count: int, as_json: bool, workspace: str | None) -> None:
    """List the questions that a story answers best.

    On a terminal each is confirmed or refused with one key, and pinned so.
    """
    from kb.pinning import find_story
    from kb.suggest import suggest

    space = common.open_workspace(workspace)
    with common.open_matcher(space) as (matcher, reader):
        common.warn_if_stale(space, reader)
        card = find_story(reader, story)
        found = suggest(matcher, card, count=count)
    if as_json:
        common.echo_json(render.suggestions_json(card, found))
    elif found and sys.stdin.isatty() and sys.stdout.isatty():
        _confirm(space, card, found)
    else:
        click.echo(render.suggestions_text(card, found, common.page()))


def _confirm(space: Workspace, card: StoryCard, found: Sequence[Suggestion]) -> None:
    """Ask for a key for each; what was said is kept even when it is stopped halfway."""
    from kb.cli.build import refresh
    from kb.pinning import say

    page, said = common.page(), 0
    click.echo("\n".join(page.wrap(f"Does \u201c{render.clean(card.title)}\u201d answer these?")))
    try:
        for number, one in enumerate(found, start=1):
            head = f"{number:>3}/{len(found):<4}  "
            click.echo("\n".join(["", *page.wrap(render.clean(one.question.text), " " * 10, head)]))
            pressed = _key()
            if pressed == "stop":
                break
            if pressed != "later":
                said += 1
                say(space, pressed, card, (one.question.text, one.question.id), datetime.now(UTC))
    finally:
        if said:
            refresh(space)
    click.echo(f"\n{said} noted in your journal." if said else "\nNothing noted.")


def _key() -> Pressed:
    """What the next key that means anything says."""
    click.echo(ASK, nl=False)
    while (pressed := click.getchar().lower()) not in KEYS:
        pass
    click.echo(DONE[KEYS[pressed]])
    return KEYS[pressed]
