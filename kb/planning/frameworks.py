"""The frameworks there are: those that ship with kb, and the workspace's own beside kb.yaml."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kb.domain import Finding
from kb.errors import DocumentError, UsageError, reason_of
from kb.files import FRAMEWORKS
from kb.portfolio.frameworks import parse_framework

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from kb.files import Workspace
    from kb.portfolio.frameworks import ParsedFramework
    from kb.portfolio.types import Framework

_DATA: Final = Path(__file__).resolve().parents[1] / "data"
_ENDINGS: Final = frozenset({".yaml", ".yml"})


@dataclass(frozen=True, slots=True)
class Frameworks:
    """All that can be used, by id, in the order in which they are listed: the shipped ones,
    then the workspace's own. findings: what was noticed of the workspace's files."""

    by_id: dict[str, Framework]
    findings: tuple[Finding, ...] = ()

    def named(self, name: str) -> Framework:
        """The one of this id, or the only one whose id or name begins so. Raises UsageError."""
        wanted = name.strip().casefold()
        for framework in self.by_id.values():
            if wanted in (framework.id, framework.name.casefold()):
                return framework
        plain = wanted.replace(" ", "-").replace("_", "-")
        near = [
            framework
            for framework in self.by_id.values()
            if plain
            and (framework.id.startswith(plain) or framework.name.casefold().startswith(wanted))
        ]
        if len(near) == 1:
            return near[0]
        ids = ", ".join(framework.id for framework in near or self.by_id.values())
        if near:
            raise UsageError(f"{name!r} could be several: {ids}.", "Type a little more.")
        raise UsageError(f"there is no framework {name!r}.", f"There are: {ids}.")


def frameworks(workspace: Workspace | None, competencies: Collection[str]) -> Frameworks:
    """The shipped frameworks and the workspace's own; one of the same id as a shipped one
    stands in its place, which is said. competencies: the canonical ids.

    A file that cannot be used is a finding, and the others are read all the same.
    """
    found = {one.id: one for one in _shipped(competencies)}
    shipped = set(found)
    findings: list[Finding] = []
    for parsed in _own(workspace, competencies) if workspace else ():
        findings += parsed.findings
        own = parsed.framework
        if own is None:
            continue
        if own.id in found and own.id not in shipped:
            message = f"the id `{own.id}` is that of {found[own.id].path} already; it is left out."
            hint = "Give it another id."
            findings.append(Finding("framework-id", "error", message, own.path, own.line, hint))
            continue
        if own.id in shipped:
            message = f"it stands in place of the framework `{own.id}` that ships with kb."
            findings.append(Finding("framework-replaces", "info", message, own.path, own.line))
            shipped.remove(own.id)
        found[own.id] = own
    return Frameworks(found, tuple(findings))


def framework_text(workspace: Workspace | None, framework: Framework) -> str:
    """A framework as it is written, YAML. Raises DocumentError where it cannot be read now."""
    from kb.files import read_text

    root = workspace.root if framework.path and workspace else _DATA / FRAMEWORKS
    name = framework.path or f"{framework.id}.yaml"
    return read_text(root / name, shown=framework.path or name)


def memory_prompts() -> dict[str, tuple[str, ...]]:
    """Questions that help to remember, three or more for each competency, by its id."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    text = (_DATA / "memory_prompts.yaml").read_text(encoding="utf-8")
    prompts: dict[str, list[str]] = loader(text).get_single_data()
    return {competency: tuple(some) for competency, some in prompts.items()}


def _shipped(competencies: Collection[str]) -> Iterator[Framework]:
    """Ours, so that a fault in one is a bug and not a finding."""
    for path in sorted((_DATA / FRAMEWORKS).glob("*.yaml")):
        text = path.read_text(encoding="utf-8")
        parsed = parse_framework(text, path=path.name, stem=path.stem, competencies=competencies)
        if parsed.framework is not None:
            yield replace(parsed.framework, path="", line=0)


def _own(workspace: Workspace, competencies: Collection[str]) -> Iterator[ParsedFramework]:
    """The workspace's, each as it was parsed; names that begin with "." or "_" are left out."""
    from kb.files import read_text
    from kb.portfolio.frameworks import ParsedFramework as Parsed

    folder = workspace.root / FRAMEWORKS
    try:
        paths = sorted(folder.iterdir())
    except FileNotFoundError:
        return
    except OSError as error:
        reason = reason_of(error)
        message = f"cannot be read ({reason})."
        hint = "Frameworks are files such as frameworks/acme.yaml."
        yield Parsed(
            None, (Finding("framework-unreadable", "error", message, FRAMEWORKS, 0, hint),)
        )
        return
    for path in paths:
        if path.name[0] in "._" or path.suffix.lower() not in _ENDINGS:
            continue
        shown = f"{FRAMEWORKS}/{path.name}".encode("utf-8", "backslashreplace").decode()
        try:
            if not Path(os.path.realpath(path)).is_relative_to(workspace.root):
                message = "is a link that leads out of the workspace; it is not followed."
                raise DocumentError(message, "Copy the file here.", shown)
            text = read_text(path, shown=shown)
            yield parse_framework(text, path=shown, stem=path.stem, competencies=competencies)
        except DocumentError as error:
            rule = "framework-unreadable"
            finding = Finding(rule, "error", error.message, error.path, error.line, error.hint)
            yield Parsed(None, (finding,))
