"""A framework as it is written, YAML, to a Framework; whatever is wrong is said with its line.

A fault costs only what it stands on: a competency that no one knows is left out, a principle
without any, and a framework only when no principle is left.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from kb.domain import Finding
from kb.errors import DocumentError
from kb.parse.slug import slug
from kb.parse.yamltree import Mapping, Node, Scalar, Sequence, read_yaml
from kb.portfolio.types import Framework, Principle

if TYPE_CHECKING:
    from kb.domain import Severity

KEYS: Final = ("id", "name", "about", "source", "read", "unofficial", "licence", "principles")
PRINCIPLE_KEYS: Final = ("id", "name", "line", "competencies")
HINT: Final = "See one with all its keys: kb frameworks amazon --yaml"
_NO: Final = frozenset({"no", "false", "off", "n"})
_DATE: Final = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")


@dataclass(frozen=True, slots=True)
class ParsedFramework:
    """A framework, None where nothing of it can be used, and what was noticed."""

    framework: Framework | None
    findings: tuple[Finding, ...] = ()


def parse_framework(
    text: str, *, path: str, stem: str, competencies: Collection[str]
) -> ParsedFramework:
    """The framework in `text`, the content of the file called `path`.

    stem: the file's name without its ending, which is the id where none is written.
    competencies: the canonical ids. Raises DocumentError when the text is no YAML, or holds
    no keys and values.
    """
    documents = read_yaml(text, path=path)
    root = documents[0] if documents else None
    if not isinstance(root, Mapping):
        message = "a framework must hold keys and values." if documents else "the file is empty."
        raise DocumentError(message, HINT, path, root.line if root else 1)
    reader = _Reader(path, competencies)
    if len(documents) > 1:
        message = "the file holds more than one framework; the first is read."
        reader.find("framework-more", "warning", message, documents[1].line, "Keep one in a file.")
    framework = reader.framework(root, stem)
    return ParsedFramework(framework, tuple(reader.findings))


@dataclass(slots=True)
class _Reader:
    path: str
    competencies: Collection[str]
    findings: list[Finding] = field(default_factory=list)

    def find(self, rule: str, severity: Severity, message: str, line: int, hint: str = "") -> None:
        self.findings.append(Finding(rule, severity, message, self.path, line, hint))

    def framework(self, root: Mapping, stem: str) -> Framework | None:
        keys = self._keys(root, KEYS, "a framework")
        written = self._id(keys, "id")
        name = self._text(keys, "name")
        principles = tuple(self._principles(keys.get("principles"), root.line))
        if not principles:
            message = "no principle of this framework can be used; it is left out."
            self.find("framework-empty", "error", message, root.line, HINT)
            return None
        return Framework(
            id=written or slug(stem),
            name=name or stem,
            about=self._text(keys, "about"),
            source=", ".join(text for text, _ in self._texts(keys.get("source"), "source")),
            read=self._read(keys),
            unofficial=self._text(keys, "unofficial").lower() not in _NO,
            licence=self._text(keys, "licence"),
            principles=principles,
            path=self.path,
            line=keys["id"].line if "id" in keys else root.line,
        )

    def _keys(self, node: Mapping, known: Collection[str], what: str) -> dict[str, Node]:
        """The known keys with their values; unknown and repeated ones are findings."""
        found: dict[str, Node] = {}
        for key_node, value in node.pairs:
            written = key_node.text.strip() if isinstance(key_node, Scalar) else ""
            key = "licence" if written.lower() == "license" else written.lower()
            if key not in known:
                near = get_close_matches(key, known, n=1, cutoff=0.6)
                hint = f"Did you mean `{near[0]}`?" if near else f"Keys: {', '.join(known)}."
                message = f"unknown key `{written}` of {what}, left out."
                self.find("framework-key", "warning", message, key_node.line, hint)
            elif key in found:
                message = f"`{key}` stands twice; the first counts."
                self.find("framework-twice", "warning", message, key_node.line, "Remove one.")
            else:
                found[key] = value
        return found

    def _text(self, keys: dict[str, Node], key: str) -> str:
        """The text under a key, "" where there is none."""
        node = keys.get(key)
        if node is None or (isinstance(node, Scalar) and node.kind == "null"):
            return ""
        if not isinstance(node, Scalar):
            message = f"`{key}` must be a text; it is left out."
            self.find("framework-value", "warning", message, node.line, f"Write `{key}: ...`.")
            return ""
        return " ".join(node.text.split())

    def _texts(self, node: Node | None, key: str) -> Iterator[tuple[str, int]]:
        """The texts of a value that is one or a list of them."""
        for one in node.items if isinstance(node, Sequence) else (node,) if node else ():
            if not isinstance(one, Scalar):
                message = f"`{key}` must be a text or a list of texts; this is left out."
                self.find("framework-value", "warning", message, one.line)
            elif one.kind != "null" and one.text.strip():
                yield " ".join(one.text.split()), one.line

    def _id(self, keys: dict[str, Node], key: str) -> str:
        text = self._text(keys, key)
        plain = slug(text) if text else ""
        if plain != text:
            message = f"the id {text!r} is read as `{plain}`."
            hint = "Ids have small letters, digits and hyphens."
            self.find("framework-id", "warning", message, keys[key].line, hint)
        return plain

    def _read(self, keys: dict[str, Node]) -> str:
        """When the source was read; a date, or ""."""
        text = self._text(keys, "read")
        if text and not _DATE.fullmatch(text):
            message = f"`read` takes a date such as 2026-11-28, not {text!r}; it is left out."
            self.find("framework-value", "warning", message, keys["read"].line)
            return ""
        return text

    def _principles(self, node: Node | None, line: int) -> Iterator[Principle]:
        if not isinstance(node, Sequence):
            message = "a framework needs `principles:`, a list."
            self.find("framework-principles", "error", message, node.line if node else line, HINT)
            return
        seen: set[str] = set()
        for item in node.items:
            principle = self._principle(item)
            if principle is None:
                continue
            if principle.id in seen:
                message = f"there are two principles `{principle.id}`; the first counts."
                self.find("framework-twice", "warning", message, item.line, "Give it another name.")
                continue
            seen.add(principle.id)
            yield principle

    def _principle(self, item: Node) -> Principle | None:
        if not isinstance(item, Mapping):
            message = "a principle must hold keys and values; it is left out."
            hint = "It needs `name:` and `competencies:`."
            self.find("framework-principle", "error", message, item.line, hint)
            return None
        keys = self._keys(item, PRINCIPLE_KEYS, "a principle")
        name = self._text(keys, "name")
        if not name:
            message = "a principle without a name is left out."
            self.find("framework-principle", "error", message, item.line, "Give it `name:`.")
            return None
        competencies = tuple(self._competencies(keys.get("competencies")))
        if not competencies:
            message = f"“{name}” names no competency that kb knows; it is left out."
            hint = "Ids: kb/data/competencies.yaml, or `kb coverage`."
            self.find("framework-principle", "error", message, item.line, hint)
            return None
        written = self._id(keys, "id")
        return Principle(written or slug(name), name, self._text(keys, "line"), competencies)

    def _competencies(self, node: Node | None) -> Iterator[tuple[str, float]]:
        """(id, weight) of each that is known: a list weighs each 1, a mapping as it says."""
        pairs: list[tuple[str, Node | None, int]] = []
        if isinstance(node, Mapping):
            for key, value in node.pairs:
                pairs.append((key.text if isinstance(key, Scalar) else "", value, key.line))
        else:
            pairs = [(text, None, line) for text, line in self._texts(node, "competencies")]
        seen: set[str] = set()
        for written, given, line in pairs:
            name = written.strip().lower().replace(" ", "-").replace("_", "-")
            weight = 1.0 if given is None else self._weight(given, written)
            if name not in self.competencies:
                near = get_close_matches(name, self.competencies, n=1, cutoff=0.5)
                hint = f"Did you mean `{near[0]}`?" if near else "See them: kb coverage"
                message = f"there is no competency `{written}`; it is left out."
                self.find("framework-competency", "warning", message, line, hint)
            elif name in seen:
                message = f"`{name}` stands twice in a principle; the first counts."
                self.find("framework-twice", "warning", message, line, "Remove one.")
            else:
                seen.add(name)
                yield name, weight

    def _weight(self, node: Node, competency: str) -> float:
        """How much a competency counts, 1 where what is written is no weight."""
        text = node.text.strip() if isinstance(node, Scalar) else ""
        if isinstance(node, Scalar) and node.kind == "null":
            return 1.0
        try:
            weight = float(text)
        except ValueError:
            weight = 0.0
        if 0 < weight <= 1:
            return weight
        message = f"the weight of `{competency}` must be over 0 and at most 1; it is read as 1."
        self.find("framework-weight", "warning", message, node.line, "Write 1, or less: 0.5.")
        return 1.0
