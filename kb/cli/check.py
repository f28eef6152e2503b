"""`kb check`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from kb.cli import common

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kb.check import Rule, RuleSetting
    from kb.domain import Finding, StoryCard
    from kb.files import Workspace

EPILOG = """\b
Examples:
  kb check
  kb check anselms-single-stream
  kb check --sarif > findings.sarif
"""
_GRAVE = {"error": 0, "warning": 1, "info": 2}


@click.command("check", epilog=EPILOG)
@click.argument("ids", nargs=-1, metavar="[ID]...", shell_complete=common.completing("id"))
@click.option("--all", "everything", is_flag=True, help="Smaller notes, too.")
@click.option("--strict", is_flag=True, help="End with status 1 for warnings, too.")
@click.option("--rules", is_flag=True, help="List the rules, where each comes from, and stop.")
@click.option("--sarif", is_flag=True, help="Print SARIF, for editors and CI.")
@common.json_option
@common.workspace_option
@click.pass_context
def command(
    ctx: click.Context,
    ids: tuple[str, ...],
    everything: bool,
    strict: bool,
    rules: bool,
    sarif: bool,
    as_json: bool,
    workspace: str | None,
) -> None:
    """Point out what is weak in how stories are told.

    Without an ID, all stories are checked, and smaller notes only counted. The
    status is 1 where there is an error. Rules are set in kb.yaml, under check:.
    """
    space = common.open_workspace(workspace)
    if rules:
        _show_rules(space, as_json)
        return
    found, cards = _findings(space, ids)
    if as_json:
        from kb.render.checking import findings_json

        common.echo_json(findings_json(found))
    elif sarif:
        _show_sarif(space, found)
    else:
        _show(found, cards, everything=everything or bool(ids))
    grave = {"error", "warning"} if strict else {"error"}
    ctx.exit(1 if any(finding.severity in grave for finding in found) else 0)


def show(space: Workspace, ids: Sequence[str]) -> None:
    """Print what is weak in these stories, the index being up to date."""
    found, cards = _of_index(space, ids)
    _show(found, cards, everything=True)


def _findings(space: Workspace, ids: Sequence[str]) -> tuple[list[Finding], dict[str, StoryCard]]:
    """The findings as of now: the index is brought up to date before."""
    from kb.cli.build import refresh

    refresh(space, quiet=True)  # what it would say is among the findings
    return _of_index(space, ids)


def _of_index(space: Workspace, ids: Sequence[str]) -> tuple[list[Finding], dict[str, StoryCard]]:
    """Findings and the stories they are of, by id: those named, or all that are not retired."""
    from kb import store
    from kb.pinning import find_story

    with store.open_index(space.database) as reader:
        every = {card.id: card for card in reader.story_cards()}
        named = [find_story(reader, name) for name in ids]
        found = reader.findings()
    if not named:
        live = {key: card for key, card in every.items() if card.status != "retired"}
        return _sorted(found), live
    cards = {card.id: card for card in named}
    paths = {card.path for card in named}
    kept = [f for f in found if f.story in cards or (not f.story and f.path in paths)]
    return _sorted(kept), cards


def _sorted(findings: Sequence[Finding]) -> list[Finding]:
    """By file and story, in each the gravest first."""
    return sorted(findings, key=lambda f: (f.path, f.story, _GRAVE[f.severity], f.line, f.rule))


def _show(found: Sequence[Finding], cards: dict[str, StoryCard], *, everything: bool) -> None:
    from kb.render.checking import checked_text, findings_text

    page = common.page()
    shown = [finding for finding in found if everything or finding.severity != "info"]
    lines = findings_text(shown, cards, page)
    last = checked_text(shown, len(cards), len(found) - len(shown), page)
    if page.width:
        lines = [*lines, *([""] if lines else []), *last]
    else:
        click.echo("\n".join(last), err=True)
    if lines:
        click.echo("\n".join(lines))


def _rules(space: Workspace) -> list[tuple[str, str, str, str]]:
    """(id, how it is set, what it points out, source) of each rule."""
    from kb import check

    settings = check.read_settings(space.check.text, space.check.line, space.level)
    found = []
    for rule in check.RULES.values():
        setting = settings.of(rule)
        found.append((rule.id, _set(rule, setting), rule.about, rule.source))
    return found


def _set(rule: Rule, setting: RuleSetting) -> str:
    """How a rule is set: its severity and numbers, or off."""
    if not setting.on:
        return "off"
    numbers = [
        f"{each.name} {setting.limits[each.name]:g}{' ' + each.unit if each.unit else ''}"
        for each in rule.thresholds
    ]
    return ", ".join([setting.severity, *numbers])


def _show_rules(space: Workspace, as_json: bool) -> None:
    from kb.render.checking import rules_text

    if as_json:
        keys = ("id", "set", "about", "source")
        common.echo_json([dict(zip(keys, rule, strict=True)) for rule in _rules(space)])
        return
    click.echo(rules_text(_rules(space), common.page()))


def _show_sarif(space: Workspace, found: Sequence[Finding]) -> None:
    from kb import __version__
    from kb.render.checking import sarif

    common.echo_json(sarif(found, _rules(space), __version__))
