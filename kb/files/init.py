"""Making a workspace, and bringing newer shipped guides into one without losing edits."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from kb.errors import KBError, WorkspaceError, reason_of
from kb.files.config import CONFIG_NAME
from kb.files.read import MAX_BYTES
from kb.files.shipped import shipped, shipped_files
from kb.files.workspace import is_workspace, load_workspace, real
from kb.files.write import write_atomic, write_new

if TYPE_CHECKING:
    from pathlib import Path

    from kb.files.workspace import Workspace

MANIFEST = ".kb-guides.json"
IGNORE = "kb.db*"
_CONFIG = """\
# A kb workspace. Every line is optional; these are the defaults.
# Folders are relative to this file; several are written as a list: [content, ../shared-guides]

# Guides: documents of interview questions.
content: content

# Your stories. In the first folder kb keeps what you tell it, in _kb/.
personal: personal

# The index. It is made from the files above and may be deleted at any time.
database: kb.db

# Any sentence-transformers model, by name or folder.
# model: all-MiniLM-L6-v2

# A CrossEncoder, by name or folder, that reads the first ten stories again; none by default.
# rerank: cross-encoder/ms-marco-MiniLM-L6-v2

# What is expected of you (junior, senior or lead): how much of a story should be "I".
# level: senior

# What `kb check` points out, a rule a line: off, or a number to take instead of its own.
# check:
#   fillers: off
"""


@dataclass(frozen=True, slots=True)
class GuideUpdate:
    """What update_guides did, as POSIX paths below the content folder.

    kept: edited by the user and left alone though a newer one is shipped.
    deleted: removed by the user and not brought back. unchanged: up to date.
    """

    added: tuple[str, ...]
    updated: tuple[str, ...]
    kept: tuple[str, ...]
    deleted: tuple[str, ...]
    unchanged: tuple[str, ...]


def init_workspace(folder: Path, *, with_samples: bool) -> list[Path]:
    """Make a workspace in `folder` and return the files written, absolute, in order.

    Nothing that exists is touched: raises WorkspaceError, before anything is
    written, when `folder` is a workspace, lies among the files of one, or holds
    another file of a name to be written (a .gitignore that covers the index is left
    as it is, and so is what an init that was cut off has left). What was written is
    removed again when writing fails half-way.
    """
    root = real(folder.expanduser())
    texts = _texts(root, with_samples=with_samples)
    if not _was_cut_off(root, texts):
        _refuse_taken(root, folder)
    texts = {path: text for path, text in texts.items() if not _is_written(path, text)}
    folders = {above for path in texts for above in path.parents if not above.exists()}
    created: list[Path] = []
    try:
        for path, text in texts.items():
            write_new(path, text)
            created.append(path)
    except BaseException:
        _undo(created, folders)
        raise
    return created


def _was_cut_off(root: Path, texts: dict[Path, str]) -> bool:
    """Whether all that lies in the folders of a workspace without kb.yaml, which is written
    last, is what an init puts there."""
    if os.path.lexists(root / CONFIG_NAME):
        return False
    inner = [path for name in ("content", "personal") for path in (root / name).rglob("*")]
    there = [path for path in inner if not path.is_dir() and path.suffix != ".tmp"]
    return bool(there) and all(
        path in texts and _bytes(path) == texts[path].encode() for path in there
    )


def _is_written(path: Path, text: str) -> bool:
    """Whether the file is there as it is to be. Raises WorkspaceError where it is another."""
    if not os.path.lexists(path):
        return False
    if _bytes(path) != text.encode():
        raise _occupied(path)
    return True


def _bytes(path: Path) -> bytes | None:
    """The bytes of a regular file of a size that kb reads; None for anything else."""
    try:
        if not path.is_file() or path.stat().st_size > MAX_BYTES:
            return None
        return path.read_bytes()
    except OSError:
        return None


def update_guides(workspace: Workspace) -> GuideUpdate:
    """Bring the shipped guides in the workspace's content folder up to date.

    A guide is replaced only while its bytes are those that were shipped before
    (recorded in .kb-guides.json). Raises WorkspaceError when a file cannot be
    read or written, or when there is no content folder.
    """
    if not is_workspace(workspace.root):
        raise WorkspaceError(f"{workspace.root} is no workspace.", "Run `kb init` there first.")
    folder = _guide_folder(workspace)
    source = shipped().guides
    if source.resolve() == folder:
        names = tuple(name for name, _ in shipped_files(source))
        return GuideUpdate((), (), (), (), names)
    known = _manifest(folder)
    done: dict[str, list[str]] = {
        key: [] for key in ("added", "updated", "kept", "deleted", "unchanged")
    }
    for name, path in shipped_files(source):
        data = path.read_bytes()
        verdict = _update(folder / name, data, known.get(name))
        done[verdict].append(name)
        if verdict not in ("kept", "deleted"):
            known[name] = sha256(data).hexdigest()
    write_atomic(folder / MANIFEST, _manifest_text(known).encode())
    return GuideUpdate(**{key: tuple(names) for key, names in done.items()})


def _update(path: Path, data: bytes, shipped_hash: str | None) -> str:
    """Bring one guide up to date, and say what was done."""
    if not os.path.lexists(path):
        if shipped_hash is not None:
            return "deleted"
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            reason = reason_of(error)
            raise WorkspaceError(f"cannot be made ({reason}).", "", str(path.parent)) from error
        write_atomic(path, data)
        return "added"
    if path.is_symlink() or not path.is_file() or path.stat().st_size > MAX_BYTES:
        return "kept"
    try:
        present = path.read_bytes()
    except OSError as error:
        reason = reason_of(error)
        raise WorkspaceError(f"cannot be read ({reason}).", "", str(path)) from error
    if present == data:
        return "unchanged"
    if sha256(present).hexdigest() != shipped_hash:
        return "kept"
    write_atomic(path, data)
    return "updated"


def _refuse_taken(root: Path, folder: Path) -> None:
    if is_workspace(root):
        raise WorkspaceError(
            f"{folder} is a workspace already.", "To bring newer guides: `kb init --update-guides`."
        )
    if root.exists() and not root.is_dir():
        raise WorkspaceError(f"{folder} is a file.", "Name a folder.")
    for above in root.parents:
        if is_workspace(above):
            name = _holder(above, root)
            if name:
                message = f"{folder} lies in {name}/ of the workspace {above}."
                raise WorkspaceError(message, "Choose a folder outside it.")
            return


def _holder(workspace: Path, root: Path) -> str:
    """The name of the content or personal folder of `workspace` that holds `root`, or ""."""
    try:
        outer = load_workspace(workspace)
    except KBError:
        return ""  # a broken kb.yaml above is not what was asked about
    for folder in (*outer.content, *outer.personal):
        if folder.path != outer.root and root.is_relative_to(folder.path):
            return folder.name
    return ""


def _occupied(path: Path) -> WorkspaceError:
    hint = "Move it aside, or choose another folder."
    if path.name == ".gitignore":
        hint = f"Add the line `{IGNORE}` to it, which keeps your index out of git, and try again."
    return WorkspaceError("exists already, and is not overwritten.", hint, str(path))


def _undo(created: list[Path], folders: set[Path]) -> None:
    """Remove what was written, and the folders that were made for it."""
    for path in created:
        with suppress(OSError):
            path.unlink()
    for folder in sorted(folders, key=lambda one: len(one.parts), reverse=True):
        with suppress(OSError):
            folder.rmdir()


def _texts(root: Path, *, with_samples: bool) -> dict[Path, str]:
    """The files of a new workspace and their content, kb.yaml last: it makes the workspace."""
    source = shipped()
    texts: dict[Path, str] = {}
    hashes: dict[str, str] = {}
    for name, path in shipped_files(source.guides):
        data = path.read_bytes()
        texts[root / "content" / name] = data.decode()
        hashes[name] = sha256(data).hexdigest()
    texts[root / "content" / MANIFEST] = _manifest_text(hashes)
    if source.readme.is_file():
        texts[root / "personal" / "README.md"] = source.readme.read_bytes().decode()
    if with_samples:
        for name, path in shipped_files(source.samples):
            texts[root / "personal" / "samples" / name] = path.read_bytes().decode()
    if not _ignores(root / ".gitignore"):
        texts[root / ".gitignore"] = f"{IGNORE}\n"
    texts[root / CONFIG_NAME] = _CONFIG
    return texts


def _ignores(path: Path) -> bool:
    """Whether an existing .gitignore covers the index."""
    lines = (_bytes(path) or b"").decode("utf-8", "replace").split("\n")
    return any(line.strip().lstrip("/") in {IGNORE, "*.db*", "*"} for line in lines)


def _guide_folder(workspace: Workspace) -> Path:
    """The content folder that the shipped guides were put into, or else the first."""
    if not workspace.content:
        raise WorkspaceError(
            "The workspace has no content folder for guides.", "Name one in kb.yaml."
        )
    paths = [folder.path for folder in workspace.content]
    return next((path for path in paths if os.path.isfile(path / MANIFEST)), paths[0])  # noqa: PTH113


def _manifest(folder: Path) -> dict[str, str]:
    """The hashes of the guides as shipped; unreadable means unknown, so nothing is replaced."""
    try:
        guides = json.loads(_bytes(folder / MANIFEST) or b"")["guides"]
        return {name: value for name, value in guides.items() if isinstance(value, str)}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}


def _manifest_text(hashes: dict[str, str]) -> str:
    return json.dumps({"v": 1, "guides": dict(sorted(hashes.items()))}, indent=1) + "\n"
