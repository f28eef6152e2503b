"""What `kb doctor` looks at: whether all that kb needs is there and in order. Nothing is changed.

Each look stands alone, so that one broken thing hides no other; a fault that no one thought of
becomes a line too.
"""

from __future__ import annotations

import os
import platform
import shutil
import stat
import sys
from importlib import metadata
from typing import TYPE_CHECKING, Final

from kb import store
from kb.domain import Look
from kb.embed import PACKAGED_MODEL
from kb.errors import KBError, StoreError
from kb.files import Stamp, scan
from kb.journal import read

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from kb.embed import Compiled
    from kb.files import Workspace

PACKAGE: Final = "answer-portfolio"
AGAIN: Final = "Install kb again: make setup"
LEAST_PYTHON: Final = (3, 11)
LEAST_FREE: Final = (
    500_000_000  # bytes: the compiled model takes 100 MB, an index of 200 stories 40
)
SHOWN: Final = 3  # lines of the journal, packages, files
OPEN_TO_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


def of_machine(cache: Path, encodings: Mapping[str, str], browser: str | None) -> Iterator[Look]:
    """What belongs to no workspace. encodings: of each stream that kb writes to; browser: the
    program that makes PDFs, None where there is none."""
    yield from _safe("python", _python)
    yield from _safe("packages", _packages)
    yield from _safe("sqlite", _sqlite)
    yield from _safe("cache", lambda: _cache(cache))
    yield from _safe("encoding", lambda: _encoding(encodings))
    yield from _safe("pdf", lambda: _pdf(browser))


def of_workspace(space: Workspace, compiled: Callable[[], Compiled | None]) -> Iterator[Look]:
    """What belongs to a workspace. compiled: its model as it is kept, None for none."""
    yield from _safe("workspace", lambda: _folders(space))
    yield from _safe("model", lambda: _model(space, compiled()))
    yield from _safe("index", lambda: _index(space))
    yield from _safe("files", lambda: _files(space))
    yield from _safe("journal", lambda: _journal(space))
    yield from _safe("private", lambda: _private(space))
    yield from _safe("disk", lambda: _disk(space.root))


def _safe(name: str, look: Callable[[], Look]) -> Iterator[Look]:
    try:
        yield look()
    except KBError as error:
        said = f"{error.place}: {error.message}" if error.place else error.message
        yield Look(name, "wrong", said, error.hint)
    except ImportError as error:
        yield Look(name, "wrong", f"{error.name or error} cannot be imported.", AGAIN)
    except Exception as error:  # it is the one command that must end on any machine
        hint = "Please report it."
        yield Look(name, "wrong", f"cannot be looked at ({type(error).__name__}: {error}).", hint)


def _python() -> Look:
    version = platform.python_version()
    if sys.version_info < LEAST_PYTHON:
        return Look("python", "wrong", f"{version} is too old.", "Install Python 3.11 or newer.")
    return Look("python", "ok", f"{version} at {sys.executable}")


def _packages() -> Look:
    try:
        own, asked = metadata.version(PACKAGE), metadata.requires(PACKAGE) or []
    except metadata.PackageNotFoundError:
        return Look("packages", "wrong", "kb itself is not installed.", "Install it: make setup")
    # torch, since sentence-transformers cannot do without it, whichever build it is
    wanted = [*(line.strip() for line in asked if "extra ==" not in line), "torch"]
    missing = [name for line in wanted if not _installed(name := _name(line))]
    if missing:
        return Look("packages", "wrong", f"missing: {_first(missing)}.", AGAIN)
    others = [said for line in wanted if (said := _other_version(line))]
    if others:
        return Look("packages", "wrong", f"not the right version: {_first(others)}.", AGAIN)
    return Look("packages", "ok", f"kb {own} and the {len(wanted)} packages that it needs")


def _first(found: list[str]) -> str:
    return ", ".join(found[:SHOWN]) + (" and more" if len(found) > SHOWN else "")


def _other_version(line: str) -> str:
    """What is installed instead of the versions that a requirement allows, or ""."""
    from packaging.requirements import Requirement

    wanted = Requirement(line)
    found = metadata.version(wanted.name)
    fits = wanted.specifier.contains(found, prereleases=True)
    return "" if fits else f"{wanted.name} {found} (wanted {wanted.specifier})"


def _name(requirement: str) -> str:
    end = next((n for n, c in enumerate(requirement) if not (c.isalnum() or c in "-_.")), None)
    return requirement[:end]


def _installed(name: str) -> bool:
    try:
        metadata.version(name)
    except metadata.PackageNotFoundError:
        return False
    return True


def _sqlite() -> Look:
    version, full_text = store.engine()
    if not full_text:
        hint = "Use a Python whose sqlite3 has FTS5; those of python.org have."
        return Look("sqlite", "wrong", f"{version} has no full-text search.", hint)
    return Look("sqlite", "ok", f"{version}, with full-text search")


def _cache(cache: Path) -> Look:
    there = next(folder for folder in (cache, *cache.parents) if folder.exists())
    if not os.access(there, os.W_OK | os.X_OK):
        hint = "Give yourself access to it, or set XDG_CACHE_HOME."
        return Look("cache", "wrong", f"{there} cannot be written to.", hint)
    size = sum(path.stat().st_size for path in cache.rglob("*") if path.is_file())
    return Look("cache", "ok", f"{cache}, {size / 1e6:.0f} MB")


def _encoding(encodings: Mapping[str, str]) -> Look:
    found = {**encodings, "file names": sys.getfilesystemencoding()}
    others = [f"{name} in {kind}" for name, kind in found.items() if not _is_utf8(kind)]
    if others:
        hint = "Set PYTHONUTF8=1, or a UTF-8 locale: export LANG=C.UTF-8"
        return Look("encoding", "wrong", f"not UTF-8: {', '.join(others)}.", hint)
    return Look("encoding", "ok", "UTF-8")


def _is_utf8(kind: str) -> bool:
    return kind.lower().replace("-", "").replace("_", "") in {"utf8", "utf8sig"}


def _pdf(browser: str | None) -> Look:
    if browser is None:
        hint = "For kb card -o FILE.pdf install Chromium; text and HTML need none."
        return Look("pdf", "note", "no browser or WeasyPrint to make PDFs with.", hint)
    return Look("pdf", "ok", f"made with {browser}")


def _folders(space: Workspace) -> Look:
    folders = [folder.path for folder in (*space.personal, *space.content)]
    missing = [path for path in folders if not path.is_dir()]
    if missing:
        hint = "Make it, or mend kb.yaml."
        return Look("workspace", "wrong", f"{missing[0]} is not there.", hint)
    for path in (space.root, *folders):
        if not os.access(path, os.R_OK | os.X_OK):
            return Look("workspace", "wrong", f"{path} cannot be read.", "Check its permissions.")
    for path in (space.personal[0].path, space.database.parent):
        if not os.access(path, os.W_OK):
            hint = "kb reads, but can keep nothing there. Check its permissions."
            return Look("workspace", "wrong", f"{path} cannot be written to.", hint)
    return Look("workspace", "ok", str(space.root))


def _model(space: Workspace, compiled: Compiled | None) -> Look:
    if compiled is None:
        if space.model == PACKAGED_MODEL:
            from kb.compile_model.source import packaged_folder  # 0.2 s, and little else is to do

            packaged_folder()
        said = f"{space.model} is not compiled yet."
        return Look("model", "note", said, "The next kb build does it, in half a minute or so.")
    if compiled.problem:
        return Look("model", "wrong", compiled.problem, AGAIN)
    return Look("model", "ok", f"{compiled.name}, compiled, {compiled.dimensions} numbers a text")


def _index(space: Workspace) -> Look:
    state = store.state(space.database)
    if state == "missing":
        return Look("index", "note", "there is none yet.", "Run: kb build")
    if state == "other":
        hint = "Nothing of yours is in it. Run: kb build"
        return Look("index", "note", "it was made by another version of kb.", hint)
    faults = store.faults(space.database)
    if faults:
        hint = f"Delete {space.database} and run: kb build"
        return Look("index", "wrong", f"damaged: {faults[0]}.", hint)
    with store.open_index(space.database) as reader:
        stories, questions = reader.counts()
    size = space.database.stat().st_size / 1e6
    held = f"{_count(stories, 'story', 'stories')}, {_count(questions, 'question', 'questions')}"
    return Look("index", "ok", f"whole: {held}, {size:.0f} MB")


def _files(space: Workspace) -> Look:
    known: dict[str, Stamp] = {}
    try:
        current = store.state(space.database) == "current"
    except StoreError:
        return Look("files", "note", "not compared, since the index cannot be read.")
    if current:
        with store.open_index(space.database) as reader:
            known = {path: Stamp(f.size, f.mtime_ns) for path, f in reader.files().items()}
    found = scan(space, known)
    if found.findings:
        first = found.findings[0]
        more = f" And {len(found.findings) - 1} more." if found.findings[1:] else ""
        return Look("files", "note", f"{first.path}: {first.message}{more}", first.hint)
    if found.changes.count:
        count = found.changes.count
        said = f"{_count(count, 'file has', 'files have')} changed since the last build."
        return Look("files", "note", said, "Run: kb build")
    return Look("files", "ok", f"{len(found.sources)}, all as in the index")


def _journal(space: Workspace) -> Look:
    if not space.journal.exists():
        return Look("journal", "ok", "nothing noted yet")
    found = read(space.journal)
    if found.problems:
        lines = ", ".join(str(problem.line) for problem in found.problems[:SHOWN])
        said = f"{space.journal}: {len(found.problems)} lines cannot be read (line {lines})."
        if len(found.problems) == 1:
            said = f"{space.journal}:{lines}: {found.problems[0].message}"
        return Look("journal", "wrong", said, found.problems[0].hint)
    return Look("journal", "ok", f"{_count(len(found.entries), 'line', 'lines')}, all read")


def _private(space: Workspace) -> Look:
    """Whether what is yours alone can be read by others on the machine."""
    if os.name != "posix":
        return Look("private", "ok", "left to the system")
    beside = [space.database.with_name(space.database.name + end) for end in ("-wal", "-shm")]
    for path in (space.journal, space.database, *beside):
        if path.exists() and path.stat().st_mode & OPEN_TO_OTHERS:
            return Look("private", "wrong", f"{path} is open to others.", f"Run: chmod 600 {path}")
    return Look("private", "ok", "index and journal are yours alone")


def _disk(root: Path) -> Look:
    free = shutil.disk_usage(root).free
    if free < LEAST_FREE:
        return Look("disk", "wrong", f"{free / 1e6:.0f} MB are free.", "Make some room.")
    return Look("disk", "ok", f"{free / 1e9:.0f} GB are free")


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
