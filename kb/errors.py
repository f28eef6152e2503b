"""What can go wrong, in the user's words.

Every error a person can cause or mend is a `KBError`: one sentence, where it
happened, and the next step. The command line prints it; nothing else does.
"""

from __future__ import annotations

import errno


class KBError(Exception):
    """A fault the user can mend.

    message: one sentence, without the place. hint: the next step, or ""; where none is given
    and the cause is a fault of the disk, that of the disk. path: the file as the user would
    name it, or "". line: 1-based, 0 if unknown.
    """

    exit_code = 1

    def __init__(self, message: str, hint: str = "", path: str = "", line: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self._hint = hint
        self.path = path
        self.line = line

    @property
    def hint(self) -> str:
        """The next step, or ""."""
        return self._hint or next_step(self.__cause__)

    @property
    def place(self) -> str:
        """`path:line`, `path`, or "" when neither is known."""
        if self.path and self.line:
            return f"{self.path}:{self.line}"
        return self.path

    def __str__(self) -> str:
        text = f"{self.place}: {self.message}" if self.place else self.message
        return f"{text} {self.hint}" if self.hint else text


class UsageError(KBError):
    """The command was asked for something it cannot mean (exit 2)."""

    exit_code = 2


class ConfigError(KBError):
    """`kb.yaml` says something kb does not understand (exit 2)."""

    exit_code = 2


class WorkspaceError(KBError):
    """No workspace, or one that cannot be read or written."""


class DocumentError(KBError):
    """A guide or story file that cannot be read as one; the rest goes on."""


class ModelError(KBError):
    """The embedding model is missing, damaged, or cannot be compiled."""


class StoreError(KBError):
    """The index is missing, of another version, or cannot be read."""


_STEPS = {
    errno.ENOSPC: "Make room on that disk, then try again.",
    errno.EDQUOT: "Make room within your quota, then try again.",
    errno.EFBIG: "Files may not be so large here (see `ulimit -f`); raise that, then try again.",
    errno.EROFS: "Its disk may only be read; make it writable, or use another folder.",
    errno.EACCES: "Check its permissions, and those of its folder.",
    errno.EPERM: "Check its permissions, and those of its folder.",
    errno.ENOENT: "Check that its folder is there, and that the disk is connected.",
    errno.ENOTDIR: "Check that its folder is one, and no file.",
    errno.EISDIR: "Name a file, or move the folder aside.",
    errno.ENAMETOOLONG: "Give it a shorter name.",
    errno.ELOOP: "Check the links in its path: they lead in a circle.",
    errno.EMFILE: "Close other programs, then try again.",
    errno.ENFILE: "Close other programs, then try again.",
}


def reason_of(error: OSError) -> str:
    """What the system says of a fault of the disk, as a part of a sentence."""
    return (error.strerror or "unknown reason").lower()


def next_step(error: BaseException | None) -> str:
    """What to do about a fault of the disk; "" for any other fault."""
    if not isinstance(error, OSError) or isinstance(error, FileExistsError):
        return ""
    return _STEPS.get(error.errno or 0, "Check the disk or the network that it lies on.")
