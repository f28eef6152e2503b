"""The file in which an owner keeps what is confirmed, to entries; each fault with its line."""

from __future__ import annotations

import re
from difflib import get_close_matches
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from kb.domain import Finding
from kb.errors import DocumentError
from kb.facts.model import Confirmed, Entry
from kb.facts.words import content
from kb.figures import Figure, find_figures
from kb.parse.yamltree import Mapping, Scalar, Sequence, read_yaml

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from kb.domain import Severity
    from kb.parse.yamltree import Node

KEYS: Final = ("fact", "value", "source", "cannot-confirm", "story", "note")
_TRUTH: Final = {"true": True, "yes": True, "false": False, "no": False, "": False}
_NUMBER: Final = re.compile(r"\d{1,15}(?:\.\d{1,9})?")
_SHAPE: Final = "Write a list of entries: - fact: ..., value: ..., source: ..."


def read_facts(text: str, *, path: str, stories: Collection[str] | None = None) -> Confirmed:
    """The entries in the `text` of the file `path`, and a finding for each fault.

    stories: the ids that there are, or None to take any. A faulty entry is left out and the
    rest is read, even where the file as a whole is no YAML. Entries without a source are
    kept, with one finding for all of them. Nothing is raised.
    """
    reader = _Reader(path, stories)
    entries = [entry for node in reader.items(text) if (entry := reader.entry(node)) is not None]
    reader.sourceless(entries)
    return Confirmed(tuple(entries), tuple(reader.findings))


def value_of(text: str) -> Figure | None:
    """What a value says: its one figure, or a bare number, of no unit; else None."""
    found = find_figures(text)
    if len(found) == 1:
        return found[0]
    bare = _NUMBER.fullmatch(text.replace(",", "").strip())
    return Figure("number", float(bare[0]), "", text, 0, len(text)) if bare else None


class _Reader:
    """Reads one file; `findings` gathers what is wrong."""

    def __init__(self, path: str, stories: Collection[str] | None) -> None:
        self.path = path
        self.stories = stories
        self.findings: list[Finding] = []

    def items(self, text: str) -> Iterator[Node]:
        """The entries' nodes. Where the whole cannot be read, each piece is read alone."""
        try:
            nodes = read_yaml(text, path=self.path)
        except DocumentError as whole:
            yield from self._pieces(text, whole)
            return
        for node in nodes:
            if isinstance(node, Sequence):
                yield from node.items
            else:
                self._find("the file must be a list.", node.line, _SHAPE)

    def _pieces(self, text: str, whole: DocumentError) -> Iterator[Node]:
        """The entries that can be read; of each other one what is wrong with it."""
        lines = text.split("\n")
        starts = [number for number, row in enumerate(lines) if re.match(r"-(\s|$)", row)]
        failed = False
        for start, stop in pairwise([*starts, len(lines)]):
            piece = "\n".join(lines[start:stop])
            try:
                nodes = read_yaml(piece, path=self.path, first_line=start + 1)
            except DocumentError as error:
                failed = True
                self._find(error.message, error.line, error.hint)
                continue
            yield from (i for n in nodes if isinstance(n, Sequence) for i in n.items)
        if not failed:
            self._find(whole.message, whole.line, whole.hint)

    def entry(self, node: Node) -> Entry | None:
        """The entry of a node; None, with a finding, where it is none."""
        if not isinstance(node, Mapping):
            self._find("an entry must be keys and values.", node.line, _SHAPE)
            return None
        fields = self._fields(node)
        fact, value = (self._needed(fields, key, node) for key in ("fact", "value"))
        story = fields["story"].text if "story" in fields else ""
        if fact is None or value is None or not self._known(story, fields):
            return None
        figure = value_of(value.text)
        if figure is None:
            many = len(find_figures(value.text)) > 1
            said = "holds more than one number" if many else "holds no number"
            self._find(f"`value: {value.text}` {said}.", value.line, "Write one, as in 200 ms.")
            return None
        if not story and not content(fact.text):
            hint = "Say in words what the number is of, or name the story."
            self._find("`fact` names nothing.", fact.line, hint)
            return None
        return Entry(
            fact=fact.text, value=value.text, path=self.path, line=node.line, figure=figure,
            source=_text(fields, "source"), cannot_confirm=self._truth(fields), story=story,
            note=_text(fields, "note"),
        )  # fmt: skip

    def _fields(self, mapping: Mapping) -> dict[str, Scalar]:
        """The texts by key. Unknown keys and what is no text are findings, and left out."""
        fields: dict[str, Scalar] = {}
        for key_node, value in mapping.pairs:
            written = key_node.text.strip() if isinstance(key_node, Scalar) else ""
            key = re.sub(r"[\s_]+", "-", written.lower())
            if key not in KEYS:
                near = get_close_matches(key, KEYS, n=1, cutoff=0.6)
                hint = f"Did you mean `{near[0]}`?" if near else f"Keys: {', '.join(KEYS)}."
                self._find(f"unknown key `{written}`, left out.", key_node.line, hint)
            elif key in fields:
                message = f"`{key}` stands twice; the first counts."
                self._find(message, key_node.line, "Remove one.")
            elif not isinstance(value, Scalar):
                self._find(f"`{key}` must be one text.", value.line, "Quote it.")
            else:
                if value.cut:
                    message = f"YAML drops `{value.cut}` from `{key}` as a comment."
                    self._find(message, value.line, "Quote the value.", "warning")
                text = "" if value.kind == "null" else " ".join(value.text.split())
                fields[key] = Scalar(text, value.kind, value.line, value.end)
        return fields

    def _needed(self, fields: dict[str, Scalar], key: str, node: Mapping) -> Scalar | None:
        found = fields.get(key)
        if found is None or not found.text:
            hint = "Say what the number is of." if key == "fact" else "Write it, as in 200 ms."
            self._find(f"the entry has no `{key}`.", found.line if found else node.line, hint)
            return None
        return found

    def _known(self, story: str, fields: dict[str, Scalar]) -> bool:
        if not story or self.stories is None or story in self.stories:
            return True
        near = get_close_matches(story, self.stories, n=1, cutoff=0.6)
        hint = f"Did you mean `{near[0]}`?" if near else "See the ids: kb list"
        self._find(f"there is no story `{story}`.", fields["story"].line, hint)
        return False

    def _truth(self, fields: dict[str, Scalar]) -> bool:
        text = _text(fields, "cannot-confirm").lower()
        if text not in _TRUTH:
            message = f"`cannot-confirm` is true or false, not `{text}`; taken as true."
            self._find(message, fields["cannot-confirm"].line, "Put the reason under note:.")
        return _TRUTH.get(text, True)

    def sourceless(self, entries: Collection[Entry]) -> None:
        """One finding for all entries that say neither a source nor that there is none."""
        bare = [entry for entry in entries if not entry.source and not entry.cannot_confirm]
        if bare:
            many = f"{len(bare)} entries have" if len(bare) > 1 else "the entry has"
            first = ", the first here" if len(bare) > 1 else ""
            hint = "Say where the number comes from, or write cannot-confirm: true."
            self._find(f"{many} no `source`{first}.", bare[0].line, hint, "info")

    def _find(self, message: str, line: int, hint: str, severity: Severity = "error") -> None:
        self.findings.append(Finding("facts", severity, message, self.path, line, hint))


def _text(fields: dict[str, Scalar], key: str) -> str:
    return fields[key].text if key in fields else ""
