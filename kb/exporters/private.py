"""`_kb/private.yaml`: what must not be told outside, and what stands for it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final, Literal, NoReturn

from kb.errors import DocumentError
from kb.exporters.names import Terms, figures, words
from kb.parse.yamltree import Mapping, Scalar, Sequence, read_yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kb.exporters.names import Cut
    from kb.parse.yamltree import Node

Kind = Literal["person", "company", "client", "figure", "other"]
KEYS: Final[dict[str, Kind]] = {
    "people": "person", "companies": "company", "clients": "client", "figures": "figure",
    "other": "other",
}  # fmt: skip
_PLACEHOLDERS: Final[dict[Kind, str]] = {
    "person": "Person {}",
    "company": "Company {}",
    "client": "Client {}",
    "figure": "[figure {}]",
    "other": "[private {}]",
}
_LONGEST: Final = 200


@dataclass(frozen=True, slots=True)
class Entry:
    """A listed text and what is written for it. given: whether the file names the placeholder."""

    kind: Kind
    text: str
    placeholder: str
    line: int = 0
    given: bool = False


@dataclass(frozen=True, slots=True)
class Private:
    """What is listed, in the order of the file."""

    entries: tuple[Entry, ...] = ()

    def texts(self, kind: Kind) -> tuple[str, ...]:
        """The listed texts of a kind."""
        return tuple(entry.text for entry in self.entries if entry.kind == kind)


def read_private(text: str, path: str) -> Private:
    """What a private.yaml lists; `path` is how errors call it.

    Each entry gets the placeholder it names, or one with its place in its list, so that entries
    added at the end renumber none. Raises DocumentError, with the line, for whatever is not
    understood: a name that is passed over would not be replaced.
    """
    reader = _Reader(path)
    entries = tuple(reader.entries(read_yaml(text, path=path)))
    reader.check(entries)
    reader.check_commas(entries, text)
    return Private(entries)


class _Reader:
    def __init__(self, path: str) -> None:
        self.path = path

    def entries(self, documents: tuple[Node, ...]) -> Iterator[Entry]:
        if len(documents) > 1:
            self.fail("it holds several documents.", "Remove the lines of ---.", documents[1].line)
        seen: set[str] = set()
        for node in documents:
            if not isinstance(node, Mapping):
                hint = f"Write lists under {', '.join(KEYS)}."
                self.fail("it must hold keys with lists.", hint, node.line)
            for key, value in node.pairs:
                kind = self._kind(key, seen)
                for place, (item, placeholder) in enumerate(self._items(value), start=1):
                    yield self._entry(kind, place, item, placeholder)

    def check(self, entries: tuple[Entry, ...]) -> None:
        """That no listed text comes back with a placeholder."""
        cuts: tuple[Cut, ...] = (words, figures)
        for cut in cuts:
            terms: Terms[Entry] = Terms(cut)
            for entry in entries:
                if (entry.kind == "figure") == (cut is figures):
                    terms.add(entry.text, entry)
            for entry in entries:
                hits = terms.find(entry.placeholder) if entry.given or cut is words else []
                for hit in hits[:1]:
                    self.fail(
                        f"`{hit.value.text}` stands in the placeholder `{entry.placeholder}`.",
                        f"Give {'it' if hit.value is entry else f'`{entry.text}`'} another "
                        "placeholder, as `text: placeholder`.",
                        hit.value.line if hit.value is entry else entry.line,
                    )

    def check_commas(self, entries: tuple[Entry, ...], text: str) -> None:
        """That no figure was parted at its comma, as YAML does in brackets: [186,000]."""
        rows = text.splitlines()
        for entry in entries:
            if entry.kind == "figure" and re.fullmatch(r"\d{3}", entry.text):
                row = rows[entry.line - 1] if entry.line <= len(rows) else ""
                parted = re.search(rf"[^\s,\[\]]*\d,{entry.text}(?!\d)", row)
                if parted:
                    message = f"YAML parts {parted[0]} at its comma."
                    self.fail(message, f'Quote it: "{parted[0]}"', entry.line)

    def fail(self, message: str, hint: str, line: int) -> NoReturn:
        raise DocumentError(message, hint, self.path, line)

    def _kind(self, key: Node, seen: set[str]) -> Kind:
        name = key.text.strip().lower() if isinstance(key, Scalar) else ""
        if name not in KEYS:
            near = [key for key, kind in KEYS.items() if kind == name]
            near = near or get_close_matches(name, KEYS, n=1, cutoff=0.6)
            hint = f"Did you mean `{near[0]}`?" if near else f"Keys: {', '.join(KEYS)}."
            self.fail(f"unknown key `{name}`.", hint, key.line)
        if name in seen:
            self.fail(f"`{name}` stands twice.", "Join the two lists.", key.line)
        seen.add(name)
        return KEYS[name]

    def _items(self, node: Node) -> Iterator[tuple[Node, Node | None]]:
        """Each text of a list, with what stands for it if that is said."""
        if isinstance(node, Scalar) and node.kind == "null":
            return
        for item in node.items if isinstance(node, Sequence) else (node,):
            if isinstance(item, Mapping):
                yield from item.pairs
            else:
                yield item, None

    def _entry(self, kind: Kind, place: int, item: Node, named: Node | None) -> Entry:
        text = self._text(item)
        cut = figures if kind == "figure" else words
        if not cut(text):
            self.fail(
                "an entry holds no letter or digit.", "Write a name, or remove it.", item.line
            )
        placeholder = ""
        if named is not None and not (isinstance(named, Scalar) and named.kind == "null"):
            placeholder = self._text(named)
        usual = _PLACEHOLDERS[kind].format(place)
        return Entry(kind, text, placeholder or usual, item.line, given=bool(placeholder))

    def _text(self, node: Node) -> str:
        if not isinstance(node, Scalar):
            hint = "Write a text, or `text: placeholder`."
            self.fail("an entry holds more than a text.", hint, node.line)
        if node.cut:
            self.fail(f"YAML drops `{node.cut}` as a comment.", "Quote the text.", node.line)
        text = " ".join(node.text.split()) if node.kind != "null" else ""
        if not text:
            self.fail("an entry is empty.", "Write a name, or remove the line.", node.line)
        if len(text) > _LONGEST:
            self.fail(f"an entry is over {_LONGEST} characters.", "List names.", node.line)
        return text
