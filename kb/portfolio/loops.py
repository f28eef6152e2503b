"""An interview loop as its owner writes it: YAML to rounds of questions, and back.

Whatever is wrong is a finding with its line and costs only what it stands on.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from kb.domain import Finding
from kb.errors import DocumentError
from kb.parse.yamltree import Mapping, Node, Scalar, Sequence, read_yaml

if TYPE_CHECKING:
    from kb.domain import Severity

KEYS: Final = (
    "company", "date", "framework", "reuse", "rounds", "told", "keep", "never",
)  # fmt: skip
ROUND_KEYS: Final = ("name", "interviewer", "focus", "questions")
TOLD_KEYS: Final = ("story", "company", "date")
_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_TRUTHS = {
    **dict.fromkeys(("yes", "true", "on", "y"), True),
    **dict.fromkeys(("no", "false", "off", "n"), False),
}
_HINT = "A loop holds at least `rounds:`, a list; see: kb loop --help"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a round is to ask. focus: whether `text` names a competency or a principle; else it
    is the question itself."""

    text: str
    focus: bool = False
    line: int = 0


@dataclass(frozen=True, slots=True)
class Round:
    """One conversation: its questions in their order. interviewer may be ""."""

    name: str
    wanted: tuple[Wanted, ...] = ()
    interviewer: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class ToldBefore:
    """A story that was told to a company, as the loop's file says. date may be ""."""

    story: str
    company: str
    date: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Keep:
    """That a question, by its number or its text, is to be answered with a story."""

    question: str
    story: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class Never:
    """That a story is not to be told in this loop."""

    story: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class Loop:
    """A whole loop. date: YYYY, YYYY-MM or YYYY-MM-DD. path: its file as the user would name
    it. Every text but the rounds' names may be ""."""

    company: str = ""
    date: str = ""
    framework: str = ""
    reuse: bool = False
    rounds: tuple[Round, ...] = ()
    told: tuple[ToldBefore, ...] = ()
    keep: tuple[Keep, ...] = ()
    never: tuple[Never, ...] = ()
    path: str = ""
    framework_line: int = 0


@dataclass(frozen=True, slots=True)
class ParsedLoop:
    """A loop and what was noticed while reading it."""

    loop: Loop
    findings: tuple[Finding, ...] = ()


def parse_loop(text: str, path: str) -> ParsedLoop:
    """The loop in `text`, the content of the file called `path`.

    Raises DocumentError when the text is no YAML or holds no keys and values at all.
    """
    documents = read_yaml(text, path=path)
    if not documents:
        raise DocumentError("the loop is empty.", _HINT, path, 1)
    root = documents[0]
    if not isinstance(root, Mapping):
        raise DocumentError("a loop must hold keys and values.", _HINT, path, root.line)
    reader = _Reader(path)
    if len(documents) > 1:
        message = "the file holds more than one loop; the first is read."
        reader.find("loop-more", "warning", message, documents[1].line, "Keep one in a file.")
    return ParsedLoop(reader.read(root), tuple(reader.findings))


@dataclass(slots=True)
class _Reader:
    path: str
    findings: list[Finding] = field(default_factory=list)

    def find(self, rule: str, severity: Severity, message: str, line: int, hint: str = "") -> None:
        self.findings.append(Finding(rule, severity, message, self.path, line, hint))

    def read(self, root: Mapping) -> Loop:
        found = self._keys(root, KEYS, "a loop")

        def text(key: str) -> str:
            return self._text(key, found[key]) if key in found else ""

        company = text("company")
        return Loop(
            company=company,
            date=self._date(text("date"), found.get("date")),
            framework=text("framework"),
            reuse=self._truth("reuse", found["reuse"]) if "reuse" in found else False,
            rounds=tuple(self._rounds(found.get("rounds"))),
            told=tuple(self._told(found.get("told"), company)),
            keep=tuple(self._keep(found.get("keep"))),
            never=tuple(Never(t, n) for t, n in self._list("never", found.get("never"))),
            path=self.path,
            framework_line=found["framework"].line if "framework" in found else 0,
        )

    def _keys(self, node: Mapping, known: Collection[str], what: str) -> dict[str, Node]:
        """The known keys with their values; unknown and repeated ones are findings."""
        found: dict[str, Node] = {}
        for key_node, value in node.pairs:
            written = key_node.text.strip() if isinstance(key_node, Scalar) else ""
            key = written.lower()
            if key not in known:
                near = get_close_matches(key, known, n=1, cutoff=0.6)
                hint = f"Did you mean `{near[0]}`?" if near else f"Keys: {', '.join(known)}."
                message = f"unknown key `{written}` of {what}, left out."
                self.find("loop-key", "warning", message, key_node.line, hint)
            elif key in found:
                message = f"`{key}` stands twice; the first counts."
                self.find("loop-twice", "warning", message, key_node.line, "Remove one.")
            else:
                found[key] = value
        return found

    def _text(self, key: str, node: Node) -> str:
        one = _one(node)
        if one is None:
            self._wrong(key, node, "one text")
            return ""
        return self._said(key, one)

    def _said(self, key: str, one: Scalar) -> str:
        """A value's text in one line, "" for none."""
        if one.cut:
            message = f"YAML drops `{one.cut}` from `{key}` as a comment."
            self.find("loop-comment", "warning", message, one.line, "Quote the value.")
        return "" if one.kind == "null" else " ".join(one.text.split())

    def _wrong(self, key: str, node: Node, wanted: str) -> None:
        message = f"`{key}` must be {wanted}, and this is {_kind(node)}; it is left out."
        self.find("loop-type", "error", message, node.line, _EXAMPLES.get(key, ""))

    def _date(self, text: str, node: Node | None) -> str:
        match = _DATE.fullmatch(text) if text.isascii() else None
        try:
            if match:
                date(int(match[1]), int(match[2] or 1), int(match[3] or 1))
        except ValueError:
            match = None
        if match or not text:
            return text
        line = node.line if node else 0
        hint = "Write YYYY, YYYY-MM or YYYY-MM-DD."
        self.find("loop-date", "warning", f"`{text}` is no date kb reads.", line, hint)
        return ""

    def _truth(self, key: str, node: Node) -> bool:
        text = node.text.strip().lower() if isinstance(node, Scalar) else None
        if text not in _TRUTHS:
            self._wrong(key, node, "yes or no")
            return False
        return _TRUTHS[text]

    def _list(self, key: str, node: Node | None) -> Iterator[tuple[str, int]]:
        """The texts of a list, or of a single text, each with its line."""
        if node is None:
            return
        if isinstance(node, Mapping) and _one(node) is None:
            self._wrong(key, node, "a list of texts")
            return
        for item in node.items if isinstance(node, Sequence) else (node,):
            one = _one(item)
            if one is None:
                self._wrong(key, item, "a list of texts")
            elif text := self._said(key, one):
                yield text, one.line

    def _rounds(self, node: Node | None) -> Iterator[Round]:
        if node is None or (isinstance(node, Scalar) and node.kind == "null"):
            return
        if not isinstance(node, Sequence):
            self._wrong("rounds", node, "a list of rounds")
            return
        for number, item in enumerate(node.items, start=1):
            if isinstance(item, Mapping):
                yield self._round(item, number)
            else:
                self._wrong(f"round {number}", item, "keys and values")

    def _round(self, node: Mapping, number: int) -> Round:
        found = self._keys(node, ROUND_KEYS, "a round")
        wanted: list[Wanted] = []
        for key, value in found.items():
            if key == "questions":
                wanted += [Wanted(t, False, n) for t, n in self._list(key, value)]
            elif key == "focus":
                said = self._list(key, value)
                parted = _parted(said) if isinstance(value, Scalar) else said
                wanted += [Wanted(t, True, n) for t, n in parted]
        name = self._text("name", found["name"]) if "name" in found else ""
        who = self._text("interviewer", found["interviewer"]) if "interviewer" in found else ""
        if not wanted:
            message = f"round {number} asks nothing."
            hint = "Give it `focus:` or `questions:`."
            self.find("loop-round", "warning", message, node.line, hint)
        return Round(name or f"Round {number}", tuple(wanted), who, node.line)

    def _told(self, node: Node | None, company: str) -> Iterator[ToldBefore]:
        """Stories told before; without a company it is the loop's own."""
        if node is None or (isinstance(node, Scalar) and node.kind == "null"):
            return
        for item in node.items if isinstance(node, Sequence) else (node,):
            if isinstance(item, Scalar):
                if text := self._said("told", item):
                    yield ToldBefore(text, company, "", item.line)
                continue
            if isinstance(item, Sequence):
                self._wrong("told", item, "a list of stories")
                continue
            found = self._keys(item, TOLD_KEYS, "`told`")
            values = {key: self._text(key, value) for key, value in found.items()}
            if not values.get("story"):
                message = "`told` names no story here; it is left out."
                self.find("loop-type", "error", message, item.line, _EXAMPLES["told"])
                continue
            when = self._date(values.get("date", ""), found.get("date"))
            yield ToldBefore(values["story"], values.get("company") or company, when, item.line)

    def _keep(self, node: Node | None) -> Iterator[Keep]:
        if node is None or (isinstance(node, Scalar) and node.kind == "null"):
            return
        if not isinstance(node, Mapping):
            self._wrong("keep", node, "questions, each with its story")
            return
        for key, value in node.pairs:
            question, story = self._text("keep", key), self._text("keep", value)
            if question and story:
                yield Keep(question, story, key.line)
            elif isinstance(value, Scalar):
                self._wrong("keep", value, "questions, each with its story")


_EXAMPLES: Final = {
    "reuse": "Write `reuse: no`.",
    "rounds": "Write each round as `- name: ...` with its keys below.",
    "told": "Write `- {story: ID, company: NAME, date: 2025-03}`.",
    "keep": 'Write `"the question": ID`.',
    "never": "Write `never: [ID, ID]`.",
    "focus": "Write `focus: [disagreement, ownership]`.",
    "questions": 'Write each as `- "the question"`.',
}


def _kind(node: Node) -> str:
    if isinstance(node, Scalar):
        return f"`{' '.join(node.text.split())[:40]}`" if node.text.strip() else "nothing"
    return "a list" if isinstance(node, Sequence) else "keys and values"


def _one(node: Node) -> Scalar | None:
    """A node as one text. `- Tell me: now` reads as a mapping in YAML and is meant as a text."""
    if isinstance(node, Scalar):
        return node
    if isinstance(node, Mapping) and len(node.pairs) == 1:
        key, value = node.pairs[0]
        if isinstance(key, Scalar) and isinstance(value, Scalar):
            return Scalar(f"{key.text}: {value.text}".strip(), "str", node.line, value.end)
    return None


def _parted(said: Iterator[tuple[str, int]]) -> Iterator[tuple[str, int]]:
    """The texts, parted at commas: `focus: disagreement, ownership` is two."""
    for text, line in said:
        for piece in text.split(","):
            if piece.strip():
                yield piece.strip(), line


HEAD: Final = """\
# An interview loop. Edit it, then run: kb loop {name}
# Other keys: company, date, reuse (yes: a story may be told twice), told: a
# list of {{story: ID, date: 2025-03}}, keep: {{"question": ID}}, never: [ID].
# A round may also have `interviewer:` and `questions:`.
"""


def loop_yaml(loop: Loop, name: str) -> str:
    """A loop as the text of its file, called `name` in the comment at its top.

    `parse_loop` reads the same loop from it, but for lines and empty rounds.
    """
    lines = [HEAD.format(name=name).rstrip("\n")]
    for key, value in (
        ("company", loop.company), ("date", loop.date), ("framework", loop.framework),
    ):  # fmt: skip
        lines += [f"{key}: {quoted(value)}"] if value else []
    lines += ["reuse: yes"] if loop.reuse else []
    lines.append("rounds:" if loop.rounds else "rounds: []")
    for one in loop.rounds:
        lines += _round_lines(one)
    lines += ["told:"] if loop.told else []
    for told in loop.told:
        named = (("story", told.story), ("company", told.company), ("date", told.date))
        said = ", ".join(f"{key}: {quoted(value)}" for key, value in named if value)
        lines.append(f"  - {{{said}}}")
    lines += ["keep:"] if loop.keep else []
    lines += [f"  {quoted(k.question)}: {quoted(k.story)}" for k in loop.keep]
    lines += ["never:"] if loop.never else []
    lines += [f"  - {quoted(n.story)}" for n in loop.never]
    return "\n".join(lines) + "\n"


def _round_lines(one: Round) -> Iterator[str]:
    """A round; its focus before its questions, as they are read back."""
    yield f"  - name: {quoted(one.name)}"
    if one.interviewer:
        yield f"    interviewer: {quoted(one.interviewer)}"
    kinds: tuple[tuple[str, Callable[[Wanted], bool]], ...] = (
        ("focus", lambda w: w.focus), ("questions", lambda w: not w.focus),
    )  # fmt: skip
    for key, of_kind in kinds:
        said = [w.text for w in one.wanted if of_kind(w)]
        if said:
            yield f"    {key}:"
            yield from (f"      - {quoted(text)}" for text in said)


_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_-]*(?: [A-Za-z0-9_-]+)*")


def quoted(text: str) -> str:
    """A text as YAML reads it back: plain where that is safe, else in double quotes."""
    if _PLAIN.fullmatch(text) and text.lower() not in {*_TRUTHS, "null"}:
        return text
    return '"' + "".join(map(_escaped, text)) + '"'


def _escaped(char: str) -> str:
    if char in '"\\':
        return "\\" + char
    if char.isprintable():
        return char
    return f"\\u{ord(char):04x}" if ord(char) < 0x10000 else f"\\U{ord(char):08x}"
