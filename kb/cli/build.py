"""`kb build`."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from kb.cli import common

if TYPE_CHECKING:
    from kb.build import Model, Tools
    from kb.domain import BuildReport
    from kb.embed import Compiled
    from kb.files import Workspace

# From so many texts on, a slower start pays for itself.
FEW_TEXTS = 16

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
    from kb.build import build
    from kb.cli.progress import bar

    with bar("Embedding passages", FEW_TEXTS) as progress:
        report: BuildReport = build(space, _tools(space, progress), now=datetime.now(UTC))
    if as_json:
        common.echo_json(render.build_json(report), lines=True)
    else:
        for finding in report.findings:
            click.echo(render.finding_line(finding), err=True)
        click.echo(render.build_text(report, common.page()))
    return report.failed > 0 or any(f.severity == "error" for f in report.findings)


def refresh(space: Workspace) -> None:
    """Bring the index up to date after a word of the owner, saying only what is wrong with
    files. Raises StoreError, ModelError."""
    common.one_thread()
    from kb import render
    from kb.build import build

    report = build(space, _tools(space, lambda _done, _all: None), now=datetime.now(UTC))
    for finding in report.findings:
        click.echo(render.finding_line(finding), err=True)


def _tools(space: Workspace, progress: object) -> Tools:
    from kb.build import Tools
    from kb.files.shipped import competencies, shipped

    return Tools(
        guides=shipped().guides,
        competencies=competencies,
        known=lambda: _known(space),
        model=lambda: _model(common.compiled_for(space)),
        encoder=lambda texts: common.encoder_for(space, "few" if texts <= FEW_TEXTS else "build"),
        progress=progress,  # type: ignore[arg-type]
        clock=time.monotonic,
    )


def _known(space: Workspace) -> Model | None:
    """The workspace's model as it is compiled, or as the packaged one would be now."""
    from kb.build import Model
    from kb.embed import PACKAGED_MODEL, canonical_name, default_cache, find_compiled
    from kb.errors import ModelError

    found = find_compiled(space.model, default_cache())
    if found is not None:
        return _model(found)
    if canonical_name(space.model) != PACKAGED_MODEL:
        return None
    from kb.compile_model import packaged_now

    try:
        fingerprint, problem = packaged_now()
    except ModelError:  # it is not installed, which matters once something is to be embedded
        return None
    return Model(fingerprint, not problem, problem)


def _model(compiled: Compiled) -> Model:
    from kb.build import Model

    return Model(compiled.fingerprint, compiled.calibrated, compiled.problem)


def _watch(space: Workspace, as_json: bool) -> None:
    """Build after each save, until interrupted. One bad save does not end it."""
    import watchfiles

    from kb.errors import KBError
    from kb.files import load_workspace

    folders = [f.path for f in (*space.content, *space.personal) if f.path.is_dir()]
    folders += [space.config] if space.config else []
    click.echo("Watching. Press Ctrl-C to stop.", err=True)
    for _ in watchfiles.watch(*folders, raise_interrupt=True):
        click.echo(f"{datetime.now():%H:%M:%S} ", nl=False, err=True)
        try:
            _once(load_workspace(space.root), as_json)
        except KBError as error:
            click.echo(f"kb: {error}", err=True)
