"""Writing: never half a file, never over a file that exists."""

from __future__ import annotations

import os
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import NoReturn

from kb.durable import settle
from kb.errors import WorkspaceError, reason_of

ABANDONED = 3600  # seconds after which a temporary file is that of a process that was killed


def write_atomic(path: Path, data: bytes) -> None:
    """Put `data` at `path`, replacing what is there; readers see the old or the new, never a part.

    An existing file keeps its mode; where the name is a link, it is the link's file that is
    replaced. Raises WorkspaceError when it cannot be written, or is a pipe or device.
    """
    path = Path(os.path.realpath(path))
    try:
        if path.exists() and not path.is_file():
            raise WorkspaceError("is not a regular file.", "Name another file.", str(path))
        mode = _mode(path)
        temporary = _temporary(path, data, 0o666 if mode is None else mode & 0o777)
        try:
            if mode is not None:
                temporary.chmod(mode)
            temporary.replace(path)
        except OSError:
            temporary.unlink(missing_ok=True)
            raise
        settle(path.parent)
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
            _claim(temporary, path)
        finally:
            temporary.unlink(missing_ok=True)
        settle(path.parent)
    except OSError as error:
        _refuse(path, error)


def _mode(path: Path) -> int | None:
    """That of the file that is there, None where there is none."""
    try:
        return path.stat().st_mode & 0o7777
    except FileNotFoundError:
        return None


def _temporary(path: Path, data: bytes, mode: int = 0o666) -> Path:
    """A file beside `path` that holds `data`; never open to more people than it will be."""
    temporary = path.parent / f".kb-{os.getpid()}-{os.urandom(6).hex()}.tmp"
    descriptor = os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    _sweep(path.parent)
    return temporary


@cache  # once a command: an import writes thousands of files into one folder
def _sweep(folder: Path) -> None:
    """Take away what commands that were killed left in a folder, more than an hour ago."""
    try:
        with os.scandir(folder) as entries:
            times = {Path(e): e.stat().st_mtime for e in entries if _is_temporary(e.name)}
    except OSError:
        return
    newest = max(times.values(), default=0.0)  # that of the file just written
    for path, time in times.items():
        if time < newest - ABANDONED:
            with suppress(OSError):
                path.unlink()


def _is_temporary(name: str) -> bool:
    return name.startswith(".kb-") and name.endswith(".tmp")


def _claim(temporary: Path, path: Path) -> None:
    """Give the temporary file its name, if the name is free."""
    try:
        path.hardlink_to(temporary)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links: take the name, then put the file there
        path.open("xb").close()
        try:
            temporary.replace(path)
        except OSError:
            path.unlink(missing_ok=True)
            raise


def _refuse(path: Path, error: OSError) -> NoReturn:
    if isinstance(error, FileExistsError):
        raise WorkspaceError(
            "exists already, and is not overwritten.", "Move it aside first.", str(path)
        ) from error
    reason = reason_of(error)
    raise WorkspaceError(f"cannot be written ({reason}).", "", str(path)) from error
