"""Named values to a record: what each means is told by its name, and nothing gets lost."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, cast

from kb.domain import STAR, Part
from kb.importers.dates import read_date
from kb.importers.draft import Draft
from kb.importers.names import meaning, shown
from kb.importers.records import Note, NoteKind, Record, Source
from kb.importers.values import Obj, Value, as_list, as_text, has_text
from kb.importers.write import one_line, trimmed
from kb.parse.slug import slug
from kb.parse.storybody import read_body

if TYPE_CHECKING:
    from kb.domain import PartKind, Status
    from kb.importers.names import Meaning

LONG = 60  # characters from which on a text is one to be kept, and no name
_TITLE_WORDS = 9
_LONGEST_TITLE = 200
_STATUSES: dict[str, Status] = {
    "draft": "draft", "ready": "ready", "retired": "retired", "in progress": "draft",
    "todo": "draft", "to do": "draft", "wip": "draft", "done": "ready", "complete": "ready",
    "completed": "ready", "archived": "retired",
}  # fmt: skip
_LISTED = re.compile(r"[,;|\n•]")
_ASKED = re.compile(r"\n|(?<=[?？])[\s;,|/]+(?=\S)")
_ROW = re.compile(r"\n")
_BULLET = re.compile(r"^\s*(?:[-*+•]|\d{1,3}[.)])\s+")
_LITTLE = frozenset({
    "a", "an", "the", "and", "or", "but", "by", "of", "to", "in", "on", "at", "for", "from",
    "with", "as", "that", "which", "was", "is", "were", "had", "my", "our",
})  # fmt: skip
_MEND = (("iz", "is"), ("yz", "ys"))  # American spelling to that of the ids


@dataclass(slots=True)
class Taker:
    """Takes the fields of one story in, and gives the record.

    line: where the story begins in the source.
    """

    source: Source
    line: int
    title: str = ""
    id: str = ""
    values: dict[str, str] = field(default_factory=dict)
    lists: dict[str, dict[str, None]] = field(
        default_factory=lambda: {"competencies": {}, "tags": {}, "answers": {}}
    )
    bodies: list[tuple[str, int]] = field(default_factory=list)
    extra: list[str] = field(default_factory=list)
    keyed: list[Part] = field(default_factory=list)
    notes: dict[Note, None] = field(default_factory=dict)

    def take(self, name: str, value: Value, depth: int = 0) -> None:
        """One field of the source, with whatever it holds."""
        if not has_text(value):
            return
        means = meaning(name)
        if isinstance(value, Obj) and depth < 4 and _holds_parts(value, means):
            for inner, held in value.pairs:
                self.take(inner, held, depth + 1)
        elif means == "parts" and isinstance(value, tuple):
            self._labelled(name, value)
        elif means == "role" and name.lower().startswith("my ") and len(as_text(value)) > LONG:
            self._part("task", name, value)
        elif means in STAR:
            self._part(means, name, value)
        else:
            self._field(name, means, value)

    def body(self, text: str, line: int) -> None:
        """Text of the story in which its parts may be labelled; `line`: its first in the source."""
        if text.strip():
            self.bodies.append((text, line))

    def note(self, kind: NoteKind, what: str, value: str = "") -> None:
        """Say something of the record, once."""
        self.notes[Note(kind, what, value)] = None

    def group(self, name: str) -> None:
        """A heading over several stories: their competency where it names one, else their tag."""
        self._competence(name, quiet=True)

    def record(self) -> Record | None:
        """The story, or None where there is no text of one."""
        title = one_line(self.title)
        parts: list[Part] = []
        for text, line in self.bodies:
            body = read_body(text, line=line, title=title)
            title = title or (body.title.text if body.title else "")
            parts += (_without_letter(part) for part in body.parts)
        parts += sorted(self.keyed, key=lambda part: STAR.index(part.kind))
        parts += [Part("text", text, self.line) for text in self.extra]
        if not parts:
            return None
        draft = Draft(
            title=title or self._first_words(parts),
            date=self._date(),
            role=self.values.get("role", ""),
            company=self.values.get("company", ""),
            competencies=tuple(self.lists["competencies"]),
            tags=tuple(self.lists["tags"]),
            answers=tuple(self.lists["answers"]),
            status=cast("Status", self.values.get("status", "ready")),
            parts=tuple(parts),
            id=self.id or self._id(title),
        )
        return Record(draft, self.line, tuple(self.notes))

    def _labelled(self, name: str, items: tuple[Value, ...]) -> None:
        """A list of objects that hold a label and a text each."""
        for item in items:
            pairs = item.pairs if isinstance(item, Obj) else ()
            label = next((as_text(v) for n, v in pairs if meaning(n) == "label"), "")
            label = label or next((as_text(v) for n, v in pairs if meaning(n) == "title"), "")
            texts = [v for n, v in pairs if meaning(n) in ("text", "answer", "story")]
            if label and len(texts) == 1 and meaning(label) in STAR:
                self._part(cast("PartKind", meaning(label)), label, texts[0])
            elif isinstance(item, Obj) and _holds_parts(item, None):
                self.take(name, item, 1)
            else:
                self.body(as_text(texts[0] if len(texts) == 1 else item), self.line)

    def _part(self, kind: PartKind, name: str, value: Value) -> None:
        text = trimmed(as_text(value))
        label = shown(name)
        self.keyed.append(Part(kind, text, self.line, label if len(label) > 1 else ""))

    def _field(self, name: str, means: Meaning | None, value: Value) -> None:
        if means == "competencies":
            for piece in _pieces(value, _LISTED):
                self._competence(piece)
        elif means == "tags":
            tags = (piece.lstrip("#").strip() for piece in _pieces(value, _LISTED))
            self.lists["tags"].update(dict.fromkeys(filter(None, tags)))
        elif means == "answers":
            self._answers(name, value)
        else:
            self._text(name, means, value)

    def _text(self, name: str, means: Meaning | None, value: Value) -> None:
        """A field that is one text."""
        text = trimmed(as_text(value))
        if means in ("title", "story") and not self.title and _is_title(text):
            self.title = text
        elif means in ("text", "answer") or (means in ("title", "story") and len(text) > LONG):
            self.bodies.append((text, self.line))
        elif means == "id" and not self.values.get("id"):
            self.values["id"] = text
        elif means == "status" and text.lower() in _STATUSES:
            self.values["status"] = _STATUSES[text.lower()]
        elif means in ("role", "company") and means not in self.values and len(text) <= LONG * 2:
            self.values[means] = one_line(", ".join(as_list(value)))
        elif means not in ("date", "start") or not self._dated(means, one_line(text)):
            self._unknown(name, text)

    def _dated(self, key: str, text: str) -> bool:
        """Whether a date is taken; "March" and "2021" in two fields are one."""
        before = self.values.get(key)
        if before is None:
            self.values[key] = text
            return True
        whole = f"{before} {text}"
        halves = not (read_date(before)[0] and read_date(text)[0])
        if halves and read_date(whole)[1]:
            self.values[key] = whole
            return True
        return False

    def _unknown(self, name: str, text: str) -> None:
        """What has no place: long text goes into the story under its name, the rest is named."""
        if len(text) >= LONG:
            gap = "\n\n" if "\n" in text else " "
            self.extra.append(f"**{shown(name)}:**{gap}{text}")
            self.note("text", shown(name))
        else:
            self.note("dropped", shown(name), one_line(text))

    def _competence(self, name: str, quiet: bool = False) -> None:
        found = competency(name, self.source)
        if found:
            self.lists["competencies"][found] = None
        elif tag := one_line(name).lstrip("#").replace(",", " ").strip():
            self.lists["tags"][tag] = None
            if not quiet:
                self.note("tag", tag)

    def _answers(self, name: str, value: Value) -> None:
        """Questions; but one long text under `answers` is the answer itself."""
        items = as_list(value)
        if len(items) == 1 and name.lower().startswith("answer") and len(items[0]) > LONG * 3:
            self.bodies.append((items[0], self.line))
        else:
            separator = _ASKED if isinstance(value, str) else _ROW
            self.lists["answers"].update(dict.fromkeys(_pieces(value, separator)))

    def _date(self) -> str:
        """The date, from whichever field tells one; what it does not say is noted."""
        date = ""
        for key in ("date", "start"):
            said = self.values.get(key)
            if not said:
                continue
            found, exact = read_date(said)
            if date and found != date:
                self.note("dropped", shown(key), said)
            elif not exact:
                self.note("date", said, found)
            date = date or found
        return date

    def _id(self, title: str) -> str:
        """The id that a field gives, where it is one as kb makes them, of words, and none that
        another program gave."""
        said = self.values.get("id", "")
        words = [word for word in said.split("-") if len(word) > 2 and word.isalpha()]
        if said and slug(said, 200) == said and (len(words) > 1 or said == slug(title)):
            return said
        if said:
            self.note("dropped", "Id", one_line(said))
        return ""

    def _first_words(self, parts: list[Part]) -> str:
        asked = next(iter(self.lists["answers"]), "")
        title = asked.rstrip("?") if asked else first_words(parts[0].text)
        self.note("title", title)
        return title


def competency(name: str, source: Source) -> str:
    """The id that a name spells, or ""."""
    plain = slug(name, 200)
    forms = [plain, *(plain.replace(old, new) for old, new in _MEND)]
    return next((form for form in forms if form in source.competencies), "")


def first_words(text: str) -> str:
    """The first words of a text, as a title."""
    row = next((row for row in text.split("\n") if row.strip()), "")
    words = _BULLET.sub("", row).strip("*_#>` ").split()
    stop = next((n for n, word in enumerate(words, 1) if n > 2 and word.endswith((".", "?"))), 99)
    kept = words[: min(stop, _TITLE_WORDS)]
    while stop > _TITLE_WORDS and len(kept) > 3 and kept[-1].lower() in _LITTLE:
        kept.pop()
    return " ".join(kept)[:LONG].rstrip(" .,:;-*_") or "Untitled"


def _is_title(text: str) -> bool:
    return "\n" not in text and 0 < len(text) <= _LONGEST_TITLE


def _pieces(value: Value, separator: re.Pattern[str]) -> list[str]:
    """The names in a value, without bullets."""
    texts = (piece for text in as_list(value) for piece in separator.split(text))
    return [name for text in texts if (name := one_line(_BULLET.sub("", text)))]


def _holds_parts(value: Obj, means: Meaning | None) -> bool:
    """Whether an object's fields are the story's own."""
    kinds = {meaning(name) for name, _ in value.pairs}
    return means == "parts" or len(kinds & set(STAR)) > 1


def _without_letter(part: Part) -> Part:
    """A part whose label is not a single letter: then it takes the canonical one."""
    return part if len(part.title) > 1 else replace(part, title="")
