"""`kb build`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from kb.cli import common

if TYPE_CHECKING:
    from collections.abc import Callable

    from kb.domain import BuildReport
    from kb.files import Workspace

EPILOG = """\b
Examples:
  kb build
  kb build --watch
"""


@click.command("build", epilog=EPILOG)
@click.option("--watch", is_flag=True, help="Build again whenever a file is saved.")
@common.json_option
@common.workspace_option
@click.pass_context
def command(ctx: click.Context, watch: bool, as_json: bool, workspace: str | None) -> None:
    """Read guides and stories into the index.

    Only what changed is read and embedded. A file that cannot be read is named,
    the rest is built, and what was known of it before stays, marked stale.
    """
    space = common.open_workspace(workspace)
    failed = _once(space, as_json)
    if watch:
        _watch(space, as_json)
    ctx.exit(1 if failed else 0)


def _once(space: Workspace, as_json: bool) -> bool:
    """One build, reported. Whether a file failed."""
    common.one_thread()
    from kb import render
    from kb.build.tooling import FEW_TEXTS
    from kb.cli.progress import bar

    with bar("Embedding passages", FEW_TEXTS) as progress:
        report = _built(space, progress)
    if as_json:
        common.echo_json(render.build_json(report), lines=True)
    else:
        for finding in report.findings:
            click.echo(render.finding_line(finding), err=True)
        click.echo(render.build_text(report, common.page()))
    return report.failed > 0 or any(f.severity == "error" for f in report.findings)


def refresh(space: Workspace, *, quiet: bool = False) -> BuildReport:
    """Bring the index up to date after a word of the owner, saying only what is wrong with
    files, or, if quiet, nothing. Raises StoreError, ModelError, ConfigError."""
    common.one_thread()
    from kb import render

    report = _built(space, lambda _done, _all: None)
    for finding in () if quiet else report.findings:
        click.echo(render.finding_line(finding), err=True)
    return report


def _built(space: Workspace, progress: Callable[[int, int], None]) -> BuildReport:
    from kb.build import build
    from kb.build.tooling import tools_for

    tools = tools_for(space, lambda: common.compiled_for(space), progress)
    return build(space, tools, now=datetime.now(UTC))


def _watch(space: Workspace, as_json: bool) -> None:
    """Build after each save, until interrupted. One bad save does not end it."""
    from kb.cli.watching import saves
    from kb.errors import KBError

    click.echo("Watching. Press Ctrl-C to stop.", err=True)
    for fresh in saves(space):
        click.echo(f"{datetime.now():%H:%M:%S} ", nl=False, err=True)
        try:
            _once(fresh, as_json)
        except KBError as error:
            click.echo(f"kb: {error}", err=True)
