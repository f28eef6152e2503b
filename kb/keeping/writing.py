"""A new story's file: while it is being told, once it is told, and out of a text that is there.

A file that is there already is never written over, and one that somebody else changed meanwhile
is left to them: what is said after that goes to a file beside it.
"""

from __future__ import annotations

import os
import re
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Literal
from unicodedata import category

from kb.domain import Part
from kb.errors import DocumentError, StoreError, UsageError, WorkspaceError
from kb.importers import dates
from kb.importers.draft import Draft, draft_of
from kb.parse.slug import slug

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from pathlib import Path

    from kb.domain import Finding, PartKind, StoryCard
    from kb.files import Workspace

# What is asked for each part of a story, in the order it is told.
QUESTIONS: dict[PartKind, str] = {
    "situation": "What happened?",
    "task": "What was yours to do?",
    "action": "What did you do, step by step?",
    "result": "What came of it? Numbers help.",
    "learning": "What did you learn?",
}
UNFINISHED = "draft-"  # how the names of files begin while their stories are being told
DATE_HINT = "Write 2023, 2023-05, May 2023 or 2023-05-14."
_TITLE = 60
_HARMLESS = ("no-title", "empty-part", "changed-id")


def read_date(text: str, today: date) -> str:
    """YYYY, YYYY-MM or YYYY-MM-DD for a date as people write it ("May 2023", "14 May 2023",
    "05/2023", "today", "yesterday"); "" for an empty text.

    Raises UsageError for what is no date, and for one that is still to come.
    """
    plain = " ".join(text.lower().split())
    if plain in ("", "today"):
        return today.isoformat() if plain else ""
    if plain == "yesterday":
        return (today - timedelta(days=1)).isoformat()
    day, exact = dates.read_date(plain)
    # a month or day that is none, as in 2023-13
    exact = exact and not (len(day) == 4 and re.search(r"(?<!\d)\d{1,2}(?!\d)", plain))
    if not exact:
        raise UsageError(f"{text!r} is no date that can be read.", DATE_HINT)
    if day > today.isoformat()[: len(day)]:
        raise UsageError(f"{day} is still to come.", f"Today is {today.isoformat()}.")
    return day


def plain_text(text: str) -> str:
    """What was typed, as a text file can hold it: `\\n` as its only line end, spaces for control
    characters, U+FFFD for bytes that are no UTF-8."""
    whole = text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    whole = whole.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c if c in "\n\t" or category(c) != "Cc" else " " for c in whole)


def title_of(text: str) -> str:
    """A title out of a text: its first sentence or line without Markdown, cut after a
    clause or a word where it is long."""
    row = next((one for one in text.splitlines() if re.search(r"\w", one)), "")
    row = re.sub(r"^[\s>#*+-]*(?:\d{1,3}[.)]\s)?", "", row)
    row = " ".join(re.sub("[*`]", "", row[: 10 * _TITLE]).split())
    row = re.split(r"(?<=\w[.!?])\s+(?=[^\W\d_])", row, maxsplit=1)[0]
    if len(row) > _TITLE:
        words = row[: _TITLE + 1].rpartition(" ")[0] or row[:_TITLE]
        clause = re.match(r".{20,}(?=[,;:]\s|\s[-\u2013\u2014(])", words)
        row = clause[0] if clause else words
    row = row.rstrip(" .,;:!-\u2013\u2014")
    return row[:1].upper() + row[1:] if row.partition(" ")[0].islower() else row


def shown(workspace: Workspace, path: Path) -> str:
    """A path below a folder of stories as users see it: from the workspace on, or from where
    kb.yaml says the folder lies."""
    for folder in workspace.personal:
        if path.is_relative_to(folder.path):
            inner = path.relative_to(folder.path).as_posix()
            return inner if folder.name == "." else f"{folder.name}/{inner}"
    return str(path)


def ids_in_use(workspace: Workspace) -> frozenset[str]:
    """The ids that a new story may not have: those of the index, and of files by their names."""
    from kb import store
    from kb.files import scan

    sources = scan(workspace).sources
    stems = {slug(s.path.rpartition("/")[2].rpartition(".")[0], 200) for s in sources
             if s.kind == "story"}  # fmt: skip
    with suppress(StoreError), store.open_index(workspace.database) as reader:
        stems |= set(reader.story_ids())
    return frozenset(stems)


def write_story(workspace: Workspace, draft: Draft, taken: Collection[str] = ()) -> Path:
    """Put a story into a file of its own in the first personal folder: its id or title as a
    name, with -2 and so on where that is `taken` or there. Raises WorkspaceError."""
    return claim(workspace.personal[0].path, stem_of(draft.id or draft.title), _text(draft), taken)


def stem_of(title: str) -> str:
    """A story's file's name, without its extension. READMEs are no stories to kb."""
    name = slug(title)
    return f"story-{name}" if name.startswith("readme") else name


def claim(folder: Path, stem: str, text: str, taken: Collection[str] = ()) -> Path:
    """Write a new file `stem`.md, or -2 and so on where that is `taken` or there, whoever else
    takes a name meanwhile; its path. Raises WorkspaceError when it cannot be written."""
    from kb.files import write_new

    number = 1
    while True:
        name = stem if number == 1 else f"{stem}-{number}"
        path = folder / f"{name}.md"
        number += 1
        if name in taken or os.path.lexists(path):
            continue
        try:
            write_new(path, text)
        except WorkspaceError:
            if not os.path.lexists(path):
                raise
            continue
        return path


@dataclass(slots=True)
class Sheet:
    """A story while it is being told, and its file, which holds all of it that was put here.

    There is a file from the first part on. title: as its owner gave it; while it is "" the
    story's first words serve. name: what the file is called until the story is finished.
    """

    workspace: Workspace
    name: str
    title: str = ""
    draft: Draft = field(default_factory=lambda: Draft("", status="draft"))
    path: Path | None = None
    _held: bytes = b""

    def put_part(self, kind: PartKind, text: str) -> None:
        """Take a part in, in place of what it was before; an empty one is none. Raises as `put`."""
        parts = [part for part in self.draft.parts if part.kind != kind]
        if text.strip():
            parts.append(Part(kind, text, 0))
        self.put(replace(self.draft, parts=tuple(parts)))

    def put_field(self, name: Literal["date", "role", "company"], value: str) -> None:
        """Take a field in. Raises as `put`."""
        fields: dict[str, Any] = {name: value}
        self.put(replace(self.draft, **fields))

    def put(self, draft: Draft) -> None:
        """Take a draft in, in place of what it was before. Raises WorkspaceError when the file
        cannot be written."""
        opening = draft.parts[0].text if draft.parts else ""
        self.draft = replace(draft, title=self.title or title_of(opening))
        if draft.parts or self.path is not None:
            self._write()

    def finish(self, taken: Collection[str]) -> Path:
        """Give the story, which has a part, its own name; the path of its file. Raises as `put`."""
        before, held = self.path, self._held
        self.draft = replace(self.draft, status="ready")
        self.path = write_story(self.workspace, self.draft, taken)
        self._held = self._bytes()
        if before is not None and _read(before) == held:
            before.unlink(missing_ok=True)
        return self.path

    def _write(self) -> None:
        from kb.files import write_atomic

        data = self._bytes()
        if self.path is not None and _read(self.path) == self._held:
            write_atomic(self.path, data)
        else:
            folder = self.workspace.personal[0].path
            self.path = claim(folder, f"{UNFINISHED}{self.name}", data.decode())
        self._held = data

    def _bytes(self) -> bytes:
        return _text(self.draft).encode()


def _text(draft: Draft) -> str:
    """The file of a story, whose name gives its id."""
    from kb.importers.write import story_markdown

    return story_markdown(replace(draft, id=""))


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


def unfinished(workspace: Workspace) -> tuple[Path, ...]:
    """The files of stories that `Sheet` began and nobody finished, by name."""
    from kb.files import read_text
    from kb.parse.story import parse_stories

    found = []
    for path in sorted(workspace.personal[0].path.glob(f"{UNFINISHED}*.md")):
        with suppress(DocumentError):
            name = shown(workspace, path)
            (story,) = parse_stories(read_text(path, shown=name), path=name).stories
            found += [path] if story.status == "draft" else []
    return tuple(found)


def newest(cards: Iterable[StoryCard]) -> tuple[str, str]:
    """(role, company) of the story with the newest date, each "" if there is none."""
    dated = [card for card in cards if card.date and (card.role or card.company)]
    last = max(dated, key=lambda card: card.date, default=None)
    return (last.role, last.company) if last else ("", "")


def put_competencies(workspace: Workspace, path: str, ids: Collection[str]) -> None:
    """Write competencies into the story file at `path`; the rest of it stays as it is.

    Raises WorkspaceError or DocumentError when the file is gone, was changed meanwhile or cannot
    be written; it then is as it was.
    """
    from kb.files import scan
    from kb.keeping.places import read_exact, write_back
    from kb.rewrite import set_fields

    source = next((s for s in scan(workspace).sources if s.path == path), None)
    if source is None:
        raise WorkspaceError("is gone.", "", path)
    text = read_exact(source)
    write_back(source, text, set_fields(text, {"competencies": list(ids)}, path=path))


def draft_from(
    text: str, path: str, title: str = "", known: Collection[str] = ()
) -> tuple[Draft, tuple[Finding, ...]]:
    """The one story in a text, and each thing of it that is not in the draft.

    path: as errors name it; its extension tells Markdown from YAML. title: used before the
    text's own; where there is neither, the first words do. known: the competencies. The draft
    has an id only where the text names one. Raises UsageError when there is no story or several,
    DocumentError when the text cannot be read as one.
    """
    from kb.parse.story import parse_stories

    read = parse_stories(without_comments(text), path=path, competencies=known)
    if len(read.stories) > 1:
        raise UsageError(f"{path} holds {len(read.stories)} stories.", f"Run: kb import {path}")
    if not read.stories or not read.stories[0].parts:
        raise UsageError(f"there is no story in {path}.", "Write what happened, in any form.")
    (story,) = read.stories
    rules = {finding.rule for finding in read.findings}
    own = title_of(story.parts[0].text) if "no-title" in rules else story.title
    name = path.rpartition("/")[2]
    by_name = slug(name.rpartition(".")[0] or name, 200)
    # "S:" is a part's whole name in notes, and a poor heading
    parts = tuple(replace(p, title=p.title if len(p.title) > 1 else "") for p in story.parts)
    draft = replace(draft_of(story), title=title or own, parts=parts)
    lost = tuple(finding for finding in read.findings if finding.rule not in _HARMLESS)
    return (replace(draft, id="") if story.id == by_name else draft), lost


def template(title: str, role: str = "", company: str = "") -> str:
    """What `kb new --edit` opens: the keys and parts of a story, and what to write there."""
    from kb.importers.write import scalar

    keys = {"title": title, "date": "", "role": role, "company": company}
    rows = [f"{key}: {scalar(value) if value else ''}".rstrip() for key, value in keys.items()]
    parts = (f"## {kind.capitalize()}\n{_comment(said)}\n\n" for kind, said in QUESTIONS.items())
    return "\n".join(["---", *rows, "---", _HEAD, "", ""]) + "".join(parts)


def without_comments(text: str) -> str:
    """A filled-in template without its own comments; what the owner changed of one stays."""
    own = {_HEAD, *map(_comment, QUESTIONS.values())}
    return "".join(row for row in text.splitlines(keepends=True) if row.strip() not in own)


def is_empty(text: str, opened: str) -> bool:
    """Whether a template says no more than when it was opened, but for its comments."""
    return without_comments(text).split() == without_comments(opened).split()


def _comment(text: str) -> str:
    return f"<!-- {text} -->"


_HEAD = _comment("Lines like this one stay out of the story. A date is 2023 or 2023-05.")
