"""`kb loop`."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kb.cli import common

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from kb.domain import Finding
    from kb.files import Workspace
    from kb.journal import Entry
    from kb.portfolio.loops import Keep, Loop, Never
    from kb.portfolio.types import Framework

ROUNDS = 4  # of a loop that is made from a framework
EPILOG = """\b
Examples:
  kb loop                (your loops)
  kb loop acme
  kb loop acme --keep 3=anselms-single-stream --never migration-project
  kb loop --framework amazon --rounds 5 --company Amazon --save amazon

\b
FILE is YAML, anywhere, or the name of one in _kb/loops/ of your stories:
  company: Acme
  rounds:
    - name: Hiring manager
      focus: [disagreement, ownership]
      questions: ["Tell me about a time you were wrong."]
Other keys: date, framework (rounds may then focus on its principles),
reuse (yes: a story may be told twice), told, keep, never.
"""


def _loops(ctx: click.Context, _parameter: click.Parameter, typed: str) -> list[str]:
    """A completion of the workspace's own loops."""
    try:
        from kb.planning.loops import loops_of

        named = ctx.params.get("workspace") or ctx.find_root().params.get("workspace")
        names = loops_of(common.open_workspace(named))
    except Exception:  # a completion that fails is no completion; the shell shows nothing
        return []
    return [name for name in names if name.startswith(typed)]


@click.command("loop", epilog=EPILOG)
@click.argument("file", required=False, shell_complete=_loops)
@click.option("--framework", metavar="NAME", default="",
              help="Make the loop from a company's own list; see kb frameworks.")  # fmt: skip
@click.option("--rounds", type=click.IntRange(1), metavar="N",
              help=f"In so many rounds; {ROUNDS} unless given.")  # fmt: skip
@click.option("--company", metavar="NAME", default="", help="To whom, with --framework.")
@click.option("--keep", multiple=True, metavar="Q=STORY",
              help="Answer a question, by number or text, with a story; repeatable.")  # fmt: skip
@click.option("--never", multiple=True, metavar="STORY", shell_complete=common.completing("id"),
              help="Do not tell a story; repeatable.")  # fmt: skip
@click.option("--fill", is_flag=True, help="Fill open questions with the nearest story.")
@click.option("--save", metavar="NAME", default="",
              help="Write the loop made with --framework to _kb/loops/NAME.yaml.")  # fmt: skip
@common.json_option
@common.workspace_option
def command(
    file: str | None,
    framework: str,
    rounds: int | None,
    company: str,
    keep: tuple[str, ...],
    never: tuple[str, ...],
    fill: bool,
    save: str,
    as_json: bool,
    workspace: str | None,
) -> None:
    """Plan an interview loop: which story for which question.

    The plan as a whole is the best there is: each story once, none that the
    company heard before, and a backup for each question. It says what it
    traded. The status is 1 where a question stays open, or where what you
    asked for cannot hold. Without FILE and options it lists your loops.
    """
    if not file and not framework:
        _list(workspace, bool(rounds or company or keep or never or fill or save), as_json)
        return
    _one_source(file, framework, bool(rounds or company or save))
    kept, left_out = _words(keep, never)
    common.one_thread()
    space = common.open_workspace(workspace)
    loop, of, findings = _loop(space, file, (framework, rounds, company), save)
    loop = replace(loop, keep=(*loop.keep, *kept), never=(*loop.never, *left_out))
    _plan(space, loop, of, findings, (fill, save, as_json))


def _one_source(file: str | None, framework: str, shaped: bool) -> None:
    """Raise UsageError where a loop would be of two sources. shaped: what is for a framework's
    loop alone was given."""
    from kb.errors import UsageError

    if file and framework:
        raise UsageError("give a loop's FILE, or --framework.", "See: kb loop --help")
    if file and shaped:
        raise UsageError("--rounds, --company and --save go with --framework.",
                         "A FILE says these itself.")  # fmt: skip


def _loop(
    space: Workspace, file: str | None, asked: tuple[str, int | None, str], save: str
) -> tuple[Loop, Framework | None, list[Finding]]:
    """The loop of a file, or of a framework in so many rounds for a company; what it is made
    from, and what was noticed."""
    from kb.planning.loops import new_path, read_loop

    if save:
        new_path(space, save)
    if file:
        parsed = read_loop(space, file, Path.cwd())
        of, lost = framework_of(space, parsed.loop)
        return parsed.loop, of, [*parsed.findings, *lost]
    framework, rounds, company = asked
    named = _named(space, framework)
    return _framed(named, rounds, company), named, []


def _list(workspace: str | None, options: bool, as_json: bool) -> None:
    """List the workspace's own loops. Raises UsageError where there are none, or options are
    given that are for a plan."""
    from kb.errors import UsageError
    from kb.planning.loops import listed
    from kb.render.loops import loops_json, loops_text

    found = listed(common.open_workspace(workspace))
    if as_json and not options:
        common.echo_json(loops_json(found))
    elif options or not found:
        hint = f"Yours are: {', '.join(one.name for one in found)}." if found else ""
        hint = hint or "You have none yet; see: kb loop --help"
        raise UsageError("give a loop's FILE, or --framework.", hint)
    else:
        click.echo(loops_text(found, common.page()))


def _framed(framework: Framework, rounds: int | None, company: str) -> Loop:
    from kb.errors import UsageError
    from kb.portfolio.focus import framed

    most = len(framework.principles)
    if rounds and rounds > most:
        raise UsageError(f"{framework.name}: {most} principles are too few for {rounds} rounds.",
                         f"Give --rounds {most} or fewer.")  # fmt: skip
    return framed(framework, min(rounds or ROUNDS, most), company)


def _named(space: Workspace, name: str) -> Framework:
    from kb.files.shipped import competencies
    from kb.planning.frameworks import frameworks

    return frameworks(space, competencies()).named(name)


def framework_of(space: Workspace, loop: Loop) -> tuple[Framework | None, list[Finding]]:
    """The framework that a loop's file names, and what is wrong with that."""
    from kb.domain import Finding
    from kb.errors import UsageError

    if not loop.framework:
        return None, []
    try:
        return _named(space, loop.framework), []
    except UsageError as error:
        where = (loop.path, loop.framework_line)
        return None, [Finding("loop-framework", "error", error.message, *where, error.hint)]


def _words(keep: Sequence[str], never: Sequence[str]) -> tuple[tuple[Keep, ...], tuple[Never, ...]]:
    """What the command line says of stories. Raises UsageError."""
    from kb.errors import UsageError
    from kb.portfolio.loops import Keep, Never

    kept = []
    for said in keep:
        question, _, story = said.rpartition("=")
        if not question.strip() or not story.strip():
            raise UsageError(f"--keep takes a question and a story, not {said!r}.",
                             "For example: --keep 3=anselms-single-stream")  # fmt: skip
        kept.append(Keep(question.strip(), story.strip()))
    return tuple(kept), tuple(Never(story) for story in never)


def _plan(
    space: Workspace,
    loop: Loop,
    framework: Framework | None,
    findings: Iterable[Finding],
    how: tuple[bool, str, bool],
) -> None:
    """Make the plan and print it. how: to fill, to save as what name, as JSON."""
    from kb.cli import fitted
    from kb.planning.loops import plan_loop, save_loop
    from kb.render.loops import plan_json, plan_text, saved_line
    from kb.render.reports import finding_line

    fill, save, as_json = how
    with common.open_matcher(space) as (matcher, reader):
        common.warn_if_stale(space, reader)
        plan, lost = plan_loop(
            matcher, loop, framework, _entries(space), today=datetime.now().date(), fill=fill
        )
    noticed = sorted([*findings, *lost], key=lambda one: one.line)
    for one in noticed:
        click.echo(fitted(finding_line(one)), err=True)
    saved = save_loop(space, save, loop) if save else ""
    if as_json:
        common.echo_json(plan_json(plan, noticed, saved))
    else:
        text = plan_text(plan, common.page())
        click.echo(f"{text}\n{saved_line(saved, save)}" if saved else text)
    bad = any(one.severity == "error" for one in noticed)
    if bad or plan.open or plan.given_up or not plan.answers:
        click.get_current_context().exit(1)


def _entries(space: Workspace) -> Sequence[Entry]:
    """The journal's lines; what is wrong with it was said when the matcher was opened."""
    from kb.errors import WorkspaceError
    from kb.journal import read

    try:
        return read(space.journal).entries
    except WorkspaceError:
        return ()
