"""The sample answers of one question, as they are read."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kb.domain import Example, Part, PartKind
from kb.parse.labels import normal, strip_ornament
from kb.parse.prose import Prose

if TYPE_CHECKING:
    from kb.parse.markdown import Block

_NAMED = re.compile(
    r"^(?:(?:sample|example|model|suggested|possible|star|worked|my|alternative)\s)?"
    r"(?:example|answer|response|story|sample|version|ans|a(?=\d))"
    r"(?:\s{0,3}#?\s{0,3}(\d{1,3}|[a-z](?=\W|$)))?"
    r"(?:\s{0,3}\(([^()]{1,200})\)|\s{0,3}[:：]\s{0,3}(.*)|\s{1,3}[-–—]\s{0,3}(.*)|[–—]\s{0,3}(.*))?\s*$",
    re.IGNORECASE | re.DOTALL,
)
_METHOD = re.compile(r"(?:using |in )?(?:the )?star(?: (?:method|format))?", re.IGNORECASE)
_OF = re.compile(r"^(?:(?:worked|full|real|another|an)\s+)*examples?\s+(?:of|from|for|in)\s", re.I)


def example_name(label: str) -> str | None:
    """The name in a label like "Example 2 - Process", "Answer (senior)"; None if it is no such.

    "" for a label that only counts ("Example 1", "Sample Answer").
    """
    match = _NAMED.match(strip_ornament(label).strip("*_ "))
    if match is None:
        return None
    name = next((each.strip(" :*_") for each in match.groups()[1:] if each), "")
    return "" if _METHOD.fullmatch(name) else name


def is_counted(label: str) -> bool:
    """Whether a label names an example beyond doubt: "Example 2", "Sample Answer", "A1"."""
    plain = normal(label)
    return " " in plain or plain[-1:].isdigit() or plain != strip_ornament(label).casefold()


def describes_example(heading: str) -> bool:
    """Whether a heading is itself an example's name ("Example of Applying These Principles")."""
    return _OF.match(strip_ornament(heading)) is not None


@dataclass(slots=True)
class _OpenPart:
    kind: PartKind
    title: str
    line: int
    prose: Prose = field(default_factory=Prose)


@dataclass(slots=True)
class OpenExample:
    """An example that is still being read."""

    name: str
    line: int
    parts: list[_OpenPart] = field(default_factory=list)
    told: bool = False  # whether it has come as far as an action or a result

    @property
    def kind(self) -> PartKind | None:
        """The kind of the part that is open."""
        return self.parts[-1].kind if self.parts else None

    def begin(self, kind: PartKind, title: str, line: int) -> None:
        """Open a part."""
        self.told = self.told or kind in {"action", "result", "learning"}
        self.parts.append(_OpenPart(kind, title, line))

    def add(self, block: Block) -> None:
        """Append a block's text to the open part, or to a new one without label."""
        self.add_text(block.text, block.line, block.end)

    def add_text(self, text: str, line: int, end: int) -> None:
        """Append text to the open part, or to a new one without label."""
        if not text.strip():
            return
        if not self.parts:
            self.begin("text", "", line)
        self.parts[-1].prose.add(text, line, end)

    def closed(self) -> Example:
        """The example as it is known from now on; a part that only has a title keeps it."""
        parts = (Part(p.kind, p.prose.text, p.line, p.title) for p in self.parts)
        return Example(self.name, tuple(parts), self.line)
