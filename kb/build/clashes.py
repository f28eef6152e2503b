"""Files as they were read in a build, and the story ids that more than one of them claims."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from kb.domain import FileState, Finding, Guide, Story


@dataclass(frozen=True, slots=True)
class Item:
    """One file that was read in this build.

    keep: what the index has of it stays (it did not change, or cannot be read
    now), but for the stories in `lost`, whose ids another file has.
    """

    state: FileState
    stories: tuple[Story, ...] = ()
    guide: Guide | None = None
    findings: tuple[Finding, ...] = ()
    keep: bool = False
    lost: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, order=True)
class Loss:
    """The file at `path` loses a story's id to the one at `winner` (itself, if told twice)."""

    path: str
    story: str
    winner: str


def story_losses(
    read: Mapping[str, Item], unread: Collection[str], held: Mapping[str, list[str]]
) -> list[Loss]:
    """Story ids claimed by more than one file or twice in one; the first in path order keeps each.

    held: path -> ids that the index has of it, which are the claims of a file
    that was not read or is kept.
    """
    claims: dict[str, list[str]] = {}
    for path, item in read.items():
        for one in held.get(path, []) if item.keep else [s.id for s in item.stories]:
            claims.setdefault(one, []).append(path)
    for path in unread:
        for one in held.get(path, []):
            claims.setdefault(one, []).append(path)
    losses: set[Loss] = set()
    for one, paths in claims.items():
        first, *rest = sorted(paths)
        losses |= {Loss(path, one, first) for path in rest}
    return sorted(losses)


def drop_losers(read: dict[str, Item], losses: Collection[Loss]) -> None:
    """Take the losing stories out of their items, with a finding for each."""
    for loss in losses:
        item = read[loss.path]
        same = [s for s in item.stories if s.id == loss.story]
        inside = loss.path == loss.winner
        where = "an earlier story of this file" if inside else loss.winner
        line = same[-1].line if same else 0
        finding = Finding(
            "duplicate-story",
            "error",
            f"its story id `{loss.story}` is that of {where} too; only that one is kept.",
            loss.path,
            line,
            "Give one of them another id.",
            loss.story,
        )
        kept = same[:1] if inside else []
        stories = [s for s in item.stories if s.id != loss.story or s in kept]
        read[loss.path] = replace(
            item,
            state=replace(item.state, ok=False),
            stories=tuple(stories),
            findings=(*item.findings, finding),
            lost=(*item.lost, loss.story) if item.keep else (),
        )
