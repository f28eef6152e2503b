"""What several commands share: the workspace, the page, the encoder, the index."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from kb.render.layout import Page

if TYPE_CHECKING:
    from kb.embed import Compiled, Encoder, Purpose
    from kb.files import Workspace
    from kb.filters import Filters
    from kb.match import Matcher, SecondReader
    from kb.store import Reader

F = TypeVar("F", bound=Callable[..., Any])

WIDTH = 80
COLOURS: dict[str, dict[str, Any]] = {
    "strong": {"fg": "green", "bold": True},
    "workable": {"fg": "green"},
    "stretch": {"fg": "yellow"},
    "gap": {"dim": True},
    "title": {"bold": True},
    "quiet": {"dim": True},
    "warning": {"fg": "yellow"},
}


def workspace_option(function: F) -> F:
    """`-w DIR` on a command, as well as before it."""
    return click.option("-w", "--workspace", metavar="DIR", help="The workspace to use.")(function)


def json_option(function: F) -> F:
    """`--json` on a command."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")(
        function
    )


def completing(what: str) -> Callable[[click.Context, click.Parameter, str], list[str]]:
    """A completion of values from the index: "id", "tag", "company" or "competency"."""

    def complete(ctx: click.Context, _parameter: click.Parameter, typed: str) -> list[str]:
        try:
            values = _values(
                what, ctx.params.get("workspace") or ctx.find_root().params.get("workspace")
            )
        except Exception:  # a completion that fails is no completion; the shell shows nothing
            return []
        return sorted(v for v in values if v.lower().startswith(typed.lower()))

    return complete


def _values(what: str, named: str | None) -> set[str]:
    if what == "competency":
        from kb.files.shipped import competencies

        return set(competencies())
    from kb import store
    from kb.files import find_workspace

    space = find_workspace(Path.cwd(), named=named, env=os.environ)
    with store.open_index(space.database) as reader:
        cards = reader.story_cards()
        if what == "id":
            return {c.id for c in cards} | set(reader.question_ids())
        if what == "tag":
            return {tag for c in cards for tag in c.tags}
        return {c.company for c in cards if c.company}


def filter_options(function: F) -> F:
    """The filters of `match` and `list`."""
    for option in (
        click.option(
            "--company",
            metavar="NAME",
            default="",
            help="Only stories of a company.",
            shell_complete=completing("company"),
        ),
        click.option(
            "--since", metavar="DATE", default="", help="Only from then on: 2023 or 2023-05."
        ),
        click.option(
            "--tag",
            metavar="TAG",
            default="",
            help="Only stories with a tag.",
            shell_complete=completing("tag"),
        ),
        click.option(
            "--competency",
            metavar="ID",
            default="",
            help="Only stories that show a competency.",
            shell_complete=completing("competency"),
        ),
    ):
        function = option(function)
    return function


def make_filters(competency: str, tag: str, since: str, company: str) -> Filters:
    """Filters, checked. Raises UsageError."""
    from kb.errors import UsageError
    from kb.filters import Filters, check_competency, is_date

    if competency:
        from kb.files.shipped import competencies

        competency = check_competency(competency, competencies())
    if since and not is_date(since):
        raise UsageError(f"--since takes a date such as 2023 or 2023-05, not {since!r}.")
    return Filters(competency, tag, since, company)


def here() -> Path:
    """The current folder. Raises WorkspaceError when it is gone."""
    from kb.errors import WorkspaceError

    try:
        return Path.cwd()
    except OSError as error:
        raise WorkspaceError(
            "the current folder is gone.", "Change to one that is there, then try again."
        ) from error


def open_workspace(named: str | None) -> Workspace:
    """The workspace meant; the last initialised one is named on stderr when it is used."""
    from kb.files import find_workspace

    context = click.get_current_context(silent=True)
    name = named or (context.find_root().obj if context else None)
    workspace = find_workspace(here(), named=name, env=os.environ)
    if workspace.remembered:
        click.echo(f"Using {workspace.root}, the last workspace you made.", err=True)
    return workspace


def page() -> Page:
    """Wrapped and coloured on a terminal, plain in a pipe. NO_COLOR is honoured."""
    if sys.stdout is None or not sys.stdout.isatty():  # it may be closed
        return Page()
    import shutil

    width = min(WIDTH, shutil.get_terminal_size((WIDTH, 24)).columns)
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return Page(width)
    return Page(width, lambda text, name: click.style(text, **COLOURS[name]))


def echo_json(value: object, *, lines: bool = False) -> None:
    """Print a value as JSON: indented, or on one line."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=None if lines else 2))


def compiled_for(workspace: Workspace, fingerprint: str = "") -> Compiled:
    """The workspace's model, compiled now where that was never done. Raises ModelError.

    fingerprint: that of the index, whose model is taken if it is still there.
    """
    from kb.embed import default_cache, find_compiled

    cache = default_cache()
    compiled = find_compiled(workspace.model, cache, fingerprint)
    if compiled is None and fingerprint:
        return compiled_for(workspace)
    if compiled is None:
        from kb.compile_model import ensure_compiled

        compiled = compiled_once(ensure_compiled, workspace.model, cache)
    return compiled


def compiled_once(
    ensure: Callable[[str, Path, Callable[[str], None]], Compiled], name: str, cache: Path
) -> Compiled:
    """What `ensure` compiles under this name, with what it does shown meanwhile."""
    from kb.cli.progress import steps

    with steps(f"Compiling the model {name}, once") as report:
        return ensure(name, cache, report)


def encoder_for(workspace: Workspace, purpose: Purpose, fingerprint: str = "") -> Encoder:
    """The workspace's encoder; fingerprint as for `compiled_for`. Raises ModelError."""
    from kb.embed import OnnxEncoder

    return OnnxEncoder.open(compiled_for(workspace, fingerprint), purpose)


def one_thread() -> None:
    """Keep numpy from making threads, if it is not loaded yet: one question is a few small
    products, and threads would cost more than they bring."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


@contextmanager
def open_matcher(workspace: Workspace) -> Iterator[tuple[Matcher, Reader]]:
    """A matcher over the workspace's index. Raises StoreError if there is no index."""
    from kb.journal import Journal, pins, read

    one_thread()
    from kb import store
    from kb.errors import StoreError, WorkspaceError
    from kb.match import Matcher
    from kb.render.reports import finding_line

    with store.open_index(workspace.database) as reader:
        meta = reader.meta()
        if meta.get("model") != workspace.model:
            raise StoreError("the index was made with another model.", "Run: kb build")
        try:
            journal = read(workspace.journal)
        except WorkspaceError as error:  # pins are lost to this answer, the answer is not
            click.echo(f"kb: {error.place}: {error.message} Going on without pins.", err=True)
            journal = Journal()
        for problem in journal.problems:
            click.echo(finding_line(problem), err=True)
        encoder = encoder_for(workspace, "question", meta.get("fingerprint", ""))
        yield Matcher.of(reader, encoder, pins(journal.entries), _second(workspace)), reader


def _second(workspace: Workspace) -> SecondReader | None:
    """What reads the best stories again, if kb.yaml names it; it is not opened yet."""
    if not workspace.rerank:
        return None
    from kb.cli.second import Second

    return Second(workspace.rerank)


def warn_if_stale(workspace: Workspace, reader: Reader) -> None:
    """One line on stderr when files have changed since the last build."""
    from kb.files import Stamp, scan

    known = {path: Stamp(f.size, f.mtime_ns) for path, f in reader.files().items()}
    count = scan(workspace, known).changes.count
    if count:
        files = "1 file" if count == 1 else f"{count} files"
        click.echo(f"{files} changed; run kb build", err=True)
