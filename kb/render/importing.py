"""What an import would do, and what it did."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from kb.domain import Finding
from kb.render.layout import Page, clean, columns

_LETTERS = {"situation": "S", "task": "T", "action": "A", "result": "R", "learning": "L"}
_MOST = 20  # rows of one kind that are shown on a terminal
_MOST_NAMES = 8
_SECTIONS = {
    "there": ("There already, left alone", ""),
    "gone": ("Imported before and gone since, left out", "Bring back with --again."),
    "similar": ("Nearly the text of a story of yours, left out", "Write too with --similar."),
    "twice": ("Twice in what you import, left out", ""),
}
_WORDS = {
    "there": "there already", "gone": "gone since", "similar": "nearly the same",
    "twice": "twice",
}  # fmt: skip
_NOTES = {
    "tag": "Kept as tags, being no competencies of kb",
    "text": "Put into the story's text, under their names",
    "dropped": "Fields left out",
    "date": "Dates that kb reads in part, or not at all",
    "embed": "Files that do not come along",
    "title": "Without a title, named by their first words",
    "id": "Ids that are written differently now",
    "status": "Unknown states, taken as ready",
}


@dataclass(frozen=True, slots=True)
class ImportRow:
    """A story of a source. place: `file:line`; state: new, there, gone, similar or twice; path:
    its file, or ""; kinds: those of its parts; like, share: the id of the story that it is or is
    like, and how much so; notes: (kind, what, value) of what was not taken as it stood."""

    place: str
    state: str
    title: str
    id: str
    path: str
    kinds: tuple[str, ...]
    words: int
    like: str = ""
    share: float = 0.0
    notes: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ImportView:
    """All of an import. findings: of the sources; skipped: files of unknown types in folders."""

    rows: tuple[ImportRow, ...]
    findings: tuple[Finding, ...] = ()
    skipped: tuple[str, ...] = ()

    def of(self, state: str) -> list[ImportRow]:
        """The rows of a state."""
        return [row for row in self.rows if row.state == state]


def import_text(view: ImportView, page: Page) -> str:
    """The preview: each new story with its file, then what is left out, and what was noticed."""
    lines: list[str] = []
    new = view.of("new")
    for row in _shown(new, page):
        lines += [*_new(row, page), ""]
    if hidden := len(new) - len(_shown(new, page)):
        lines += [*page.wrap(f"... and {hidden} more; in a pipe all are listed."), ""]
    for state, (heading, hint) in _SECTIONS.items():
        if rows := view.of(state):
            lines += _section(f"{heading} ({len(rows)}):", rows, page)
            lines += [*(page.wrap(hint, "  ") if hint else []), ""]
    lines += _notes(view.rows, page)
    lines += _noticed(view, page)
    lines += page.wrap(_summary(view))
    return "\n".join(line.rstrip() for line in lines)


def import_json(view: ImportView, *, written: bool) -> dict[str, Any]:
    """The same as an object. written: whether the new ones are on the disk now."""
    return {
        "written": written,
        "stories": [
            {
                "source": row.place,
                "state": row.state,
                "id": row.id if row.state == "new" else row.like,
                "title": row.title,
                "path": row.path,
                "parts": _letters(row.kinds),
                "words": row.words,
                "like": row.like,
                "share": round(row.share, 3),
                "notes": [{"kind": k, "what": w, "value": v} for k, w, v in row.notes],
            }
            for row in view.rows
        ],
        "findings": [
            {
                "severity": f.severity, "rule": f.rule, "path": f.path, "line": f.line,
                "message": f.message, "hint": f.hint,
            }
            for f in view.findings
        ],
        "skipped": list(view.skipped),
    }  # fmt: skip


def _shown(rows: list[ImportRow], page: Page) -> list[ImportRow]:
    return rows if not page.width or len(rows) <= _MOST + 2 else rows[:_MOST]


def _new(row: ImportRow, page: Page) -> list[str]:
    """A story to be written: its title and parts, whence and whereto, and what it lacks."""
    right = f"{_letters(row.kinds)}  {row.words:>4} {'word ' if row.words == 1 else 'words'}"
    room = page.width - columns(right) - 2
    title = page.cut(clean(row.title), room) if page.width else clean(row.title)
    gap = max(2, room + 2 - columns(title)) if page.width else 2
    lines = [page.style(title, "title") + " " * gap + right]
    lines += page.wrap(f"{clean(row.place)} -> {row.path}", "  ")
    if lacking := _lacking(row.kinds):
        lines += [page.style(line, "warning") for line in page.wrap(lacking, "  ")]
    if row.like and row.share:
        lines += page.wrap(f"{row.share:.0%} the words of {row.like}.", "  ")
    return lines


def _letters(kinds: Sequence[str]) -> str:
    """STARL, with a dash for each part that is missing."""
    return "".join(letter if kind in kinds else "-" for kind, letter in _LETTERS.items())


def _lacking(kinds: Sequence[str]) -> str:
    if not any(kind in _LETTERS for kind in kinds):
        return "No part is labelled."
    missing = [kind for kind in ("situation", "action", "result") if kind not in kinds]
    names = [f"no {kind.capitalize()}" for kind in missing]
    return f"{', '.join(names)}.".capitalize() if names else ""


def _section(heading: str, rows: list[ImportRow], page: Page) -> list[str]:
    lines = page.wrap(heading)
    for row in _shown(rows, page):
        like = f" = {row.like}" if row.share in (0.0, 1.0) else f", {row.share:.0%} {row.like}"
        text = f"{clean(row.place)} {clean(row.title)}"
        lines += page.wrap(f"{text}{like if row.like else ''}", "    ", "  ")
    hidden = len(rows) - len(_shown(rows, page))
    return [*lines, *(page.wrap(f"... and {hidden} more", "  ") if hidden else [])]


def _notes(rows: Sequence[ImportRow], page: Page) -> list[str]:
    """What was not taken as it stood, each kind in one sentence."""
    lines: list[str] = []
    written = [row for row in rows if row.state == "new"]
    for kind, heading in _NOTES.items():
        notes = [(what, value) for row in written for k, what, value in row.notes if k == kind]
        if notes:
            said = _titles(written) if kind == "title" else _names(kind, notes)
            lines += page.wrap(f"{heading}: {said}.", "  ", "")
    return [*lines, ""] if lines else []


def _titles(rows: list[ImportRow]) -> str:
    named = [row for row in rows if any(kind == "title" for kind, _, _ in row.notes)]
    more = f" and {len(named) - 3} more" if len(named) > 3 else ""
    return ", ".join(clean(row.id) for row in named[:3]) + more


def _names(kind: str, notes: list[tuple[str, str]]) -> str:
    """The names, the most frequent first, each with how often and one value."""
    counts = Counter(what for what, _ in notes)
    values = dict(reversed(notes))
    said = []
    for what, count in counts.most_common(_MOST_NAMES):
        often = f"{count} times" if count > 1 else ""
        value = clean(values[what])
        if kind == "dropped" and value:
            value = f"\u201c{value[:30]}\u2026\u201d" if len(value) > 30 else f"\u201c{value}\u201d"
        elif kind in ("date", "id", "status"):
            value = f"read as {value}" if value else "left out"
        detail = ", ".join(filter(None, [often, value if kind != "embed" else ""]))
        said.append(f"{clean(what)} ({detail})" if detail else clean(what))
    more = len(counts) - _MOST_NAMES
    return ", ".join(said) + (f" and {more} more" if more > 0 else "")


def _noticed(view: ImportView, page: Page) -> list[str]:
    lines: list[str] = []
    found = [finding for finding in view.findings if finding.severity != "error"]
    shown = found if not page.width or len(found) <= _MOST + 2 else found[:_MOST]
    for finding in shown:
        place = f"{finding.path}:{finding.line}" if finding.line else finding.path
        text = f"{finding.message} {finding.hint}".strip()
        lines += page.wrap(f"{clean(place)}: {clean(text)}", "  ", "")
    if len(found) > len(shown):
        lines += page.wrap(f"... and {len(found) - len(shown)} more like these.")
    if view.skipped:
        types = Counter(path.rpartition(".")[2].lower() for path in view.skipped)
        said = ", ".join(f".{name} ({count})" for name, count in types.most_common(_MOST_NAMES))
        lines += page.wrap(f"Files of types that hold no stories for kb: {said}.", "  ", "")
    return [*lines, ""] if lines else []


def _summary(view: ImportView) -> str:
    """How many there are of each state."""
    if not view.rows:
        return "No story was found."
    new = len(view.of("new"))
    said = [f"{new} new {'story' if new == 1 else 'stories'}" if new else "Nothing new"]
    said += (f"{len(view.of(state))} {word}" for state, word in _WORDS.items() if view.of(state))
    return f"{', '.join(said)}."
