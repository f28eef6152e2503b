"""`kb export`."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from kb.cli import common

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kb.domain import Story, StoryCard
    from kb.errors import KBError
    from kb.exporters import Format
    from kb.exporters.redact import Redacted
    from kb.files import Workspace
    from kb.filters import Filters

FORMATS = ("md", "html", "json", "csv", "docx")
PRIVATE = "private.yaml"
STATUSES = ("ready", "draft", "retired")
EPILOG = """\b
Examples:
  kb export -o stories.html
  kb export --format json > stories.json
  kb export anselms-single-stream --redact -o for-a-friend.docx
\b
--redact reads _kb/private.yaml in the first personal folder:
  people: [Marta Kowalska, Jo: my manager]
  companies: [Acme]
  clients: []
  figures: [3.2M]
  other: []
"""


@dataclass(frozen=True, slots=True)
class Target:
    """Where the document goes (None: standard output) and in which format."""

    path: Path | None
    form: Format


@click.command("export", epilog=EPILOG)
@click.argument("ids", nargs=-1, metavar="[ID]...", shell_complete=common.completing("id"))
@click.option("--format", "form", type=click.Choice(FORMATS),
              help="Of the document; else as the file's name ends, or md.")  # fmt: skip
@click.option("-o", "--output", metavar="FILE", help="Where to write it; - for standard output.")
@click.option("--force", is_flag=True, help="Write over a file that exists.")
@click.option("--status", "statuses", type=click.Choice(STATUSES), multiple=True,
              help="Only stories of this status; may be given again.")  # fmt: skip
@click.option("--all-statuses", is_flag=True, help="Retired stories, too.")
@common.filter_options
@click.option("--redact", is_flag=True, help="Replace names and figures by placeholders.")
@click.option("--json", "as_json", is_flag=True, help="Print what was done as JSON; wants -o.")
@common.workspace_option
@click.pass_context
def command(
    ctx: click.Context,
    ids: tuple[str, ...],
    form: str | None,
    output: str | None,
    force: bool,
    statuses: tuple[str, ...],
    all_statuses: bool,
    competency: str,
    tag: str,
    since: str,
    company: str,
    redact: bool,
    as_json: bool,
    workspace: str | None,
) -> None:
    """Write stories out as Markdown, HTML, JSON, CSV or Word.

    Without an ID, all stories that are not retired. They are read from your
    files as they are now. Competencies are those that a story itself names.
    """
    target = _target(form, output, as_json)
    filters = common.make_filters(competency, tag, since, company)
    wanted = STATUSES if all_statuses or (ids and not statuses) else statuses
    space = common.open_workspace(workspace)
    if target.path:
        _check_place(space, target.path, force)
    stories, failed = _read(space)
    chosen = _chosen(stories, ids, filters, wanted or ("ready", "draft"))
    if not (ids or wanted):
        _say_retired(stories, filters)
    redacted = _redacted(space, stories, chosen) if redact else None
    if redacted:
        chosen = list(redacted.stories)
        failed += _told(redacted.failed)
    if chosen:
        _write(target, chosen, force)
    _report(space, target, chosen, failed, redacted, as_json)
    ctx.exit(1 if failed else 0)


def _target(form: str | None, output: str | None, as_json: bool) -> Target:
    """What the options ask for. Raises UsageError."""
    from kb.errors import UsageError
    from kb.exporters import ENDINGS

    path = Path(output) if output and output != "-" else None
    if as_json and path is None:
        raise UsageError("--json reports on the file that -o names.",
                         "For the stories as JSON: --format json")  # fmt: skip
    if form is None and path is not None:
        form = ENDINGS.get(path.suffix[1:].lower())
        if form is None:
            raise UsageError(f"the name of {path} does not tell the format.",
                             f"Give one: --format {'|'.join(FORMATS)}")  # fmt: skip
    if form == "docx" and path is None and (output != "-" or sys.stdout.isatty()):
        raise UsageError("a Word document is written to a file.", "Name it: -o stories.docx")
    return Target(path, cast("Format", form or "md"))


def _check_place(space: Workspace, path: Path, force: bool) -> None:
    """That a document may be written here, before any work. Raises UsageError, WorkspaceError."""
    from kb.errors import UsageError, WorkspaceError

    place = Path(os.path.realpath(path))  # Path.resolve raises where links lead in a circle
    for folder in (*space.personal, *space.content):
        if place.is_relative_to(folder.path):
            raise UsageError(f"{path} lies in {folder.name}, where kb reads stories and guides.",
                             "Write it somewhere else.")  # fmt: skip
    if place in (space.database, space.config) or place.name.startswith(f"{space.database.name}-"):
        raise UsageError(f"{path} is a file of the workspace itself.", "Write it somewhere else.")
    if place.is_dir():
        raise UsageError(f"{path} is a folder.", f"Name a file in it: {path / 'stories.html'}")
    if not place.parent.is_dir():
        raise WorkspaceError(f"there is no folder {path.parent}.", "Make it first.")
    if (path.exists() or path.is_symlink()) and not force:
        hint = "Name another file, or write over it with --force."
        raise WorkspaceError("exists already, and is not overwritten.", hint, str(path))


def _read(space: Workspace) -> tuple[list[Story], list[KBError]]:
    """The stories of the files, by id, and what could not be read, which is told at once."""
    from kb import render
    from kb.errors import DocumentError
    from kb.files import read_source, scan
    from kb.parse.story import parse_stories

    found = scan(space)
    failed: list[KBError] = []
    stories: list[Story] = []
    for finding in found.findings:
        if any(f.name == "." or finding.path.startswith(f.name) for f in space.personal):
            click.echo(render.finding_line(finding), err=True)
            if finding.severity == "error":
                failed.append(DocumentError(finding.message, finding.hint, finding.path))
    for source in found.sources:
        if source.kind == "story":
            try:
                stories += parse_stories(read_source(source).text, path=source.path).stories
            except DocumentError as error:
                failed += _told([error])
    return sorted(stories, key=lambda story: (story.id, story.path)), failed


def _told(errors: Sequence[KBError]) -> list[KBError]:
    """The errors, each printed as a line."""
    for error in errors:
        click.echo(f"kb: {' '.join(str(error).split())}", err=True)
    return list(errors)


def _chosen(
    stories: Sequence[Story], ids: Sequence[str], filters: Filters, statuses: Sequence[str]
) -> list[Story]:
    """The stories that are meant, in the order of the ids if there are any.

    Raises UsageError for an id that there is none of, WorkspaceError where nothing is left.
    """
    from kb.errors import WorkspaceError
    from kb.lookup import find_id, find_place

    cards = [_card(story) for story in stories]
    named = [find_place(name, cards) or find_id(name, [c.id for c in cards]) for name in ids]
    order = {name: place for place, name in enumerate(dict.fromkeys(named))}
    kept = [
        story
        for story, card in zip(stories, cards, strict=True)
        if (not ids or story.id in order) and story.status in statuses and filters.keep(card)
    ]
    if not stories:
        raise WorkspaceError("There are no stories here.", "Write one in personal/ first.")
    if not kept:
        raise WorkspaceError("No story passes the filters.", "See all: kb list")
    return sorted(kept, key=lambda story: order.get(story.id, 0))


def _card(story: Story) -> StoryCard:
    from kb.domain import StoryCard as Card

    return Card(
        story.id, story.title, story.path, story.date, story.role, story.company, story.status,
        competencies=story.competencies, tags=story.tags, answers=story.answers, line=story.line,
    )  # fmt: skip


def _say_retired(stories: Sequence[Story], filters: Filters) -> None:
    from kb.render.exporting import retired_text

    count = sum(story.status == "retired" and filters.keep(_card(story)) for story in stories)
    if count:
        click.echo(retired_text(count), err=True)


def _redacted(space: Workspace, stories: Sequence[Story], chosen: Sequence[Story]) -> Redacted:
    """The chosen stories redacted. Raises DocumentError for a private.yaml that is wrong."""
    from kb.exporters.redact import Private, Redactor, read_private
    from kb.files import read_text

    path, shown = _private(space)
    listed = path.exists() or path.is_symlink()
    private = read_private(read_text(path, shown=shown), shown) if listed else Private()
    if not listed:
        click.echo(f"There is no {shown}, so no names are listed.", err=True)
    return Redactor(private, stories).redact(chosen)


def _private(space: Workspace) -> tuple[Path, str]:
    """The file of what is private, and how it is called."""
    name, folder = PRIVATE, space.personal[0].name
    if not (space.own / name).exists() and (space.own / "private.yml").exists():
        name = "private.yml"
    return space.own / name, f"{'' if folder == '.' else folder + '/'}_kb/{name}"


def _write(target: Target, stories: Sequence[Story], force: bool) -> None:
    """Put the document where it goes. Raises WorkspaceError."""
    from kb.exporters import written
    from kb.files import write_atomic, write_new

    document = written(stories, target.form)
    if target.path is None:
        _print(document)
    elif isinstance(document, bytes):
        write_atomic(target.path, document)
    else:
        # without the mark Excel takes UTF-8 for Windows-1252
        text = f"\ufeff{document}" if target.form == "csv" else document
        if force:
            write_atomic(target.path, text.encode())
        else:
            write_new(target.path, text)


def _print(document: str | bytes) -> None:
    """A document to standard output: as it is in a pipe, without control characters on a
    terminal."""
    from kb import render

    if isinstance(document, str) and sys.stdout.isatty():
        click.echo(render.clean(document.replace("\r\n", "\n")), nl=False)
    else:
        click.echo(document.encode() if isinstance(document, str) else document, nl=False)


def _report(
    space: Workspace,
    target: Target,
    stories: Sequence[Story],
    failed: Sequence[KBError],
    redacted: Redacted | None,
    as_json: bool,
) -> None:
    from kb.exporters.redact import NOT_ANONYMOUS
    from kb.render import Page, exporting

    rows = (
        [(r.text, r.placeholder, r.count, r.forms) for r in redacted.replaced] if redacted else []
    )
    names = redacted.candidates if redacted else ()
    if as_json:
        private = exporting.redaction_json(rows, names, NOT_ANONYMOUS) if redacted else None
        written = {"path": str(target.path), "format": target.form}
        common.echo_json(exporting.export_json(written, stories, failed, private))
        return
    if target.path and stories:
        click.echo(exporting.written_text(stories, str(target.path)))
    if redacted:
        page = Page(common.WIDTH if sys.stderr.isatty() else 0)
        texts = {"list": _private(space)[1], "notice": NOT_ANONYMOUS}
        click.echo(exporting.redaction_text(rows, names, texts, page), err=True)
