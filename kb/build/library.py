"""The library: the guides that come with kb, which the ranking leans on whatever a
workspace's own guides are."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from kb.domain import LibraryQuestion
from kb.files.shipped import shipped_files

if TYPE_CHECKING:
    from datetime import date

    from kb.domain import Passage
    from kb.files import Workspace

# What the ranking takes from a library question: how it is asked and how it is answered.
KINDS = ("question", "variant", "example")


@dataclass(frozen=True, slots=True)
class LibraryText:
    """The library before it is embedded: its questions by id, and the passages of each."""

    questions: tuple[LibraryQuestion, ...]
    passages: tuple[tuple[Passage, ...], ...]


def check_stamp(workspace: Workspace, today: date) -> str:
    """What changes when the rules, their settings or the month (stories grow old) do."""
    from kb.check import VERSION

    return f"{VERSION} {workspace.level} {today:%Y-%m} {workspace.check.text}"


def library_stamp(guides: Path) -> str:
    """What changes when a shipped guide does: names, sizes and times, unread."""
    marks = []
    for name, path in shipped_files(guides):
        info = path.stat()
        marks.append(f"{name}:{info.st_size}:{info.st_mtime_ns}")
    return "|".join(marks)


def library_hash(guides: Path) -> str:
    """The hash of the shipped guides' bytes."""
    digest = sha256()
    for name, path in shipped_files(guides):
        digest.update(name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def read_library(guides: Path) -> LibraryText:
    """Parse the shipped guides. They are ours, so a fault in them is a bug, not a finding."""
    from kb.parse.guide import parse_guide
    from kb.parse.slug import slug
    from kb.passages import guide_passages

    found: dict[str, tuple[LibraryQuestion, list[Passage]]] = {}
    for name, path in shipped_files(guides):
        if not name.endswith(".md"):
            continue
        text = path.read_text(encoding="utf-8")
        guide = parse_guide(text, path=name, guide_id=slug(path.stem)).guide
        for question in guide.questions:
            said = LibraryQuestion(question.id, question.text, guide.title, question.competencies)
            found[question.id] = (said, [])
        for passage in guide_passages(guide):
            if passage.kind in KINDS:
                found[passage.owner][1].append(passage)
    ordered = [found[key] for key in sorted(found)]
    return LibraryText(tuple(q for q, _ in ordered), tuple(tuple(p) for _, p in ordered))
