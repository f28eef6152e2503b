"""`kb init`."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from kb.cli import common

EPILOG = """\b
Examples:
  kb init ~/stories
  kb init ~/stories --with-samples
  kb init ~/stories --update-guides
"""


@click.command("init", epilog=EPILOG)
@click.argument("folder", metavar="[DIR]", required=False, default=".")
@click.option("--with-samples", is_flag=True, help="Add the sample stories of one engineer.")
@click.option("--update-guides", is_flag=True,
              help="Bring newer guides to a workspace; those you edited stay.")  # fmt: skip
@click.option("--quiet", is_flag=True, help="Say nothing when all went well.")
@click.pass_context
def command(
    ctx: click.Context, folder: str, with_samples: bool, update_guides: bool, quiet: bool
) -> None:
    """Make a workspace for your stories.

    It holds the guides, a folder personal/ for your stories with a README that
    shows one, and kb.yaml. Nothing that is there already is overwritten.
    """
    from kb import files
    from kb.errors import UsageError

    if ctx.find_root().obj and not update_guides:
        raise UsageError("kb init takes the folder itself.", f"Run: kb init {ctx.find_root().obj}")
    current = common.here()
    target = Path(folder).expanduser()
    if update_guides:
        _update(target, quiet)
        return
    created = files.init_workspace(target, with_samples=with_samples)
    files.remember_workspace(target)
    if quiet:
        return
    guides = sum(1 for p in created if p.parent.name == "content" and p.suffix == ".md")
    samples = sum(1 for p in created if p.parent.name == "samples")
    click.echo(f"Made a workspace in {folder} with {guides} guides"
               + (f" and {samples} sample stories." if samples else "."))  # fmt: skip
    click.echo(f"Your stories go into {target / 'personal'}; its README.md shows one.")
    click.echo("Outside any workspace, kb uses the one made last: this one.")
    click.echo("Next:")
    if target.resolve() != current:
        click.echo(f"  cd {shlex.quote(str(target))}")
    click.echo("  kb build")
    click.echo('  kb match "disagreement with architect"')


def _update(target: Path, quiet: bool) -> None:
    from kb import files

    # a folder named on the command line, or the one we are in
    space = files.load_workspace(target) if target != Path() else common.open_workspace(None)
    update = files.update_guides(space)
    if quiet:
        return
    for word, paths in (
        ("added", update.added),
        ("updated", update.updated),
        ("kept, because you edited it", update.kept),
        ("not brought back, because you deleted it", update.deleted),
    ):
        for path in paths:
            click.echo(f"{path}: {word}")
    if not (update.added or update.updated):
        click.echo("Nothing to update.")
    else:
        click.echo("Next: kb build")
