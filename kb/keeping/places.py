"""Where a story stands on disk, found without the index, and its file written back unharmed."""

from __future__ import annotations

import os
import re
import stat
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from kb.domain import StoryCard
from kb.errors import DocumentError, WorkspaceError
from kb.files import read_source, scan, write_atomic
from kb.lookup import find_id, find_place
from kb.parse.markdown import normalise
from kb.parse.slug import slug
from kb.parse.story import parse_stories

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kb.domain import Story
    from kb.files import Source, Workspace

_BOM = "\ufeff"
_FENCES = ("---", "...")
_YAML = (".yaml", ".yml")
_ID = re.compile(r"\bid\b|\\", re.IGNORECASE)  # a backslash: an escape in a key may spell it


@dataclass(frozen=True, slots=True)
class Place:
    """A story's id, and where it stands.

    line: 1-based. number: which of the file's stories it is, from 0. text: the whole file as
    `read_exact` gives it. fault: why the file cannot be read as stories; the id is then the one
    that its name gives, the line that of the fault, and text may be "".
    """

    id: str
    source: Source
    line: int
    number: int
    text: str
    fault: DocumentError | None = None


def all_places(workspace: Workspace) -> tuple[Place, ...]:
    """Every story in the workspace's files, in order of path, then of line.

    An id that two files claim stands twice. A file that cannot be read as stories gives one
    place with a fault, or, where its name must be its id, without: `settled` tells.
    """
    sources = (source for source in scan(workspace).sources if source.kind == "story")
    return tuple(place for source in sources for place in _seen(source))


def settled(place: Place) -> Place:
    """A place of `all_places` or `find_in`, its file now read as stories."""
    now = places_in(place.source)
    return now[min(place.number, len(now) - 1)] if now else place


def _seen(source: Source) -> tuple[Place, ...]:
    """The stories of a file, its YAML read only where an id may stand in it: that takes longer
    than all the rest, and most files are named by their story's id."""
    if source.path.lower().endswith(_YAML):
        return places_in(source)
    try:
        text = read_exact(source)
    except DocumentError:
        return places_in(source)
    if _ID.search(_head(text, source.path)):
        return places_in(source)
    (story,) = parse_stories("", path=source.path).stories
    return (Place(story.id, source, story.line, 0, text),)


def places_in(source: Source) -> tuple[Place, ...]:
    """The stories of one file, as `all_places` has them."""
    text = ""
    try:
        text = read_exact(source)
        stories = parse_stories(_head(text, source.path), path=source.path).stories
    except DocumentError as error:
        name = slug(Path(source.path).stem, 200)
        return (Place(name, source, max(error.line, 1), 0, text, error),)
    return tuple(
        Place(story.id, source, story.line, number, text) for number, story in enumerate(stories)
    )


def find_in(places: Sequence[Place], name: str) -> Place:
    """The place meant by an id, its beginning, a path or `path:line`. Raises UsageError.

    Of two that claim an id the first counts, as in a build; one that can be read comes before
    one that cannot.
    """
    cards = [
        StoryCard(id=str(number), title="", path=place.source.path, line=place.line)
        for number, place in enumerate(places)
    ]
    if found := find_place(name.removeprefix("./"), cards):
        return places[int(found)]
    by_id: dict[str, Place] = {}
    for place in sorted(places, key=lambda one: one.fault is not None):
        by_id.setdefault(place.id, place)
    return by_id[find_id(name, list(by_id))]


def find_place_of(workspace: Workspace, name: str) -> Place:
    """`find_in` among all of the workspace; an absolute path inside it will do as well."""
    inside = f"{workspace.root}{os.sep}"
    return settled(find_in(all_places(workspace), name.removeprefix(inside)))


def find_in_files(workspace: Workspace, name: str) -> tuple[Story, Source, str]:
    """A story by its id (or its beginning) or place, its file, and the file's whole text.

    The text is what stands on disk to the byte, a byte order mark and line ends included. Raises
    UsageError when there is none, DocumentError when its file cannot be read as stories.
    """
    place = find_place_of(workspace, name)
    return story_of(place), place.source, place.text


def story_of(place: Place) -> Story:
    """The story, with all its parts. Raises DocumentError when its file cannot be read as such."""
    if place.fault is not None:
        raise place.fault
    return parse_stories(place.text, path=place.source.path).stories[place.number]


def changed(place: Place, changes: Mapping[str, str | list[str] | None]) -> str:
    """The text of a story's file with keys of the story set, None taking one out, and nothing
    else changed. Raises DocumentError where that cannot be done."""
    from kb.rewrite import set_fields, set_fields_in_yaml

    if place.fault is not None:
        raise place.fault
    if place.source.path.lower().endswith(_YAML):
        return set_fields_in_yaml(place.text, place.number, changes, path=place.source.path)
    return set_fields(place.text, changes, path=place.source.path)


def read_exact(source: Source) -> str:
    """A file's text to the byte: encoded as UTF-8 it is the file. Raises DocumentError."""
    document = read_source(source)
    marked = _BOM + document.text
    return marked if sha256(marked.encode()).hexdigest() == document.sha256 else document.text


def check_writable(source: Source) -> None:
    """Raise WorkspaceError when the owner has made a file read-only. (To replace it would be
    possible, and not what they want.)"""
    try:
        mode = Path(source.abspath).stat().st_mode
    except OSError:
        return  # what is wrong with it is said when it is read
    writable = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH
    if not mode & writable or not os.access(source.abspath, os.W_OK):
        raise WorkspaceError("is read-only, and stays as it is.", "Allow writing.", source.path)


def write_back(source: Source, before: str, after: str) -> None:
    """Put `after` in the place of `before`, which is what `read_exact` gave.

    Raises WorkspaceError when the file is read-only, cannot be written, or was changed by
    someone else in the meantime, and DocumentError when it can no longer be read; it then is as
    it was.
    """
    check_writable(source)
    if read_exact(source) != before:
        raise WorkspaceError(
            "was changed while kb was at it, and is left alone.", "Try again.", source.path
        )
    write_atomic(Path(source.abspath), after.encode())


def _head(text: str, path: str) -> str:
    """As much of a file as gives its stories' ids and lines: of Markdown the front matter."""
    if path.lower().endswith(_YAML):
        return text
    lines = normalise(text).split("\n")
    start = next((row for row, line in enumerate(lines) if line.strip()), len(lines))
    if start == len(lines) or lines[start].rstrip() != "---":
        return ""
    for row in range(start + 1, len(lines)):
        if lines[row].rstrip() in _FENCES:
            return "\n".join(lines[: row + 1])
    return text
