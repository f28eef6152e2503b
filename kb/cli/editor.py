"""The owner's own editor: opened on a file, at a line where it knows how, and waited for."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kb.errors import KBError, reason_of

# How editors take a line, by the name of their command; {0} is the file, {1} the line. Those
# that hand the file to a window of theirs and leave are told to wait.
_PLUS = ("+{1}", "{0}")
_GOTO = ("--wait", "--goto", "{0}:{1}")
_WINDOW = ("--wait", "{0}:{1}")
_KNOWN: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(
        ("vi", "vim", "nvim", "view", "nano", "pico", "emacs", "emacsclient", "micro", "joe",
         "jed", "mg", "ne", "kak"),
        _PLUS,
    ),
    **dict.fromkeys(("gvim", "mvim"), ("-f", *_PLUS)),
    **dict.fromkeys(("code", "code-insiders", "codium", "vscodium", "cursor"), _GOTO),
    **dict.fromkeys(("subl", "zed", "zeditor"), _WINDOW),
    **dict.fromkeys(("hx", "helix"), ("{0}:{1}",)),
}  # fmt: skip


def edit_file(path: Path, line: int = 1) -> bool:
    """Open `path` in $VISUAL or $EDITOR at `line`, wait, and say whether it changed.

    Raises KBError when neither is set, the editor cannot be started or fails, or the file
    cannot be read afterwards.
    """
    command = editor_command(path, line, os.environ)
    before = _bytes(path)
    try:
        with _without_interrupts():
            status = subprocess.run(command, check=False).returncode
    except OSError as error:
        reason = reason_of(error)
        raise KBError(
            f"the editor {command[0]} cannot be started ({reason}).",
            "Set EDITOR to one that is installed, for example: export EDITOR=nano",
        ) from error
    changed = _bytes(path) != before
    if status:
        raise KBError(
            f"the editor {command[0]} {_ending(status)}.",
            "What it saved is in the file." if changed else "The file is as it was.",
            str(path),
        )
    return changed


def _ending(status: int) -> str:
    return f"ended with status {status}" if status > 0 else f"was ended by signal {-status}"


def editor_command(
    path: Path, line: int, environment: os._Environ[str] | dict[str, str]
) -> list[str]:
    """The command that opens `path` at `line`. Raises KBError when no editor is set."""
    name, said = next(
        ((n, environment[n]) for n in ("VISUAL", "EDITOR") if environment.get(n, "").strip()),
        ("", ""),
    )
    if not name:
        raise KBError("no editor is set.", "Set one, for example: export EDITOR=nano", str(path))
    try:
        words = shlex.split(said)
    except ValueError as error:
        raise KBError(
            f"{name} is not readable as a command: {said}", "Close its quotes."
        ) from error
    program = Path(words[0]).name.lower().removesuffix(".exe")
    form = _KNOWN.get(program, ("{0}",))
    return [*words, *(each.format(path, max(line, 1)) for each in form if each not in words)]


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        reason = reason_of(error)
        raise KBError(f"cannot be read ({reason}).", "", str(path)) from error


@contextmanager
def _without_interrupts() -> Iterator[None]:
    """Ctrl-C is the editor's while it is open. (A handler, since ignoring would be inherited.)"""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, lambda _number, _frame: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
