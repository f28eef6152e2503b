"""`kb frameworks`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from kb.cli import common

if TYPE_CHECKING:
    from kb.files import Workspace
    from kb.planning.frameworks import Frameworks
    from kb.portfolio.types import Framework

EPILOG = """\b
Examples:
  kb frameworks
  kb frameworks amazon
  kb frameworks amazon --yaml > frameworks/acme.yaml
\b
The last makes a framework of your own, to be changed. kb reads those in the
folder frameworks/ beside kb.yaml; one with the id of a shipped one replaces it.
"""


def complete(ctx: click.Context, _parameter: click.Parameter, typed: str) -> list[str]:
    """The ids that begin so; a completion that fails is no completion."""
    try:
        found = load(_workspace(ctx.params.get("workspace")), quiet=True)
    except Exception:
        return []
    return [name for name in found.by_id if name.startswith(typed.lower())]


def load(space: Workspace | None, *, used: str = "", quiet: bool = False) -> Frameworks:
    """All frameworks; what is wrong with the workspace's own is told on stderr.

    used: the name of the one that is asked for: that it stands in place of another is told of
    this one only, "" for all.
    """
    from kb.files.shipped import competencies
    from kb.planning.frameworks import frameworks
    from kb.render import finding_line

    found = frameworks(space, competencies())
    path = found.named(used).path if used else ""
    for finding in () if quiet else found.findings:
        if finding.severity != "info" or finding.path == path or not used:
            click.echo(finding_line(finding), err=True)
    return found


@click.command("frameworks", epilog=EPILOG)
@click.argument("name", required=False, metavar="[NAME]", shell_complete=complete)
@click.option("--yaml", "as_yaml", is_flag=True, help="Print one as it is written.")
@common.json_option
@common.workspace_option
def command(name: str | None, as_yaml: bool, as_json: bool, workspace: str | None) -> None:
    """List the companies' own lists of what they look for.

    With a NAME, one of them: what it looks for, which competencies show it, and
    where that was read. The lines and the mapping are kb's, not the company's.
    """
    from kb.errors import UsageError
    from kb.render.gaps import framework_json, frameworks_text

    if as_yaml and (as_json or not name):
        raise UsageError("--yaml prints one framework.", "Name it: kb frameworks amazon --yaml")
    space = _workspace(workspace)
    found = load(space, used=name or "")
    if name:
        _show(found.named(name), space, as_yaml, as_json)
    elif as_json:
        common.echo_json([framework_json(one) for one in found.by_id.values()])
    else:
        click.echo(frameworks_text(list(found.by_id.values()), common.page()))


def _workspace(named: str | None) -> Workspace | None:
    """The workspace meant, None where there is none: the shipped frameworks need no other."""
    from kb.errors import WorkspaceError

    try:
        return common.open_workspace(named)
    except WorkspaceError:
        if named or click.get_current_context().find_root().obj:
            raise
        return None


def _show(framework: Framework, space: Workspace | None, as_yaml: bool, as_json: bool) -> None:
    from kb.planning.frameworks import framework_text as written
    from kb.render.gaps import framework_json, framework_text

    if as_yaml:
        click.echo(written(space, framework), nl=False)
    elif as_json:
        common.echo_json(framework_json(framework))
    else:
        click.echo(framework_text(framework, common.page()))
