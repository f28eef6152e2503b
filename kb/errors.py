"""What can go wrong, in the user's words.

Every error a person can cause or mend is a `KBError`: one sentence, where it
happened, and the next step. The command line prints it; nothing else does.
"""

from __future__ import annotations


class KBError(Exception):
    """A fault the user can mend.

    message: one sentence, without the place. hint: the next step, or "".
    path: the file as the user would name it, or "". line: 1-based, 0 if unknown.
    """

    exit_code = 1

    def __init__(self, message: str, hint: str = "", path: str = "", line: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.path = path
        self.line = line

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
