"""Workspaces to be broken, what is done in them, and what is wrong with one afterwards."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from kb.embed import default_cache
from tests.torture.dump import Dump, dump
from tests.torture.steps import command, ended, start

ROOT = Path(__file__).resolve().parents[2]
Files = dict[str, bytes]

KB = [sys.executable, "-m", "kb"]
STORY = """---
title: The {0} that nobody wanted
date: 2024-0{1}
---
## Situation
The {0} had stood in the hall for a year, and nobody wanted to move it.

## Action
I asked each of the four teams what the {0} was for, and wrote their answers on one page.

## Result
We gave the {0} away, and the hall was free within {1} weeks.
"""


@dataclass(frozen=True, slots=True)
class Case:
    """A command and the workspace it begins with. prepare: changes a built copy."""

    name: str
    command: Sequence[str]
    prepare: Callable[[Path], None] = lambda _: None
    built: bool = True
    compiles: bool = False


def edited(space: Path) -> None:
    """Two stories changed, one new, one gone."""
    stories = sorted((space / "personal").glob("own-*.md"))
    stories[0].write_text(STORY.format("ladder", 3), encoding="utf-8")
    stories[1].write_text(stories[1].read_text("utf-8") + "\nAnd it stayed so.\n", encoding="utf-8")
    stories[2].unlink()
    (space / "personal" / "own-new.md").write_text(STORY.format("piano", 7), encoding="utf-8")


def of_another_model(space: Path) -> None:
    """As if the index had been made with other weights, so that all is embedded anew."""
    with closing(sqlite3.connect(space / "kb.db")) as conn, conn:
        conn.execute("UPDATE _meta SET value = 'another' WHERE key = 'fingerprint'")


def with_notes(space: Path) -> None:
    """Five stories in one file beside the workspace's own."""
    names = ("boat", "tent", "kiln", "drum", "lamp")
    told = (STORY.format(name, n) for n, name in enumerate(names, start=1))
    parts = [text.partition("---\n")[2].partition("---\n")[2] for text in told]
    text = "\n".join(f"# Told {n}\n\n{part}" for n, part in enumerate(parts, start=1))
    (space / "notes.txt").write_text(text, encoding="utf-8")


def _told(space: Path) -> None:
    (space / "notes.txt").write_text(STORY.format("kayak", 5), encoding="utf-8")


CASES = (
    Case("build, first", ["build"], built=False),
    Case("build, incremental", ["build"], edited),
    Case("build, another model", ["build"], of_another_model),
    Case("import --yes", ["import", "notes.txt", "--yes", "--similar"], with_notes),
    Case("new", ["new", "--from", "notes.txt"], _told),
    Case("rename", ["rename", "own-1", "own-one", "--yes"]),
    Case("pin", ["pin", "Tell me about a time you moved something heavy.", "own-2"]),
    Case("compile the model", ["build"], built=False, compiles=True),
)


class Bench:
    """Workspaces to copy, and what a build of the same files from nothing gives."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.cache = folder, folder / "cache"
        # a copy: what else runs on this machine may compile its own model meanwhile
        own = folder / "own-cache"
        if default_cache().is_dir():
            shutil.copytree(default_cache(), own / default_cache().name)
        self.environment = {
            **os.environ,
            "XDG_CACHE_HOME": str(own),
            "XDG_STATE_HOME": str(folder / "state"),
            "PYTHONPATH": str(ROOT),
        }
        self.whole: dict[str, Dump] = {}
        self.template = folder / "template"
        self.kb(folder, "init", str(self.template), "--quiet")
        for guide in sorted((self.template / "content").glob("*.md"))[1:]:
            guide.unlink()
        for number, name in enumerate(("crate", "ladder", "desk", "press"), start=1):
            path = self.template / "personal" / f"own-{number}.md"
            path.write_text(STORY.format(name, number), encoding="utf-8")
        self.kb(self.template, "build")

    def of(self, case: Case) -> dict[str, str]:
        """The environment of a case's command; one that compiles has a cache of its own."""
        own = {"XDG_CACHE_HOME": str(self.cache)} if case.compiles else {}
        return {**self.environment, **own}

    def kb(self, space: Path, *words: str, of: Case | None = None) -> None:
        """A command that must end well."""
        environment, told = self.of(of) if of else self.environment, self.folder / "said.txt"
        status = ended(start(command(words, space, environment), told))
        if status:
            said = told.read_text("utf-8", "replace").strip()[-500:]
            raise RuntimeError(f"kb {' '.join(words)} ended with {status}: {said}")

    def copy(self, case: Case) -> Path:
        space = self.folder / "space"
        shutil.rmtree(space, ignore_errors=True)
        shutil.copytree(self.template, space)
        if not case.built:
            for path in space.glob("kb.db*"):
                path.unlink()
        case.prepare(space)
        return space

    def from_nothing(self, space: Path) -> Dump:
        """The dump of an index built from these files alone; worked out once for the same."""
        key = hashlib.sha256(repr(sorted(_said(space).items())).encode()).hexdigest()
        if key not in self.whole:
            copy = self.folder / "whole"
            shutil.rmtree(copy, ignore_errors=True)
            shutil.copytree(space, copy, ignore=shutil.ignore_patterns("kb.db*", ".kb-*.tmp"))
            self.kb(copy, "build")
            self.whole[key] = dump(copy / "kb.db")
        return self.whole[key]


def not_the_users(name: str) -> bool:
    return name.startswith("kb.db") or name.endswith(".tmp")


def files(space: Path) -> Files:
    """The user's files: all but the index, its log, and what waits to be renamed."""
    return {
        path.relative_to(space).as_posix(): path.read_bytes()
        for path in sorted(space.rglob("*"))
        if path.is_file() and not not_the_users(path.name)
    }


def _said(space: Path) -> Files:
    """The files, with the journal's lines without their times."""
    found = files(space)
    for name in found:
        if name.endswith(".jsonl"):
            lines = [json.loads(one) for one in found[name].splitlines() if one.endswith(b"}")]
            found[name] = repr(
                [{k: v for k, v in one.items() if k != "at"} for one in lines]
            ).encode()
    return found


def look(now: Files, before: Files, after: Files, *, finished: bool) -> list[str]:
    """What is wrong with the user's files `now`, which were `before` and would be `after`."""
    found = []
    for name in sorted({*before, *after, *now}):
        if name.endswith(".jsonl"):
            old, new = before.get(name, b""), now.get(name, b"")
            if not new.startswith(old):
                found.append(f"{name}: what was said before is not there")
            if finished and after.get(name, b"").count(b"\n") > new.count(b"\n"):
                found.append(f"{name}: a line that was acknowledged is not there")
        elif now.get(name) not in (before.get(name), after.get(name)):
            found.append(f"{name}: neither as before nor as after")
        elif finished and now.get(name) != after.get(name):
            found.append(f"{name}: not as it is after the command, which ended well")
    texts = {text for name, text in now.items() if name.endswith(".md")}
    found += [
        f"{name}: its text is nowhere"
        for name, text in before.items()
        if name.endswith(".md") and text not in texts
    ]
    return found
