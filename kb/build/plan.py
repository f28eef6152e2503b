"""What changed on disk since the last build: files read, parsed, and told apart by id."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from kb.domain import FileState, Finding, Guide, Story
from kb.errors import DocumentError
from kb.files import Document, Scan, Source, Stamp, guide_ids, read_source, scan

if TYPE_CHECKING:
    from kb.files import Workspace
    from kb.store import Reader


@dataclass(frozen=True, slots=True)
class Known:
    """What the index holds, as a plan needs it. stories, guides: path -> ids."""

    files: Mapping[str, FileState] = field(default_factory=dict)
    stories: Mapping[str, list[str]] = field(default_factory=dict)
    guides: Mapping[str, list[str]] = field(default_factory=dict)
    findings: Mapping[str, tuple[Finding, ...]] = field(default_factory=dict)

    @classmethod
    def read(cls, reader: Reader) -> Known:
        """All of it, from an open index."""
        found: dict[str, tuple[Finding, ...]] = {}
        for finding in reader.findings():
            found[finding.path] = (*found.get(finding.path, ()), finding)
        return cls(reader.files(), reader.story_ids_by_path(), reader.guide_ids_by_path(), found)


@dataclass(frozen=True, slots=True)
class Item:
    """One file that was read in this build. `content` None: keep what was there."""

    state: FileState
    stories: tuple[Story, ...] = ()
    guide: Guide | None = None
    findings: tuple[Finding, ...] = ()
    keep: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do to the index. paths in `removed` are no longer there.

    unchanged counts files; touched are unchanged files whose stamp moved;
    findings are about no one file (links that lead out, folders unreadable).
    """

    added: tuple[Item, ...]
    changed: tuple[Item, ...]
    failed: tuple[Item, ...]
    removed: tuple[str, ...]
    touched: tuple[FileState, ...]
    unchanged: int
    findings: tuple[Finding, ...]

    @property
    def items(self) -> tuple[Item, ...]:
        """Every file to be written."""
        return (*self.added, *self.changed, *self.failed)

    def writes(self, known: Known) -> bool:
        """Whether the index would differ afterwards."""
        if self.added or self.changed or self.removed or self.touched:
            return True
        return any(
            known.files.get(i.state.path) != i.state
            or set(known.findings.get(i.state.path, ())) != set(i.findings)
            for i in self.failed
        )


def make_plan(workspace: Workspace, known: Known, competencies: Collection[str]) -> Plan:
    """Compare the workspace with the index; only files whose stamp moved are read."""
    found = scan(workspace, {p: Stamp(f.size, f.mtime_ns) for p, f in known.files.items() if f.ok})
    files = _Files(known, competencies, *guide_ids(found.sources))
    moved = [*found.changes.new, *found.changes.touched]
    read = {s.path: files.read(s) for s in moved}
    unchanged = {s.path for s in found.changes.untouched}
    unchanged |= {p for p, item in read.items() if item.keep and item.state.ok}
    sources = {s.path: s for s in found.sources}
    for path in sorted(p for p in unchanged if files.renamed(p)):
        read[path] = files.read(sources[path], force=True)
    unchanged -= {p for p, item in read.items() if not item.keep}
    losses = _clashes(read, unchanged, known)
    for path in sorted({p for p, _, _ in losses} & unchanged):
        # an unread file lost an id to one that is earlier in path order
        read[path] = files.read(sources[path], force=True)
    unchanged -= {p for p, item in read.items() if not item.keep}
    _drop_losers(read, losses)
    return _sort_out(read, known, found, len(unchanged))


@dataclass(frozen=True, slots=True)
class _Files:
    """Reads files into items. ids: guide ids by path; clashes: findings about them."""

    known: Known
    competencies: Collection[str]
    ids: Mapping[str, str]
    clashes: tuple[Finding, ...]

    def renamed(self, path: str) -> bool:
        """Whether a guide's id is no longer the one it has in the index."""
        before = self.known.guides.get(path)
        return bool(before) and path in self.ids and before != [self.ids[path]]

    def read(self, source: Source, *, force: bool = False) -> Item:
        """The file as an item; `force` parses it even if its content is known."""
        before = self.known.files.get(source.path)
        state = FileState(source.path, source.kind, "", source.size, source.mtime_ns, ok=False)
        try:
            document = read_source(source)
            state = replace(
                state, sha256=document.sha256, size=document.size, mtime_ns=document.mtime_ns
            )
            same = before and before.ok and before.sha256 == document.sha256
            if same and not (force or self.renamed(source.path)):
                return Item(replace(state, ok=True), keep=True)
            return self._parsed(document, replace(state, ok=True))
        except DocumentError as error:
            finding = Finding(
                "unreadable", "error", error.message, source.path, error.line, error.hint
            )
            return Item(state, findings=(finding,), keep=True)

    def _parsed(self, document: Document, state: FileState) -> Item:
        path = document.path
        if document.kind == "guide":
            from kb.parse.guide import parse_guide

            guide = parse_guide(
                document.text,
                path=path,
                guide_id=self.ids[path],
                competencies=self.competencies,
            )
            findings = (*guide.findings, *(f for f in self.clashes if f.path == path))
            return Item(state, guide=guide.guide, findings=findings)
        from kb.parse.story import parse_stories

        stories = parse_stories(document.text, path=path, competencies=self.competencies)
        return Item(state, stories=stories.stories, findings=stories.findings)


Loss = tuple[str, str, str]  # losing path, id, winning path


def _clashes(read: Mapping[str, Item], unchanged: set[str], known: Known) -> list[Loss]:
    """Story ids claimed by more than one file; the first in path order keeps each."""
    claims: dict[str, list[str]] = {}
    for path, item in read.items():
        held = known.stories.get(path, []) if item.keep else [s.id for s in item.stories]
        for one in held:
            claims.setdefault(one, []).append(path)
    for path in unchanged - set(read):
        for one in known.stories.get(path, []):
            claims.setdefault(one, []).append(path)
    losses: list[Loss] = []
    for one, paths in claims.items():
        first, *rest = sorted(paths)
        losses += [(path, one, first) for path in rest]
    return losses


def _drop_losers(read: dict[str, Item], losses: Iterable[Loss]) -> None:
    for path, one, winner in sorted(losses):
        item = read[path]
        line = next((s.line for s in item.stories if s.id == one), 1)
        twice = path == winner
        where = "an earlier story in this file" if twice else winner
        finding = Finding(
            "duplicate-story",
            "error",
            f"its story id `{one}` is that of {where} too; only that one is kept.",
            path,
            line,
            "Give one of them another id.",
            one,
        )
        kept = [s for s in item.stories if s.id != one]
        if twice:
            kept = _first_of_each(item.stories)
        read[path] = replace(
            item,
            state=replace(item.state, ok=False),
            stories=tuple(kept),
            findings=(*item.findings, finding),
            keep=False,
        )


def _first_of_each(stories: Iterable[Story]) -> list[Story]:
    first: dict[str, Story] = {}
    for story in stories:
        first.setdefault(story.id, story)
    return list(first.values())


def _sort_out(read: Mapping[str, Item], known: Known, found: Scan, unchanged: int) -> Plan:
    groups: dict[str, list[Item]] = {"added": [], "changed": [], "failed": []}
    touched: list[FileState] = []
    for path, item in sorted(read.items()):
        if item.keep and item.state.ok:
            touched.append(item.state)
        elif not item.state.ok:
            groups["failed"].append(item)
        elif path in known.files:
            groups["changed"].append(item)
        else:
            groups["added"].append(item)
    present = {s.path for s in found.sources}
    return Plan(
        added=tuple(groups["added"]),
        changed=tuple(groups["changed"]),
        failed=tuple(groups["failed"]),
        removed=tuple(sorted(p for p in known.files if p not in present)),
        touched=tuple(touched),
        unchanged=unchanged,
        findings=found.findings,
    )
