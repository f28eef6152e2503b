"""`kb facts`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from kb import render
from kb.cli import common

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kb.domain import Finding, Story
    from kb.facts import Confirmed, Conflict, Entry, Fact, Ledger
    from kb.files import Workspace

NAME = "facts.yaml"
EPILOG = """\b
Examples:
  kb facts
  kb facts anselms-single-stream
  kb facts --conflicts
  kb facts --template anselms-single-stream
"""


@dataclass(frozen=True, slots=True)
class _Shown:
    """What is asked for of a ledger. failed: a file could not be read."""

    facts: Sequence[Fact]
    conflicts: Sequence[Conflict]
    unused: Sequence[Entry]
    failed: bool

    @property
    def code(self) -> int:
        """The exit status."""
        denied = any(fact.state == "contradicts" for fact in self.facts)
        return 1 if self.conflicts or denied or self.failed else 0


@click.command("facts", epilog=EPILOG)
@click.argument("ids", nargs=-1, metavar="[ID]...", shell_complete=common.completing("id"))
@click.option("--conflicts", "disagreeing", is_flag=True, help="Only those that disagree.")
@click.option("--open", "unconfirmed", is_flag=True, help="Only those that are not confirmed.")
@click.option("--template", "as_template", is_flag=True,
              help="Print entries for the open ones, to paste into facts.yaml.")  # fmt: skip
@common.json_option
@common.workspace_option
@click.pass_context
def command(
    ctx: click.Context,
    ids: tuple[str, ...],
    disagreeing: bool,
    unconfirmed: bool,
    as_template: bool,
    as_json: bool,
    workspace: str | None,
) -> None:
    """List every number in the bank, and those that disagree.

    It reads your files as they are; no build is needed. What you have checked
    is kept in _kb/facts.yaml, in your first personal folder. The status is 1
    where numbers disagree.
    """
    from kb.errors import UsageError

    if disagreeing + unconfirmed + as_template > 1 or (as_template and as_json):
        raise UsageError("--conflicts, --open and --template go alone.", "Use one of them.")
    space = common.open_workspace(workspace)
    stories, failed = _stories(space)
    asked = _asked(ids, stories)
    shown = _read(space, stories, asked, failed)
    if as_template:
        _template(shown)
        ctx.exit(1 if shown.failed else 0)
    conflicts = () if unconfirmed else shown.conflicts
    listed: Sequence[Fact] = shown.facts
    if unconfirmed:
        listed = [fact for fact in listed if fact.state == "open"]
    elif disagreeing:
        named = {fact for conflict in conflicts for fact in conflict.facts}
        listed = [f for f in listed if f.state == "contradicts" and f not in named]
    if as_json:
        from kb.render.facts import facts_json

        common.echo_json(facts_json(listed, conflicts, shown.unused))
    else:
        _show(listed, conflicts, shown, _file(space))
    ctx.exit(shown.code)


def _stories(space: Workspace) -> tuple[list[Story], bool]:
    """The stories of all files that can be read; each other one is a line on stderr."""
    from kb.errors import DocumentError
    from kb.files import read_source, scan
    from kb.parse.story import parse_stories

    found = scan(space)
    failed = _say(found.findings)
    stories: list[Story] = []
    for source in found.sources:
        if source.kind != "story":
            continue
        try:
            stories += parse_stories(read_source(source).text, path=source.path).stories
        except DocumentError as error:
            click.echo(render.clean(f"kb: {error}"), err=True)
            failed = True
    return stories, failed


def _say(findings: Sequence[Finding]) -> bool:
    """Print findings on stderr; whether one is an error."""
    for finding in findings:
        click.echo(render.finding_line(finding), err=True)
    return any(finding.severity == "error" for finding in findings)


def _asked(ids: Sequence[str], stories: Sequence[Story]) -> set[str]:
    """The ids of the stories that are named; a path, or path:line, names one too."""
    from kb.domain import StoryCard
    from kb.lookup import find_id, find_place

    cards = [StoryCard(s.id, s.title, s.path, line=s.line) for s in stories]
    known = list(dict.fromkeys(story.id for story in stories))
    return {find_place(name, cards) or find_id(name, known) for name in ids}


def _read(space: Workspace, stories: Sequence[Story], asked: set[str], failed: bool) -> _Shown:
    """The ledger of all stories, and of it what stands in those that are asked for."""
    from kb.facts import ledger

    confirmed, unread = _confirmed(space, stories)
    book: Ledger = ledger(stories, confirmed)
    if not asked:
        return _Shown(book.facts, book.conflicts, book.unused, failed or unread)
    facts = [fact for fact in book.facts if fact.story in asked]
    conflicts = [c for c in book.conflicts if any(fact.story in asked for fact in c.facts)]
    return _Shown(facts, conflicts, (), failed or unread)


def _file(space: Workspace) -> str:
    """The facts file as users see it."""
    folder = space.personal[0].name
    own = f"{space.own.name}/{NAME}"
    return own if folder == "." else f"{folder}/{own}"


def _confirmed(space: Workspace, stories: Sequence[Story]) -> tuple[Confirmed, bool]:
    """What the owner keeps in the facts file, and whether a part of it could not be read."""
    from kb.errors import DocumentError
    from kb.facts import Confirmed, read_facts
    from kb.files import read_text

    path = space.own / NAME
    if not path.exists():
        return Confirmed(), False
    try:
        text = read_text(path, shown=_file(space))
    except DocumentError as error:
        click.echo(render.clean(f"kb: {error}"), err=True)
        return Confirmed(), True
    found = read_facts(text, path=_file(space), stories={story.id for story in stories})
    return found, _say(found.findings)


def _template(shown: _Shown) -> None:
    from kb.facts import template

    text = template(shown.facts)
    if text:
        click.echo(text, nl=False)
    else:
        click.echo("There is no open number without an entry.", err=True)


def _show(listed: Sequence[Fact], conflicts: Sequence[Conflict], shown: _Shown, file: str) -> None:
    from kb.render.facts import counted_text, facts_text

    page = common.page()
    lines = facts_text(listed, conflicts, page)
    last = counted_text(shown.facts, len(shown.conflicts), file, page)
    for entry in shown.unused:
        said = "no story tells a number that this entry speaks of. Reword `fact`, or remove it."
        click.echo(render.clean(f"{entry.place}: {said}"), err=True)
    if page.width:
        lines = [*lines, *([""] if lines else []), *last]
    else:
        click.echo("\n".join(last), err=True)
    if lines:
        click.echo("\n".join(lines))
