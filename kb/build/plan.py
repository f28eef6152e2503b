"""What changed on disk since the last build: files read, parsed, and told apart by id."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from kb.build.clashes import Item, drop_losers, story_losses
from kb.domain import FileState, Finding
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
            if finding.story:
                continue  # of `kb check`, and not of reading the file
            found[finding.path] = (*found.get(finding.path, ()), finding)
        return cls(reader.files(), reader.story_ids_by_path(), reader.guide_ids_by_path(), found)


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
    ids, clashes = guide_ids(found.sources)
    files = _Files(known, competencies, ids, clashes)
    sources = {s.path: s for s in found.sources}
    unchanged = {s.path for s in found.changes.untouched if known.files[s.path].kind == s.kind}
    read = {p: files.read(s) for p, s in sources.items() if p not in unchanged}
    read.update(_out_of_sight(known, found))
    again = files.avoid_kept_ids(read)
    again |= {p for p in unchanged if files.renamed(p)}
    read.update({p: files.read(sources[p], force=True) for p in sorted(again)})
    losses = story_losses(read, unchanged - set(read), known.stories)
    unread = {loss.path for loss in losses} - set(read)
    # an unread file lost an id to one that is earlier in path order
    read.update({p: files.read(sources[p], force=True) for p in sorted(unread)})
    drop_losers(read, losses)
    unchanged = {p for p in unchanged if p not in read or (read[p].keep and read[p].state.ok)}
    unchanged |= {p for p, item in read.items() if item.keep and item.state.ok}
    return _sort_out(read, known, found, len(unchanged))


def _out_of_sight(known: Known, found: Scan) -> dict[str, Item]:
    """Known files under a folder that could not be read: they are kept, and fail."""
    folders = [f.path for f in found.findings if f.rule == "unreadable"]
    present = {s.path for s in found.sources}
    items = {}
    for path, state in known.files.items():
        folder = next((f for f in folders if f == "." or path.startswith(f"{f}/")), None)
        if folder is not None and path not in present:
            finding = Finding(
                "unreadable", "error", f"its folder {folder} cannot be read.", path, 0,
                "Check its permissions.",
            )  # fmt: skip
            items[path] = Item(replace(state, ok=False), findings=(finding,), keep=True)
    return items


@dataclass(frozen=True, slots=True)
class _Files:
    """Reads files into items. ids: guide ids by path; clashes: findings about them."""

    known: Known
    competencies: Collection[str]
    ids: dict[str, str]
    clashes: tuple[Finding, ...]

    def renamed(self, path: str) -> bool:
        """Whether a guide's id is no longer the one it has in the index."""
        before = self.known.guides.get(path)
        return bool(before) and path in self.ids and before != [self.ids[path]]

    def avoid_kept_ids(self, read: Mapping[str, Item]) -> set[str]:
        """Give another id to every guide that would take that of a kept, unreadable one.

        The paths among `read` that must be read again for it.
        """
        kept = {
            one: path
            for path, item in read.items()
            if item.keep and not item.state.ok
            for one in self.known.guides.get(path, [])
        }
        again = set()
        for path, one in sorted(self.ids.items()):
            if kept.get(one, path) == path:
                continue
            number = 2
            while f"{one}-{number}" in {*kept, *self.ids.values()}:
                number += 1
            self.ids[path] = f"{one}-{number}"
            if path in read and not read[path].keep:
                again.add(path)
        return again

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
            same = same and before.kind == source.kind if before else False
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
        removed=tuple(sorted(p for p in known.files if p not in present and p not in read)),
        touched=tuple(touched),
        unchanged=unchanged,
        findings=found.findings,
    )
