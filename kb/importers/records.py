"""What an importer finds in a source: drafts, each with its place and what was not taken as it
stood. Nothing is left out without a note or a finding."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Literal

from kb.domain import Finding
from kb.importers.draft import Draft

# dropped: a field that is left out; text: a field that became text of the story; tag: a name
# that is no competency of kb; date: one that is none, or was read less exactly; embed: a file
# that does not come along; title: made of the story's first words; id, status: as they say.
NoteKind = Literal["dropped", "text", "tag", "date", "embed", "title", "id", "status"]


@dataclass(frozen=True, slots=True)
class Note:
    """Something of a record that was not taken as it stood. what: the field's or file's name;
    value: what it held, or ""."""

    kind: NoteKind
    what: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """A story found in a source. line: where it begins there (in a Word file: the paragraph)."""

    draft: Draft
    line: int
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """What one source holds. findings: what else stands in it, and what cannot be read."""

    records: tuple[Record, ...] = ()
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """What an importer needs to know of the file it reads.

    name: as findings show it. stem: its name without folder and extension. competencies: the
    known ids. vault: it lies in an Obsidian vault. whole: it is one story, whatever it holds.
    """

    name: str
    stem: str = ""
    competencies: Collection[str] = field(default_factory=frozenset)
    vault: bool = False
    whole: bool = False
