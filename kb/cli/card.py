"""`kb card`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

import click

from kb.cli import common

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kb.files import Workspace
    from kb.journal import Entry
    from kb.match import Matcher
    from kb.portfolio.cards import Sheet

Form = Literal["text", "html", "pdf", "json"]
PATIENCE: Final = 60  # seconds that a browser may take for a few pages
NAMES: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome",
                "microsoft-edge", "msedge")  # fmt: skip
MAC: Final = ("Google Chrome", "Chromium", "Microsoft Edge")
WINDOWS: Final = (r"Google\Chrome\Application\chrome.exe", r"Microsoft\Edge\Application\msedge.exe")
NO_PRINTER: Final = (
    "no Chromium, Chrome or WeasyPrint was found to make a PDF with.",
    "Write the page with --html -o card.html, and print it from any browser.",
)
EPILOG = """\b
Examples:
  kb card acme
  kb card acme -o acme.pdf
  kb card anselms-single-stream thirty-six-tickets --html -o cards.html
"""


@dataclass(frozen=True, slots=True)
class Target:
    """What is written and where; None for standard output."""

    form: Form
    path: Path | None
    force: bool


@click.command("card", epilog=EPILOG)
@click.argument("names", metavar="LOOP|ID...", nargs=-1, required=True,
                shell_complete=common.completing("id"))  # fmt: skip
@click.option("--text", "as_text", is_flag=True, help="As text, for the terminal; the default.")
@click.option("--html", "as_html", is_flag=True, help="As a page to print or to keep open.")
@click.option("--pdf", "as_pdf", is_flag=True, help="As a PDF on A4; wants -o.")
@click.option("-o", "--output", metavar="FILE", help="Write to a file: .html, .pdf or .txt.")
@click.option("--force", is_flag=True, help="Write over a file that exists.")
@common.json_option
@common.workspace_option
def command(
    names: tuple[str, ...],
    as_text: bool,
    as_html: bool,
    as_pdf: bool,
    output: str | None,
    force: bool,
    as_json: bool,
    workspace: str | None,
) -> None:
    """Make the page to read before a round.

    A page for each round of a LOOP (a file, or the name of one in _kb/loops/), or
    one for the stories named. All of it is in your own words: chosen, and cut
    where a sentence is long.
    """
    forms: dict[Form, bool] = {"text": as_text, "html": as_html, "pdf": as_pdf, "json": as_json}
    target = _target([form for form, wanted in forms.items() if wanted], output, force)
    common.one_thread()
    space = common.open_workspace(workspace)
    sheets, bad = _sheets(space, names)
    _write(sheets, target)
    if bad or not any(sheet.cards for sheet in sheets):
        click.get_current_context().exit(1)


def _target(forms: Sequence[Form], output: str | None, force: bool) -> Target:
    """What the options ask for. Raises UsageError, WorkspaceError."""
    from kb.errors import UsageError, WorkspaceError

    if len(forms) > 1:
        raise UsageError(f"--{forms[0]} and --{forms[1]} exclude each other.", "Give one of them.")
    path = Path(output).expanduser() if output and output != "-" else None
    endings: dict[str, Form] = {".html": "html", ".htm": "html", ".pdf": "pdf", ".txt": "text",
                                ".json": "json"}  # fmt: skip
    form = forms[0] if forms else endings.get(path.suffix.lower()) if path else "text"
    if form is None:
        raise UsageError(f"the name of {path} does not tell the format.", "Give --html or --pdf.")
    if form == "pdf" and path is None:
        raise UsageError("a PDF is written to a file.", "Name it: -o card.pdf")
    if path is not None:
        if path.is_dir():
            raise UsageError(f"{path} is a folder.", f"Name a file in it: {path / 'card.html'}")
        if not path.parent.is_dir():
            raise WorkspaceError(f"there is no folder {path.parent}.", "Make it first.")
        if (path.exists() or path.is_symlink()) and not force:
            hint = "Name another file, or write over it with --force."
            raise WorkspaceError("exists already, and is not overwritten.", hint, str(path))
    return Target(form, path, force)


def _sheets(space: Workspace, names: Sequence[str]) -> tuple[tuple[Sheet, ...], bool]:
    """The pages, and whether a part of the loop could not be followed."""
    from kb.errors import UsageError
    from kb.pinning import find_story
    from kb.planning.cards import Cards

    loop = next((name for name in names if _is_loop(space, name)), "")
    if loop and len(names) > 1:
        hint = f"Make its pages with: kb card {loop}"
        raise UsageError(f"'{loop}' is a loop, and a loop stands alone.", hint)
    with common.open_matcher(space) as (matcher, reader):
        common.warn_if_stale(space, reader)
        if loop:
            return _of_loop(space, loop, matcher)
        try:
            found = dict.fromkeys(find_story(reader, name) for name in names)
        except UsageError as error:
            hint = error.hint or "See your stories: kb list"
            message = error.message.replace("story or question", "story or loop")
            raise UsageError(message, hint) from error
        return Cards.of(matcher, _entries(space)).of_stories(list(found)), False


def _is_loop(space: Workspace, name: str) -> bool:
    from kb.planning.loops import ENDINGS, loops_of

    bare = name.removesuffix(".yaml").removesuffix(".yml")
    return name.endswith(ENDINGS) or bare in loops_of(space)


def _of_loop(space: Workspace, name: str, matcher: Matcher) -> tuple[tuple[Sheet, ...], bool]:
    from kb.cli.loop import framework_of
    from kb.planning.cards import Cards
    from kb.planning.loops import plan_loop, read_loop
    from kb.render.reports import finding_line

    parsed = read_loop(space, name, Path.cwd())
    framework, lost = framework_of(space, parsed.loop)
    entries = _entries(space)
    plan, more = plan_loop(matcher, parsed.loop, framework, entries, today=datetime.now().date())
    noticed = sorted([*parsed.findings, *lost, *more], key=lambda one: one.line)
    for one in noticed:
        click.echo(finding_line(one), err=True)
    bad = any(one.severity == "error" for one in noticed)
    return Cards.of(matcher, entries).of_plan(plan, parsed.loop), bad


def _entries(space: Workspace) -> Sequence[Entry]:
    """The journal's lines; what is wrong with it was said when the matcher was opened."""
    from kb.errors import WorkspaceError
    from kb.journal import read

    try:
        return read(space.journal).entries
    except WorkspaceError:
        return ()


def _write(sheets: Sequence[Sheet], target: Target) -> None:
    import json

    from kb.render.cards import cards_html, cards_json, cards_text
    from kb.render.layout import Page

    if target.form == "pdf":
        assert target.path is not None  # _target saw to it
        _put(target, print_pdf(cards_html(sheets, a4=True)))
    elif target.form == "html":
        _put(target, cards_html(sheets).encode())
    elif target.form == "json":
        said = json.dumps(cards_json(sheets), ensure_ascii=False, indent=2) + "\n"
        _put(target, said.encode())
    else:
        page = common.page() if target.path is None else Page(common.WIDTH)
        _put(target, f"{cards_text(sheets, page)}\n".encode())


def _put(target: Target, data: bytes) -> None:
    from kb.files.write import write_atomic

    if target.path is None:
        click.echo(data.decode(), nl=False)
        return
    write_atomic(target.path, data)
    click.echo(f"Wrote {target.path}.", err=True)


def print_pdf(html: str) -> bytes:
    """A page of HTML as a PDF, by a browser or by WeasyPrint. Raises KBError where neither is
    there or the browser fails."""
    from importlib.util import find_spec

    from kb.errors import KBError

    browser = next(browsers(), "")
    if browser:
        return _printed(browser, html)
    if find_spec("weasyprint") is None:
        raise KBError(*NO_PRINTER)
    from importlib import import_module

    data: bytes = import_module("weasyprint").HTML(string=html).write_pdf()
    return data


def browsers() -> Iterator[str]:
    """Browsers that print: on the path, and where systems keep them."""
    yield from (found for name in NAMES if (found := shutil.which(name)))
    if sys.platform == "darwin":
        places = [Path(f"/Applications/{name}.app/Contents/MacOS/{name}") for name in MAC]
    else:
        roots = [os.environ.get(name, "") for name in
                 ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA")]  # fmt: skip
        places = [Path(root) / name for root in roots if root for name in WINDOWS]
    yield from (str(place) for place in places if place.is_file())


def _printed(browser: str, html: str) -> bytes:
    """The browser runs without a sandbox since it may be root's; it opens one file that has no
    scripts and may load nothing."""
    from kb.errors import KBError

    with tempfile.TemporaryDirectory(prefix="kb-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        page, made = folder / "card.html", folder / "card.pdf"
        page.write_text(html, encoding="utf-8")
        arguments = [
            browser, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
            f"--user-data-dir={folder / 'profile'}", "--no-pdf-header-footer",
            f"--print-to-pdf={made}", page.as_uri(),
        ]  # fmt: skip
        try:
            subprocess.run(arguments, check=False, timeout=PATIENCE, stdin=subprocess.DEVNULL,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
            data = made.read_bytes()
        except (OSError, subprocess.TimeoutExpired):
            data = b""
    if not data.startswith(b"%PDF-"):
        raise KBError(f"{browser} made no PDF.", NO_PRINTER[1])
    return data
