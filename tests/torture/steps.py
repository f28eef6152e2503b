"""Kill kb before each single step that it takes on the disk, one run a step.

A step is a file opened for writing, a write (of which half is done), an fsync, a rename, a link,
a removal, a folder made, a change of mode, or a statement that begins or ends a transaction.
Where `kill.py` draws the instant, this leaves none out, and finds the same each time.
"""

from __future__ import annotations

import hashlib
import os
import signal
import sqlite3
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

Act = Callable[[], object]

ACTS = {"os.rename", "os.link", "os.remove", "os.mkdir", "os.rmdir", "os.chmod", "os.truncate"}
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT
TURNS = ("BEGIN IMM", "COMMIT", "ROLLBACK", "PRAGMA JOURNAL", "PRAGMA WAL")
KILLED = -signal.SIGKILL


@dataclass(frozen=True, slots=True)
class Step:
    """Where a run ended. what: the step it was about to take; status: KILLED, or as it ended by
    itself before the step came."""

    number: int
    what: str
    status: int

    @property
    def killed(self) -> bool:
        return self.status == KILLED


def each_step(act: Act, *, every: int = 0) -> Iterator[Step]:
    """Do `act` in a process of its own until it ends by itself, killed one step later each time.

    Whoever iterates looks at what is there, and puts it back as it was before the next. every:
    count each so many-th statement of SQL as a step too.
    """
    number, step = 0, Step(0, "", KILLED)
    while step.killed:
        said, told = os.pipe()
        child = start(partial(_stopped, act, _Counter(number, told, every)))
        os.close(told)
        with os.fdopen(said, "rb") as pipe:
            what = pipe.read().decode("utf-8", "replace")
        step = Step(number, what, ended(child))
        yield step
        number += 1


def command(words: Sequence[str], space: Path, environment: dict[str, str]) -> Act:
    """What does `kb WORDS` in `space`, in a process that does nothing else after."""

    def act() -> None:
        os.environ.clear()
        os.environ.update(environment)
        os.chdir(space)
        from kb.cli import main

        main(list(words))

    return act


def start(act: Act, said: Path | None = None) -> int:
    """Begin to do something in a process of its own; its id, and its group's. It is silent, but
    what it says on stderr goes to the file `said`."""
    child = os.fork()
    if child:
        return child
    status = 99
    try:
        os.setsid()
        nothing = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1):
            os.dup2(nothing, stream)
        os.dup2(os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC) if said else nothing, 2)
        act()
        status = 0
    finally:
        os._exit(status)


def ended(child: int) -> int:
    """How a process ended, once it has; negative where by a signal."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _stopped(act: Act, counter: _Counter) -> None:
    _arm(counter)
    act()


class _Counter:
    """Counts the steps, and ends the process at the one it was told."""

    def __init__(self, number: int, told: int, every: int) -> None:
        self._left, self._told, self._every = number, told, every
        self._write, self._statements = os.write, 0

    def comes(self, what: str, half: tuple[int, bytes] | None = None) -> None:
        """A step is about to be taken. half: of a write, the file and the first part of it."""
        if self._left == 0:
            if half:
                self._write(*half)
            self._write(self._told, what.encode("utf-8", "replace"))
            os.kill(os.getpid(), signal.SIGKILL)
        self._left -= 1

    def statement(self, sql: str) -> None:
        """A statement is about to be run."""
        self._statements += 1
        chosen = self._every and self._statements % self._every == 0
        if chosen or sql.lstrip().upper().startswith(TURNS):
            self.comes(sql[:60])


def _arm(counter: _Counter) -> None:
    real_write, real_sync, real_connect = os.write, os.fsync, sqlite3.connect

    def write(descriptor: int, data: Any, /) -> int:
        half = bytes(data)[: len(data) // 2]
        counter.comes(f"write {bytes(data)[:40]!r}", (descriptor, half))
        return real_write(descriptor, data)

    def fsync(descriptor: Any) -> None:
        counter.comes("fsync")
        real_sync(descriptor)

    def heard(event: str, args: tuple[Any, ...]) -> None:
        if event in ACTS:
            counter.comes(f"{event} {args[0]}")
        elif event == "open" and _is_written(*args):
            counter.comes(f"open {args[0]!r}")

    def connect(*args: Any, **named: Any) -> sqlite3.Connection:
        conn: sqlite3.Connection = real_connect(*args, **named)
        conn.set_trace_callback(counter.statement)
        return conn

    os.__dict__.update(write=write, fsync=fsync)
    sqlite3.__dict__.update(connect=connect)
    sys.addaudithook(heard)


def _is_written(path: object, _: object, flags: object) -> bool:
    named = isinstance(path, str | bytes) and "__pycache__" not in str(path)
    return named and isinstance(flags, int) and bool(flags & WRITES)


def warm(light: Path | None = None) -> None:
    """Import what every command does, once, so that the forks need not. light: a folder of guides
    in place of the library, and with it vectors drawn by lot in place of the model's."""
    import numpy as np

    import kb.build.index
    import kb.build.tooling
    import kb.build.views
    import kb.cli.build
    import kb.files.shipped
    import kb.keeping.importing
    import kb.keeping.renaming
    import kb.match.held
    import kb.pinning
    from kb import embed, files

    with suppress(sqlite3.Error):
        sqlite3.connect(":memory:").close()
    if light is None:
        return
    shipped = replace(files.shipped.shipped(), guides=light)
    vars(kb.build.tooling).update(shipped=lambda: shipped)

    def encode(self: embed.OnnxEncoder, texts: Sequence[str], **_: object) -> embed.Vectors:
        rows = np.zeros((len(texts), self.dimensions), np.float32)
        for row, text in zip(rows, texts, strict=True):
            seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
            row[:] = np.random.default_rng(seed).standard_normal(len(row))
        unit: embed.Vectors = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        return unit

    vars_of = {"encode": encode, "open": classmethod(lambda cls, one, _="": cls(one, None, None))}
    for name, value in vars_of.items():
        setattr(embed.OnnxEncoder, name, value)
