"""Which files are guides and stories, and which of them may have changed."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

from kb.domain import Finding
from kb.errors import reason_of
from kb.files.config import CONFIG_NAME, FRAMEWORKS
from kb.parse.slug import slug

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kb.files.workspace import Folder, Workspace

Kind = Literal["guide", "story"]
EXTENSIONS: dict[Kind, frozenset[str]] = {
    "guide": frozenset({"md", "markdown", "mdx", "txt"}),
    "story": frozenset({"md", "markdown", "txt", "yaml", "yml"}),
}


class Stamp(NamedTuple):
    """What tells without reading that a file may have changed. size in bytes."""

    size: int
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class Source:
    """A guide or story file on disk.

    path: as users see it, POSIX, relative to the workspace (for a folder that
    lies elsewhere: as kb.yaml names it, and on from there). folder: the name of
    its content or personal folder. abspath: to open it, links resolved.
    """

    path: str
    kind: Kind
    size: int
    mtime_ns: int
    folder: str
    abspath: str

    @property
    def stamp(self) -> Stamp:
        """Its size and time of change."""
        return Stamp(self.size, self.mtime_ns)


@dataclass(frozen=True, slots=True)
class Changes:
    """The files against what is known: `touched` have another stamp and must be hashed to tell
    whether their content changed; `gone` are the known paths with no file."""

    new: tuple[Source, ...]
    touched: tuple[Source, ...]
    untouched: tuple[Source, ...]
    gone: tuple[str, ...]

    @property
    def count(self) -> int:
        """How many files may differ from what is known."""
        return len(self.new) + len(self.touched) + len(self.gone)


@dataclass(frozen=True, slots=True)
class Scan:
    """What lies in a workspace: `sources` in order of path, what changed, and what was left out."""

    sources: tuple[Source, ...]
    changes: Changes
    findings: tuple[Finding, ...]


def scan(workspace: Workspace, known: Mapping[str, Stamp] | None = None) -> Scan:
    """The guide and story files of `workspace`, compared with the `known` stamps by path.

    Left out without a word: names that begin with "." or "_" (folders with all
    that is in them), README files among the stories, other extensions. Left out
    with a finding: links that lead out of the workspace, what is no regular
    file, folders that cannot be read, names that are not UTF-8. Nothing is read.
    """
    walk = _Walk(workspace)
    kinds: tuple[tuple[Kind, tuple[Folder, ...]], ...] = (
        ("guide", workspace.content),
        ("story", workspace.personal),
    )
    for kind, folders in kinds:
        for folder in folders:
            walk.tree(_Place(kind, folder.name, str(folder.path), folder.name))
    walk.links()
    sources = tuple(sorted(walk.sources, key=lambda source: source.path))
    return Scan(sources, compare(sources, known or {}), tuple(walk.findings))


def compare(sources: Iterable[Source], known: Mapping[str, Stamp]) -> Changes:
    """`sources` against the `known` stamps by path, each list in the order given."""
    new: list[Source] = []
    touched: list[Source] = []
    untouched: list[Source] = []
    seen: set[str] = set()
    for source in sources:
        seen.add(source.path)
        before = known.get(source.path)
        if before is None:
            new.append(source)
        elif before.size == source.size and before.mtime_ns == source.mtime_ns:
            untouched.append(source)
        else:
            touched.append(source)
    gone = tuple(path for path in known if path not in seen)
    return Changes(tuple(new), tuple(touched), tuple(untouched), gone)


def guide_id(source: Source) -> str:
    """The path under its content folder, without extension, each name as a slug."""
    prefix = "" if source.folder == "." else f"{source.folder.rstrip('/')}/"
    parts = source.path.removeprefix(prefix).split("/")
    parts[-1] = parts[-1].rpartition(".")[0]
    return "/".join(slug(part) for part in parts)


def guide_ids(sources: Iterable[Source]) -> tuple[dict[str, str], tuple[Finding, ...]]:
    """The guide id of every guide among `sources`, by path; a clash gets "-2" and a finding."""
    ids: dict[str, str] = {}
    owners: dict[str, str] = {}
    findings: list[Finding] = []
    for source in sources:
        if source.kind != "guide":
            continue
        plain = name = guide_id(source)
        number = 1
        while name in owners:
            number += 1
            name = f"{plain}-{number}"
        if name != plain:
            message = f"Its id `{plain}` is that of {owners[plain]} already; it is now `{name}`."
            findings.append(
                Finding("duplicate-guide-id", "warning", message, source.path, 0, "Rename one.")
            )
        ids[source.path] = name
        owners[name] = source.path
    return ids, tuple(findings)


class _Place(NamedTuple):
    """A folder to walk, or a link to look at. folder: the content or personal folder's name;
    path: on disk; shown: as users see it."""

    kind: Kind
    folder: str
    path: str
    shown: str


class _Walk:
    """A walk through a workspace: what was found, and the links still to be followed."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.sources: list[Source] = []
        self.findings: list[Finding] = []
        self.pending: list[_Place] = []
        self._seen: set[str] = set()
        self._files: set[str] = set()
        folders = (*workspace.content, *workspace.personal)
        self._config = str(workspace.root / CONFIG_NAME)
        self._roots = {str(folder.path) for folder in folders}
        self._apart = {*self._roots, str(workspace.root / FRAMEWORKS)}

    def tree(self, start: _Place) -> None:
        """Everything under a folder. A folder inside it that is itself configured is not entered:
        it is walked as what it is; nor is that of the owner's own frameworks."""
        stack = [start]
        while stack:
            place = stack.pop()
            if place.path in self._seen:
                continue
            self._seen.add(place.path)
            try:
                with os.scandir(place.path) as entries:
                    for entry in entries:
                        inner = self._entry(entry, place)
                        if inner is not None and inner.path not in self._apart:
                            stack.append(inner)
            except FileNotFoundError:
                continue  # a default folder that was never made, or one just removed
            except OSError as error:
                reason = reason_of(error)
                said = f"cannot be read ({reason})."
                self._find("unreadable", "error", said, place.shown, "Check its permissions.")

    def links(self) -> None:
        """Follow the links met on the way, last, so that a file is known by its real name."""
        while self.pending:
            links = sorted(self.pending, key=lambda link: link.shown)
            self.pending.clear()
            for link in links:
                target = os.path.realpath(link.path)
                if not self._inside(target):
                    self._outside(link)
                elif os.path.isdir(target):  # noqa: PTH112
                    self.tree(_Place(link.kind, link.folder, target, link.shown))
                else:
                    self._file(link, target)

    def _entry(self, entry: os.DirEntry[str], place: _Place) -> _Place | None:
        """Take a file or link in; return a folder, to be walked."""
        name = entry.name
        if name[0] in "._":
            return None
        shown = name if place.shown == "." else f"{place.shown}/{name}"
        inner = _Place(place.kind, place.folder, entry.path, shown)
        if entry.is_symlink():
            if _wanted(name, place.kind) or os.path.isdir(entry.path):  # noqa: PTH112
                self.pending.append(inner)
        elif entry.is_dir(follow_symlinks=False):
            return inner
        elif _wanted(name, place.kind) and entry.path != self._config:
            if not entry.is_file(follow_symlinks=False):
                self._find("not-a-file", "warning", "is not a regular file; it is left out.", shown)
                return None
            with suppress(FileNotFoundError):  # removed since it was listed
                self._add(inner, entry.path, entry.stat(follow_symlinks=False))
        return None

    def _file(self, link: _Place, target: str) -> None:
        try:
            info = os.stat(target)  # noqa: PTH116
        except OSError:
            self._find(
                "broken-link", "warning", "is a link to nothing; it is left out.", link.shown
            )
            return
        self._add(link, target, info)

    def _add(self, place: _Place, abspath: str, info: os.stat_result) -> None:
        if abspath in self._files:
            return
        self._files.add(abspath)
        if not place.shown.isascii() and _printable(place.shown) != place.shown:
            self._find("bad-name", "error", "has a name that is not UTF-8; rename it.", place.shown)
            return
        self.sources.append(
            Source(place.shown, place.kind, info.st_size, info.st_mtime_ns, place.folder, abspath)
        )

    def _inside(self, target: str) -> bool:
        roots = (str(self.workspace.root), *self._roots)
        return any(target == root or target.startswith(root.rstrip("/") + os.sep) for root in roots)

    def _outside(self, link: _Place) -> None:
        message = "is a link that leads out of the workspace; it is not followed."
        hint = "Name its target in kb.yaml, or copy the file here."
        self._find("outside-link", "warning", message, link.shown, hint)

    def _find(
        self,
        rule: str,
        severity: Literal["error", "warning"],
        message: str,
        path: str,
        hint: str = "",
    ) -> None:
        self.findings.append(Finding(rule, severity, message, _printable(path), 0, hint))


def _printable(name: str) -> str:
    """A name, with a backslash and digits for each byte that is not UTF-8."""
    return name.encode("utf-8", "backslashreplace").decode()


def _wanted(name: str, kind: Kind) -> bool:
    """Whether a name is that of a guide or story, by extension; README files are no stories."""
    stem, dot, extension = name.rpartition(".")
    if not dot or extension.lower() not in EXTENSIONS[kind]:
        return False
    return kind == "guide" or not stem.lower().startswith("readme")
