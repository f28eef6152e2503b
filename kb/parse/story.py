"""A file of stories, Markdown or YAML, to stories with the line of everything in them."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from kb.domain import ParsedStories, Story
from kb.errors import DocumentError
from kb.parse.frontmatter import split_front_matter
from kb.parse.markdown import normalise
from kb.parse.slug import slug
from kb.parse.storybody import read_body
from kb.parse.storyfields import FieldReader, Fields
from kb.parse.yamltree import Mapping, Scalar, Sequence, read_yaml

if TYPE_CHECKING:
    from collections.abc import Collection

    from kb.parse.yamltree import Node

_YAML = ("yaml", "yml")
_STEM_LIMIT = 200


def parse_stories(text: str, *, path: str, competencies: Collection[str] = ()) -> ParsedStories:
    """The stories in the `text` of the file `path`, whose extension tells Markdown from YAML.

    competencies: the known ids; a story keeps those only, and each other one is
    a finding (with none given, all are kept). Each Part's line is that of the
    first line of its text. Raises DocumentError, with the line, when the front
    matter or the YAML cannot be read; nothing else is raised.
    """
    text = normalise(text)
    reader = FieldReader(path, competencies)
    if path.rpartition(".")[2].lower() in _YAML:
        stories = _from_yaml(text, path, reader)
    else:
        stories = (_from_markdown(text, path, reader),)
    if not stories:
        reader.find("no-stories", "warning", "No story stands here.", 1, "Write one, or remove it.")
    return ParsedStories(stories, tuple(reader.findings))


def _from_markdown(text: str, path: str, reader: FieldReader) -> Story:
    matter = split_front_matter(text, path=path)
    fields = reader.read(matter.fields) if matter.fields else Fields()
    body = read_body(matter.body, line=matter.body_line, title=fields.title)
    if body.title and not fields.title:
        fields.title = body.title.text
    fields.parts.extend(body.parts)
    for label in body.empty:
        reader.find("empty-part", "info", f"Nothing stands under `{label.text}`.", label.line)
    stem = _stem(path)
    return _story(fields, reader, stem_id=slug(stem, _STEM_LIMIT), fallback=_words(stem))


def _from_yaml(text: str, path: str, reader: FieldReader) -> tuple[Story, ...]:
    nodes = read_yaml(text, path=path)
    if len(nodes) == 1 and isinstance(nodes[0], Mapping):
        listed = _listed(nodes[0])
        if listed is None:
            stem = _stem(path)
            return (_story(reader.read(nodes[0]), reader, slug(stem, _STEM_LIMIT), _words(stem)),)
        nodes = (listed,)
    items = [item for node in nodes for item in _items(node)]
    stories: list[Story] = []
    for number, item in enumerate(items, start=1):
        if not isinstance(item, Mapping):
            raise DocumentError(
                "a story must be keys and values, such as `title: ...`.",
                "Text without keys belongs in a .md file.",
                path,
                item.line,
            )
        name = f"{_words(_stem(path))} {number}"
        found = replace(_story(reader.read(item), reader, "", name, item.line), line=item.line)
        stories.append(found)
    return tuple(stories)


def _items(node: Node) -> tuple[Node, ...]:
    return node.items if isinstance(node, Sequence) else (node,)


def _listed(mapping: Mapping) -> Sequence | None:
    """The list in a file of the shape `stories: [...]`."""
    if len(mapping.pairs) == 1:
        key, value = mapping.pairs[0]
        if isinstance(key, Scalar) and key.text.lower() == "stories":
            return value if isinstance(value, Sequence) else None
    return None


def _story(
    fields: Fields, reader: FieldReader, stem_id: str, fallback: str, line: int = 1
) -> Story:
    """A story of its fields. stem_id: its id if none is given, or "" to take the title's slug."""
    if not fields.title:
        fields.title = fallback
        hint = "Add `title:` or a first heading."
        reader.find("no-title", "info", f"No title; `{fallback}` is used.", line, hint)
    if not fields.parts:
        reader.find("empty-story", "warning", "The story has no text.", line, "Write it.")
    return Story(
        id=fields.id or stem_id or slug(fields.title),
        path=reader.path,
        title=fields.title,
        line=line,
        date=fields.date,
        role=fields.role,
        company=fields.company,
        competencies=fields.competencies,
        tags=fields.tags,
        answers=fields.answers,
        status=fields.status,
        parts=tuple(part for part in fields.parts if part.text),
    )


def _stem(path: str) -> str:
    name = path.rpartition("/")[2]
    stem, dot, _ = name.rpartition(".")
    return stem if dot and stem else name


def _words(stem: str) -> str:
    words = " ".join(re.split(r"[\s_-]+", stem)).strip() or stem or "Untitled"
    return words[:1].upper() + words[1:]
