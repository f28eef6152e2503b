"""A key of a story set or removed in the text of its file, and nothing else changed.

The text is cut at the value's own characters and joined again, so that every other
line stays as it is to the byte. (A round trip of the whole front matter through
ruamel.yaml writes other lines anew: it moves comments, drops those that stand before
a list item that is taken out, and rewrites `key : value`.) ruamel.yaml writes the new
values. What comes out is parsed and compared with what went in before it is returned.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kb.errors import DocumentError
from kb.parse.markdown import normalise
from kb.parse.story import parse_stories
from kb.parse.storyfields import KEYS, FieldReader
from kb.parse.yamltree import Mapping as Tree
from kb.parse.yamltree import Scalar, Sequence
from kb.rewrite.cuts import ByHandError, apply, cuts_for, with_front_matter
from kb.rewrite.tree import is_key, key_of, region_of, says, shape, spoken, texts_of
from kb.rewrite.values import one_line

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kb.domain import Story
    from kb.rewrite.tree import Region

__all__ = ["set_fields", "set_fields_in_yaml", "written"]


@dataclass(frozen=True, slots=True)
class _Wish:
    """What is to become of a key of the file's story `number`. value None: it goes."""

    key: str
    value: str | list[str] | None
    path: str
    number: int


def set_fields(text: str, changes: Mapping[str, str | list[str] | None], *, path: str) -> str:
    """The `text` of a Markdown story with keys of its front matter set; None takes a key out.

    text: as on disk, with its byte order mark and line ends. A text without front matter gets
    one. Every line but those of the keys stays as it is, comments, order, quotes, line ends and
    all; a key that has the value already is left as it stands. Of a key that stands twice the
    first is set, and both are taken out.

    The result is parsed: it gives the new values, and every other field and part as before.
    Raises DocumentError, with the line and what to write by hand, where that cannot be had, and
    when `text` cannot be read.
    """
    return _set_all(text, changes, path, 0)


def set_fields_in_yaml(
    text: str, story: str | int, changes: Mapping[str, str | list[str] | None], *, path: str
) -> str:
    """The same for one story of a YAML file: the first with the id `story`, or, of a number, the
    one at that place, from 0.

    Raises DocumentError also when the file holds no such story.
    """
    ids = [one.id for one in parse_stories(text, path=path).stories]
    number = story if isinstance(story, int) else ids.index(story) if story in ids else len(ids)
    if number >= len(ids):
        raise DocumentError(f"no story `{story}` stands here.", "", path)
    return _set_all(text, changes, path, number)


def written(text: str, key: str, *, path: str, number: int = 0) -> str | list[str] | None:
    """What a key of the file's story `number` (from 0) says as it is written; None without it.

    Of what is more than a text or a list of texts "". Raises DocumentError when the file cannot
    be read.
    """
    parse_stories(text, path=path)
    region = region_of(normalise(text), path, number)
    pairs = region.mapping.named(key) if region and region.mapping else []
    return texts_of(pairs[0][1]) if pairs else None


def _set_all(
    text: str, changes: Mapping[str, str | list[str] | None], path: str, number: int
) -> str:
    parse_stories(text, path=path)  # what cannot be read is refused in its own words
    for key in sorted(changes, key=lambda one: not is_key(one, "id")):  # a title may give the id
        text = _set(text, _Wish(key, changes[key], path, number))
    return text


def _set(text: str, wish: _Wish) -> str:
    region = region_of(normalise(text), wish.path, wish.number)
    pairs = region.mapping.named(wish.key) if region and region.mapping else []
    if says(pairs[0][1], wish.value) if pairs else wish.value is None:
        return text
    for surely in (False, True):
        try:
            after = _attempt(text, region, wish, surely)
            _check(text, after, wish)
        except (ByHandError, DocumentError):
            continue
        return after
    raise _by_hand(text, region, wish)


def _attempt(text: str, region: Region | None, wish: _Wish, surely: bool) -> str:
    if region is not None:
        return apply(text, region, cuts_for(region, wish.key, wish.value, surely))
    if wish.value is None:
        return text
    return with_front_matter(text, wish.key, wish.value, surely)


def _by_hand(text: str, region: Region | None, wish: _Wish) -> DocumentError:
    """That nothing was done, where, and what to write."""
    place = 0
    if region is not None:
        pairs = region.mapping.named(wish.key) if region.mapping else []
        start = pairs[0][0].start if pairs else region.mapping.start if region.mapping else 0
        place = region.base + start
    if wish.value is None:
        hint = f"Take `{wish.key}` out by hand."
    else:
        hint = f"Write `{wish.key}: {one_line(wish.value)}` there by hand."
    message = f"`{wish.key}` cannot be changed here without touching what else stands there."
    return DocumentError(message, hint, wish.path, normalise(text).count("\n", 0, place) + 1)


def _check(before: str, after: str, wish: _Wish) -> None:
    """Raise ByHandError or DocumentError unless `after` is `before` with the wish come true."""
    old = parse_stories(before, path=wish.path).stories
    new = parse_stories(after, path=wish.path).stories
    if len(old) != len(new):
        raise ByHandError
    name = key_of(wish.key)
    for number, (one, other) in enumerate(zip(old, new, strict=True)):
        changed = name if name in KEYS and number == wish.number else ""
        if _without_lines(one, changed) != _without_lines(other, changed):
            raise ByHandError
    wanted = _as_parsed(wish)
    if wanted and name in KEYS and getattr(new[wish.number], name) != wanted:
        raise ByHandError
    _check_yaml(normalise(before), normalise(after), wish)


def _check_yaml(before: str, after: str, wish: _Wish) -> None:
    """The same for the keys that kb does not read, and for what the new one says exactly."""
    old, new = (region_of(text, wish.path, wish.number) for text in (before, after))
    if new is None:
        raise ByHandError
    if old is not None:
        if shape(old, wish.key) != shape(new, wish.key) or spoken(old, wish.key):
            raise ByHandError
        if wish.value is None and old.text and new.mapping and new.mapping.named(wish.key):
            raise ByHandError
    if wish.value is not None:
        pairs = new.mapping.named(wish.key) if new.mapping else []
        if not pairs or not says(pairs[0][1], wish.value):
            raise ByHandError


def _without_lines(story: Story, changed: str) -> Story:
    """A story as it is compared: without the lines, which move, and the field that changes."""
    parts = tuple(replace(part, line=0) for part in story.parts)
    same = replace(story, line=0, parts=parts)
    if not changed:
        return same
    nothing: object = () if isinstance(getattr(story, changed), tuple) else ""
    return replace(same, **{changed: nothing})  # type: ignore[arg-type]


def _as_parsed(wish: _Wish) -> object:
    """What kb's own reader makes of the new value; None where the key goes."""
    if wish.value is None:
        return None
    texts = [wish.value] if isinstance(wish.value, str) else wish.value
    scalars = tuple(Scalar(text, "str", 1, 1) for text in texts)
    node = scalars[0] if isinstance(wish.value, str) else Sequence(scalars, 1)
    name = key_of(wish.key)
    fields = FieldReader(wish.path, ()).read(Tree(((Scalar(name, "str", 1, 1), node),), 1))
    return getattr(fields, name, None)
