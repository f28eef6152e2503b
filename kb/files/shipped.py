"""What comes with the package: guides, samples, the README of personal/, and the competencies."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kb.domain import Competency
from kb.errors import WorkspaceError

if TYPE_CHECKING:
    from collections.abc import Iterator

_PACKAGE = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Shipped:
    """Absolute paths: the folder of guides, the folder of sample stories, the README's file."""

    guides: Path
    samples: Path
    readme: Path


def shipped() -> Shipped:
    """Where the shipped files lie: in the wheel under kb/data/, in a source checkout beside kb/.

    Raises WorkspaceError when the installation lacks them.
    """
    data, checkout = _PACKAGE / "data", _PACKAGE.parent
    for found in (
        Shipped(data / "content", data / "samples", data / "personal-readme.md"),
        Shipped(
            checkout / "content",
            checkout / "personal" / "samples",
            checkout / "personal" / "README.md",
        ),
    ):
        if found.guides.is_dir():
            return found
    raise WorkspaceError(
        "The guides that come with kb are missing from this installation.", "Install it again."
    )


def shipped_files(folder: Path) -> Iterator[tuple[str, Path]]:
    """The files under `folder` in order, as (POSIX path below it, path); names with a leading
    "." or "_" are left out."""
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if path.is_file() and not any(part[0] in "._" for part in name.parts):
            yield name.as_posix(), path


def competencies() -> dict[str, Competency]:
    """The canonical competencies by id, in the order of kb/data/competencies.yaml.

    Imports and parses YAML at each call (about 20 ms the first time): keep the answer.
    """
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    text = (_PACKAGE / "data" / "competencies.yaml").read_text(encoding="utf-8")
    groups: dict[str, dict[str, str]] = loader(text).get_single_data()["groups"]
    return {
        name: Competency(name, group, description)
        for group, members in groups.items()
        for name, description in members.items()
    }
