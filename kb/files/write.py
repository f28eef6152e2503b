"""Writing: never half a file, never over a file that exists."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING, NoReturn

from kb.errors import WorkspaceError

if TYPE_CHECKING:
    from pathlib import Path


def write_atomic(path: Path, data: bytes) -> None:
    """Put `data` at `path`, replacing what is there; readers see the old or the new, never a part.

    An existing file keeps its mode. Raises WorkspaceError when it cannot be written.
    """
    try:
        temporary = _temporary(path, data)
        try:
            with suppress(FileNotFoundError):
                temporary.chmod(path.stat().st_mode & 0o7777)
            temporary.replace(path)
        except OSError:
            temporary.unlink(missing_ok=True)
            raise
    except OSError as error:
        _refuse(path, error)


def write_new(path: Path, text: str) -> None:
    """Put `text`, as UTF-8, at `path`, where nothing may be yet. Folders are made.

    Raises WorkspaceError when something is there, or when it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = _temporary(path, text.encode())
        try:
            _claim(temporary, path, text.encode())
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        _refuse(path, error)


def _temporary(path: Path, data: bytes) -> Path:
    temporary = path.parent / f".kb-{os.getpid()}-{os.urandom(6).hex()}.tmp"
    descriptor = os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    return temporary


def _claim(temporary: Path, path: Path, data: bytes) -> None:
    """Give the temporary file its name, if the name is free."""
    try:
        path.hardlink_to(temporary)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        with path.open("xb") as file:
            file.write(data)


def _refuse(path: Path, error: OSError) -> NoReturn:
    if isinstance(error, FileExistsError):
        raise WorkspaceError(
            "exists already, and is not overwritten.", "Move it aside first.", str(path)
        ) from error
    reason = (error.strerror or "unknown reason").lower()
    raise WorkspaceError(f"cannot be written ({reason}).", "", str(path)) from error
