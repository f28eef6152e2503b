"""`kb new`."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from kb.cli import common
from kb.cli.asking import Stopped, ask_line, ask_text, is_terminal
from kb.errors import KBError, StoreError, UsageError, WorkspaceError
from kb.keeping.writing import (
    QUESTIONS,
    Sheet,
    claim,
    draft_from,
    ids_in_use,
    is_empty,
    newest,
    plain_text,
    put_competencies,
    read_date,
    shown,
    stem_of,
    template,
    title_of,
    unfinished,
    write_story,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from kb.domain import Finding, StoryCard, Suggestion
    from kb.files import Workspace

EPILOG = """\b
Examples:
  kb new
  kb new "The label printer in Hall 3"
  kb new --from notes.txt
  kb new --edit
"""
HOW = "Enter skips a question, an empty line ends an answer, Ctrl-C keeps a draft."
BEST = 3  # questions that a new story answers
NONE_FIT = "It answers none of the guides' questions yet. More of what you did may help."
STOPPED = 130
PAGE = "new-story"  # in _kb/, what --edit opens


@click.command("new", epilog=EPILOG)
@click.argument("words", nargs=-1, metavar="[TITLE]")
@click.option("--from", "source", metavar="FILE", default="",
              help="Take the story from a text, - for standard input.")  # fmt: skip
@click.option("--edit", is_flag=True, help="Write it in your editor.")
@common.json_option
@common.workspace_option
def command(
    words: tuple[str, ...], source: str, edit: bool, as_json: bool, workspace: str | None
) -> None:
    """Write a story, one question at a time.

    What you typed is on the disk after each line. With --from nothing is asked:
    the text may be Markdown with labelled parts, or just as you would tell it.
    """
    if source and edit:
        raise UsageError("--from and --edit do not go together.")
    if as_json and not source:
        raise UsageError("--json goes with --from.", "Give the text: kb new --from FILE --json")
    if not (source or edit or is_terminal()):
        raise UsageError("there is no terminal to ask on.", "Give the text: kb new --from FILE")
    space = common.open_workspace(workspace)
    title = _one_line(" ".join(words))
    if source:
        _show(space, _taken_from(space, title, source), as_json)
        return
    path = _edited(space, title) if edit else _told(space, title)
    if path is not None:
        click.echo(f"Wrote {path}.")
        _finish(space, path)


def _one_line(text: str) -> str:
    return " ".join(plain_text(text).split())


# --- told


def _told(space: Workspace, title: str) -> str | None:
    """The path of the story as told on the terminal; None where nothing was typed."""
    today = datetime.now().date()
    sheet = Sheet(space, stem_of(title) if title else today.isoformat(), title)
    _mention(space)
    click.echo("\n".join(common.page().wrap(HOW)))
    try:
        _ask_parts(sheet)
        if not sheet.draft.parts:
            click.echo("\nNothing was typed, so nothing is written.")
            return None
        _ask_rest(sheet, today)
        click.echo()
        return shown(space, sheet.finish(ids_in_use(space)))
    except (Stopped, KeyboardInterrupt):
        _stop(space, sheet)
    except WorkspaceError:
        _print_all(sheet)
        raise


def _mention(space: Workspace) -> None:
    from kb.render.writing import unfinished_text

    if paths := unfinished(space):
        click.echo(unfinished_text([shown(space, path) for path in paths], common.page()))


def _ask_parts(sheet: Sheet) -> None:
    for kind, question in QUESTIONS.items():
        sheet.put_part(kind, ask_text(question, partial(sheet.put_part, kind)))


def _ask_rest(sheet: Sheet, today: date) -> None:
    """When and where it was, and what it is called."""
    click.echo()
    _ask_date(sheet, today)
    role, company = _newest(sheet.workspace)
    keep = partial(sheet.put_field, "role")
    keep(ask_line("What was your role?", role, keep))
    keep = partial(sheet.put_field, "company")
    keep(ask_line("At which company?", company, keep))
    if not sheet.title:
        own = title_of(sheet.draft.parts[0].text)
        sheet.title = ask_line("What would you call it?", own, partial(_call, sheet), none="")
        _call(sheet, sheet.title)


def _ask_date(sheet: Sheet, today: date) -> None:
    """Ask until it is a date, or nothing."""

    def keep(typed: str) -> None:
        with suppress(UsageError):
            sheet.put_field("date", read_date(typed, today))

    while True:
        typed = ask_line("When was it? (2023, 2023-05 or May 2023)", keep=keep)
        try:
            sheet.put_field("date", read_date(typed, today))
        except UsageError as error:
            click.echo("\n".join(common.page().wrap(f"{error.message} {error.hint}")))
        else:
            return


def _call(sheet: Sheet, title: str) -> None:
    sheet.title = title
    sheet.put(sheet.draft)


def _newest(space: Workspace) -> tuple[str, str]:
    """Role and company of the newest story, as far as there is an index."""
    from kb import store

    with suppress(StoreError), store.open_index(space.database) as reader:
        return newest(reader.story_cards())
    return "", ""


def _stop(space: Workspace, sheet: Sheet) -> NoReturn:
    """Say where what was typed is."""
    if sheet.path is None:
        click.echo("Nothing was typed, so nothing is written.", err=True)
    else:
        click.echo(f"Kept as a draft: {shown(space, sheet.path)}", err=True)
        click.echo(f"Go on with: kb edit {sheet.path.stem}", err=True)
    click.get_current_context().exit(STOPPED)


def _print_all(sheet: Sheet) -> None:
    """Everything that was typed, where it could not be written."""
    from kb.importers.write import story_markdown

    click.echo("\nWhat you typed cannot be written. Here it is, to be copied:\n", err=True)
    click.echo(story_markdown(sheet.draft))


# --- taken from a text, or edited


def _taken_from(space: Workspace, title: str, source: str) -> str:
    """The path of the story that a text holds."""
    text = _read(space, source)
    path, lost = _write(space, text, title, source)
    if lost and source == "-":
        _keep_whole(space, text)
    return path


def _read(space: Workspace, source: str) -> str:
    from kb.errors import DocumentError
    from kb.files import MAX_BYTES, read_text, scan
    from kb.files.read import decode

    if source == "-":
        data = sys.stdin.buffer.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise DocumentError("is too large for a story.", "Cut out what matters.", "-")
        return decode(data, "-")
    file = Path(source).expanduser()
    if os.path.realpath(file) in {
        one.abspath for one in scan(space).sources if one.kind == "story"
    }:
        raise UsageError(f"{source} is a story of this workspace already.", "See it: kb list")
    if not file.exists():
        raise DocumentError("there is no such file.", "Name a text file, or - for a pipe.", source)
    return read_text(file, shown=source)


def _write(space: Workspace, text: str, title: str, name: str) -> tuple[str, Sequence[Finding]]:
    """Write the story in a text, and say what of the text is not in it."""
    from kb.files import competencies
    from kb.render import finding_line

    draft, lost = draft_from(text, name, title, competencies())
    path = write_story(space, draft, ids_in_use(space))
    for finding in lost:
        click.echo(finding_line(finding), err=True)
    return shown(space, path), lost


def _keep_whole(space: Workspace, text: str) -> None:
    """Keep a text of which not everything is in the story."""
    kept = shown(space, claim(space.own, PAGE, text))
    click.echo(f"The whole text is kept in {kept}", err=True)


def _edited(space: Workspace, title: str) -> str | None:
    """The path of the story as written in the editor; None where nothing was."""
    from kb.cli.editor import edit_file
    from kb.files import read_text

    opened = template(title, *_newest(space))
    page = claim(space.own, PAGE, opened)
    name = shown(space, page)
    path: str | None = None
    lost: Sequence[Finding] = ()
    try:
        edit_file(page)
        text = read_text(page, shown=name)
        if is_empty(text, opened):
            click.echo("Nothing was written, so there is no story.")
        else:
            path, lost = _write(space, text, "", name)
    except KBError:
        if _is_untouched(page, opened):
            page.unlink(missing_ok=True)
        else:
            again = name if Path.cwd() == space.root else page
            click.echo(f"What you wrote is in {name}. Then: kb new --from {again}", err=True)
        raise
    if lost:
        click.echo(f"The whole text is kept in {name}", err=True)
    else:
        page.unlink(missing_ok=True)
    return path


def _is_untouched(page: Path, opened: str) -> bool:
    try:
        return page.read_bytes() == opened.encode()
    except OSError:
        return False


# --- what comes after


def _show(space: Workspace, path: str, as_json: bool) -> None:
    """Report a story that was taken from a text, asking nothing."""
    from kb.cli.build import refresh
    from kb.render.writing import competencies_text, new_json

    if not as_json:
        click.echo(path)
    try:
        refresh(space)
        card, inferred = _in_index(space, path)
        if as_json:
            common.echo_json(new_json(card, inferred, _questions(space, card)))
            return
    except KBError:
        if as_json:
            click.echo(f"The story is in {path}", err=True)
        raise
    if sys.stdout.isatty():
        if inferred:
            click.echo(competencies_text(inferred, common.page(), numbered=False))
        _show_rest(space, card)


def _finish(space: Workspace, path: str) -> None:
    """Bring the index up to date, ask for competencies, show findings and questions."""
    from kb.cli.build import refresh

    refresh(space)
    card, inferred = _in_index(space, path)
    try:
        chosen = _ask_competencies(inferred) if inferred and is_terminal() else ()
    except Stopped:
        click.get_current_context().exit(STOPPED)
    if chosen:
        put_competencies(space, path, (*card.competencies, *chosen))
        refresh(space)
        card, _ = _in_index(space, path)
    _show_rest(space, card)


def _ask_competencies(inferred: Sequence[str]) -> tuple[str, ...]:
    """Those that the owner keeps."""
    from kb.render.writing import competencies_text

    click.echo(competencies_text(inferred, common.page(), numbered=True))
    while True:
        typed = ask_line("Which of them? (1,3, or - for none)", "all", none="")
        if typed in ("", "all"):
            return tuple(inferred) if typed else ()
        numbers = typed.replace(",", " ").split()
        if all(n.isascii() and n.isdigit() and 0 < int(n) <= len(inferred) for n in numbers):
            return tuple(inferred[int(n) - 1] for n in dict.fromkeys(numbers))
        click.echo(f"Give numbers from 1 to {len(inferred)}, such as 1,3.")


def _in_index(space: Workspace, path: str) -> tuple[StoryCard, tuple[str, ...]]:
    """The story of a file, and the competencies inferred for it. Raises StoreError when the
    build could not take it in."""
    from kb import store

    with store.open_index(space.database) as reader:
        card = next((card for card in reader.story_cards() if card.path == path), None)
        if card is None:
            raise StoreError(f"the story in {path} is not in the index.", "Run: kb build")
        return card, reader.inferred().get(card.id, ())


def _questions(space: Workspace, card: StoryCard) -> tuple[Suggestion, ...]:
    from kb.suggest import suggest

    with common.open_matcher(space) as (matcher, _reader):
        return suggest(matcher, card, count=BEST)


def _show_rest(space: Workspace, card: StoryCard) -> None:
    """What is weak in a story, and what it answers best."""
    from kb.cli.check import show
    from kb.render import suggestions_text

    click.echo()
    show(space, [card.id])
    click.echo()
    found = _questions(space, card)
    click.echo(suggestions_text(card, found, common.page()) if found else NONE_FIT)
