"""`kb coverage`, and what it shares with `kb gaps`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kb.cli import common
from kb.cli.frameworks import complete, load

if TYPE_CHECKING:
    from kb.files import Workspace
    from kb.journal import Pins
    from kb.portfolio.coverage import Health
    from kb.portfolio.types import Framework, Table
    from kb.store import Reader

EPILOG = """\b
Examples:
  kb coverage
  kb coverage --framework amazon
  kb coverage -o coverage.html
\b
A story fits a competency as well as it answers the best of the guides'
questions that listen for it; what its own file names is workable at least.
No. is how many stories fit, strong or workable.
"""


PAGES = (".html", ".htm")


@dataclass(frozen=True, slots=True)
class Bank:
    """What is shown of a bank."""

    table: Table
    framework: Framework | None
    health: Health
    calibrated: bool

    @property
    def titles(self) -> dict[str, str]:
        """Of the stories, by id."""
        return {card.id: card.title for card in self.table.stories}

    @property
    def subject(self) -> str:
        """What a row is."""
        return "Principle" if self.framework else "Competency"


@contextmanager
def open_bank(space: Workspace) -> Iterator[tuple[Reader, Pins]]:
    """The index and what the owner said; no model is needed. Raises StoreError."""
    common.one_thread()
    from kb import store
    from kb.errors import WorkspaceError
    from kb.journal import Journal, pins, read
    from kb.render import finding_line

    with store.open_index(space.database) as reader:
        common.warn_if_stale(space, reader)
        try:
            journal = read(space.journal)
        except WorkspaceError as error:
            click.echo(f"kb: {error.place}: {error.message} Going on without pins.", err=True)
            journal = Journal()
        for problem in journal.problems:
            click.echo(finding_line(problem), err=True)
        yield reader, pins(journal.entries)


@click.command("coverage", epilog=EPILOG)
@click.option("--framework", "name", metavar="NAME", default="", shell_complete=complete,
              help="The principles of a framework instead of competencies.")  # fmt: skip
@click.option("--html", "as_html", is_flag=True, help="A page with a heat map, for a browser.")
@click.option("-o", "--output", metavar="FILE", help="Where to write the page; - for here.")
@click.option("--force", is_flag=True, help="Write over a page that exists.")
@common.json_option
@common.workspace_option
def command(
    name: str,
    as_html: bool,
    output: str | None,
    force: bool,
    as_json: bool,
    workspace: str | None,
) -> None:
    """Show what your stories cover, gaps first.

    A row a competency: the best story for it, the second, and how many fit. Then
    how the bank is as a whole. Retired stories do not count.
    """
    as_html = as_html or Path(output or "").suffix.lower() in PAGES
    _check(as_html, as_json, output, force)
    space = common.open_workspace(workspace)
    framework = load(space, used=name).named(name) if name else None
    bank = _bank(space, framework)
    if as_json:
        _show_json(bank)
    elif as_html:
        _write_page(bank, output, force)
    else:
        click.echo("\n".join(_lines(bank)))


def _bank(space: Workspace, framework: Framework | None) -> Bank:
    from kb.planning.table import competencies_of, read_scores, table_of
    from kb.portfolio.coverage import health

    with open_bank(space) as (reader, pins):
        scores = read_scores(reader, pins)
        table = table_of(scores, competencies_of(reader))
        numberless = {f.story for f in reader.findings() if f.rule == "no-number"}
    today = datetime.now().astimezone().date()
    looked = numberless if _looks_for_numbers(space) else None
    return Bank(table, framework, health(table, today, looked), scores.calibrated)


def _looks_for_numbers(space: Workspace) -> bool:
    """Whether the rule that looks for a number in the Result is on."""
    from kb.check import RULES, read_settings

    rule = RULES.get("no-number")
    settings = read_settings(space.check.text, space.check.line, space.level)
    return rule is not None and settings.of(rule).on


def _show_json(bank: Bank) -> None:
    from kb.portfolio.coverage import rows
    from kb.render.coverage import coverage_json

    found = rows(bank.table, bank.framework)
    name = bank.framework.id if bank.framework else ""
    said = coverage_json(found, bank.health, bank.table.stories, name, calibrated=bank.calibrated)
    common.echo_json(said)


def _lines(bank: Bank) -> list[str]:
    from kb.portfolio.coverage import rows
    from kb.render.coverage import EMPTY, UNCALIBRATED, coverage_text, health_text
    from kb.render.gaps import framework_notes
    from kb.render.layout import clean

    page = common.page()
    if not bank.table.stories:
        return page.wrap(EMPTY)
    lines = []
    if bank.framework:
        named = page.wrap(clean(bank.framework.name))
        lines += [*(page.style(line, "title") for line in named), ""]
    found = rows(bank.table, bank.framework)
    lines += coverage_text(found, bank.titles, bank.subject, page)
    lines += ["", *health_text(bank.health, bank.titles, page)]
    if not bank.calibrated:
        lines += ["", *(page.style(line, "quiet") for line in page.wrap(UNCALIBRATED))]
    if bank.framework:
        lines += ["", *framework_notes(bank.framework, page)]
    return lines


def _write_page(bank: Bank, output: str | None, force: bool) -> None:
    from kb.files import write_atomic, write_new
    from kb.portfolio.coverage import gaps_first, heat, rows
    from kb.render.coverage import EMPTY, health_words, heat_page
    from kb.render.gaps import UNOFFICIAL

    heading = bank.framework.name if bank.framework else "What your stories cover"
    notes = health_words(bank.health, bank.titles) if bank.table.stories else [("Stories", EMPTY)]
    if bank.framework:
        notes += [("Source", bank.framework.source)] if bank.framework.source else []
        notes += [("Note", UNOFFICIAL)] if bank.framework.unofficial else []
        notes += [("Licence", bank.framework.licence)] if bank.framework.licence else []
    shown = gaps_first(heat(bank.table, bank.framework), rows(bank.table, bank.framework))
    text = heat_page(shown, bank.subject, heading, notes)
    if output in (None, "-"):
        click.echo(text, nl=False)
        return
    path = Path(str(output))
    if force:
        write_atomic(path, text.encode())
    else:
        write_new(path, text)
    click.echo(f"Wrote {path}.", err=True)


def _check(as_html: bool, as_json: bool, output: str | None, force: bool) -> None:
    """That the options go together. Raises UsageError, WorkspaceError."""
    from kb.errors import UsageError, WorkspaceError

    if (output or force) and not as_html:
        hint = "Add --html, or name a file that ends in .html."
        raise UsageError("-o and --force are for the page.", hint)
    if as_html and as_json:
        raise UsageError("--html and --json cannot both be.", "Take one of them.")
    if force and output and Path(output).suffix.lower() not in PAGES:
        hint = "Name one that ends in .html."
        raise UsageError(f"--force writes over pages only, and {output} is none.", hint)
    if output and not Path(output).parent.is_dir():
        raise WorkspaceError(f"there is no folder {Path(output).parent}.", "Make it first.")
