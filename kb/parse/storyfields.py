"""The keys of a story: read from a YAML mapping, checked, each fault a finding with its line."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, cast

from kb.domain import Finding, Part
from kb.parse.labels import part_kind
from kb.parse.slug import slug
from kb.parse.storybody import read_body
from kb.parse.yamltree import Mapping, Scalar, Sequence

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from kb.domain import Severity, Status
    from kb.parse.yamltree import Node

KEYS = (
    "id", "title", "date", "role", "company", "competencies", "tags", "answers", "status",
)  # fmt: skip
TEXT_KEYS = ("text", "story", "body")
_STATUSES = ("draft", "ready", "retired")
_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_CLOCK = re.compile(r"(\d{4}-\d{2}-\d{2})[Tt ]\s*\d{1,2}:.*", re.DOTALL)
_ID_LIMIT = 200


@dataclass(slots=True)
class Fields:
    """What a mapping says of a story. title_line: where the title stands, or 0."""

    id: str = ""
    title: str = ""
    title_line: int = 0
    date: str = ""
    role: str = ""
    company: str = ""
    competencies: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    status: Status = "ready"
    parts: list[Part] = field(default_factory=list)


class FieldReader:
    """Reads the mappings of one file; `findings` gathers what was noticed."""

    def __init__(self, path: str, competencies: Collection[str]) -> None:
        self.path = path
        self.known = tuple(competencies)
        self.findings: list[Finding] = []

    def read(self, mapping: Mapping) -> Fields:
        """The fields of a story, and its parts in the order they stand.

        Keys are those of KEYS, a part's label ("situation", "what_i_did", ...) or
        one of TEXT_KEYS. Others are left out with a finding. A key that stands
        twice counts once, texts excepted.
        """
        fields = Fields()
        bodies: list[tuple[int, Scalar]] = []
        seen: set[str] = set()
        for key_node, value in mapping.pairs:
            written = key_node.text.strip() if isinstance(key_node, Scalar) else ""
            key = re.sub(r"[\s_-]+", " ", written.lower())
            if key in KEYS:
                if key in seen:
                    message = f"`{key}` stands twice; the first counts."
                    self.find("duplicate-key", "warning", message, key_node.line, "Remove one.")
                    continue
                seen.add(key)
                self._field(fields, key, value, key_node.line)
            elif key in TEXT_KEYS:
                text = _block(value)
                bodies.append((len(fields.parts), text))
                fields.parts.append(Part("text", text.text, text.line))
            elif kind := part_kind(key, "task"):
                text = _block(value)
                if text.text:
                    fields.parts.append(Part(kind, text.text, text.line, written))
            else:
                self._unknown_key(written, key, key_node.line)
        self._bodies(fields, bodies)
        return fields

    def find(self, rule: str, severity: Severity, message: str, line: int, hint: str = "") -> None:
        """Note a finding."""
        self.findings.append(Finding(rule, severity, message, self.path, line, hint))

    def _bodies(self, fields: Fields, bodies: list[tuple[int, Scalar]]) -> None:
        """Read the texts under `text:` as Markdown, the last first: that one may give the title."""
        read: dict[int, list[Part]] = {}
        for place, text in reversed(bodies):
            body = read_body(text.text, line=text.line, title=fields.title)
            if body.title and not fields.title:
                fields.title, fields.title_line = body.title.text, body.title.line
            read[place] = [part if text.block else _on_line(part, text) for part in body.parts]
        fields.parts = [
            part for place, one in enumerate(fields.parts) for part in read.get(place, [one])
        ]

    def _field(self, fields: Fields, key: str, value: Node, line: int) -> None:
        texts = list(self._texts(key, value))
        if key == "competencies":
            fields.competencies = self._competencies(_split(texts))
        elif key == "tags":
            tags = (text.text.lstrip("#").strip() for text in _split(texts))
            fields.tags = tuple(dict.fromkeys(tag for tag in tags if tag))
        elif key == "answers":
            lines = (row.strip() for text in texts for row in text.text.split("\n"))
            fields.answers = tuple(dict.fromkeys(row for row in lines if row))
        else:
            self._text(fields, key, ", ".join(" ".join(text.text.split()) for text in texts), line)

    def _text(self, fields: Fields, key: str, text: str, line: int) -> None:
        """A field that is one text."""
        if key == "date":
            fields.date = self._date(text, line)
        elif key == "status":
            fields.status = self._status(text, line)
        elif key == "id":
            fields.id = slug(text, _ID_LIMIT) if text else ""
            if fields.id != text:
                message = f"The id `{text}` is kept as `{fields.id}`."
                hint = "Ids are lower-case words joined by hyphens."
                self.find("changed-id", "info", message, line, hint)
        elif key == "title":
            fields.title, fields.title_line = text, line if text else 0
        else:
            setattr(fields, key, text)

    def _texts(self, key: str, value: Node) -> Iterator[Scalar]:
        """The texts of a value: itself, or the items of a list; what is none is a finding."""
        for node in value.items if isinstance(value, Sequence) else (value,):
            scalar = _one(node)
            if scalar is None:
                message = f"`{key}` holds more than text; that is left out."
                self.find("not-text", "warning", message, node.line, "Write a text or a list.")
                continue
            if scalar.cut:
                message = f"YAML drops `{scalar.cut}` from `{key}` as a comment."
                self.find("cut-comment", "warning", message, scalar.line, "Quote the value.")
            if scalar.kind != "null" and scalar.text.strip():
                yield scalar

    def _date(self, text: str, line: int) -> str:
        clock = _CLOCK.fullmatch(text)
        text = clock[1] if clock else text
        match = _DATE.fullmatch(text) if text.isascii() else None
        if match:
            try:
                date(int(match[1]), int(match[2] or 1), int(match[3] or 1))
            except ValueError:
                match = None
        if match or not text:
            return text
        hint = "Write YYYY, YYYY-MM or YYYY-MM-DD."
        self.find("bad-date", "warning", f"`{text}` is no date kb reads.", line, hint)
        return ""

    def _status(self, text: str, line: int) -> Status:
        status = text.lower()
        if status in _STATUSES:
            return cast("Status", status)
        if text:
            message = f"unknown status `{text}`, taken as ready."
            hint = _near(status, _STATUSES) or f"It is one of {', '.join(_STATUSES)}."
            self.find("unknown-status", "warning", message, line, hint)
        return "ready"

    def _competencies(self, texts: list[Scalar]) -> tuple[str, ...]:
        """The known ones; without a list of them to compare with, all."""
        ids: dict[str, None] = {}
        for text in texts:
            name = slug(text.text, _ID_LIMIT)
            if not self.known or name in self.known:
                ids[name] = None
            else:
                message = f"unknown competency `{text.text}`."
                hint = _near(name, self.known) or "See the known ones: kb list --competencies"
                self.find("unknown-competency", "warning", message, text.line, hint)
        return tuple(ids)

    def _unknown_key(self, written: str, key: str, line: int) -> None:
        hint = _near(key, (*KEYS, *TEXT_KEYS))
        severity: Literal["warning", "info"] = "warning" if hint else "info"
        message = f"unknown key `{written}`, left out."
        self.find("unknown-key", severity, message, line, hint or f"Keys: {', '.join(KEYS)}.")


@lru_cache(maxsize=256)
def _near(name: str, names: tuple[str, ...]) -> str:
    found = get_close_matches(name, names, n=1, cutoff=0.6)
    return f"Did you mean `{found[0]}`?" if found else ""


def _one(node: Node) -> Scalar | None:
    """A node as one text. `- Tell me: now` reads as a mapping in YAML and is meant as a text."""
    if isinstance(node, Scalar):
        return node
    if isinstance(node, Mapping) and len(node.pairs) == 1:
        key, value = node.pairs[0]
        if isinstance(key, Scalar) and isinstance(value, Scalar):
            return Scalar(f"{key.text}: {value.text}".strip(), "str", node.line, value.end)
    return None


def _split(texts: list[Scalar]) -> list[Scalar]:
    """The texts, parted at commas and line ends."""
    return [
        Scalar(piece.strip(), "str", text.line, text.end)
        for text in texts
        for piece in re.split(r"[,\n]", text.text)
        if piece.strip()
    ]


def _block(node: Node) -> Scalar:
    """A node as a running text: lists become bullets, whatever is deeper is written out."""
    if isinstance(node, Scalar):
        if node.kind == "null":
            return Scalar("", "null", node.line, node.line)
        text = node.text.replace("\r", "\n")
        blank = len(text) - len(text.lstrip("\n")) if node.block else 0
        body = f"{text.strip(chr(10))} {node.cut}".rstrip()
        return Scalar(body if body.strip() else "", "str", node.line + blank, node.end, node.block)
    return Scalar("\n".join(_rows(node)), "str", node.line, node.line)


def _rows(node: Node, indent: str = "") -> Iterator[str]:
    """A list or mapping as bullets; its depth is bounded by the reader."""
    if isinstance(node, Scalar):
        text = "" if node.kind == "null" else f"{node.text} {node.cut}".strip()
        yield from (f"{indent}{row}" for row in text.split("\n"))
        return
    pairs = node.pairs if isinstance(node, Mapping) else [(None, item) for item in node.items]
    for key, value in pairs:
        rows = list(_rows(value))
        if key is not None:
            name = " ".join(" ".join(_rows(key)).split())
            rows = [f"{name}: {rows[0]}".rstrip(), *rows[1:]] if rows else [name]
        first, *rest = rows or [""]
        yield f"{indent}- {first}"
        yield from (f"{indent}  {row}" for row in rest)


def _on_line(part: Part, text: Scalar) -> Part:
    """A part of a text whose lines are not those of the file: it stands where the text begins."""
    return Part(part.kind, part.text, text.line, part.title)
