"""What was exported, what was replaced in it, and what may have been missed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kb.domain import Story
from kb.errors import KBError
from kb.render.layout import Page, clean, columns, pad

# text, placeholder, how often, in which other forms
Replacement = tuple[str, str, int, tuple[str, ...]]
SHOWN = 10
FORMS = 4


def written_text(stories: Sequence[Story], path: str) -> str:
    """What was written where, in a sentence."""
    return f"Wrote {_stories(len(stories))} to {clean(path)}."


def retired_text(count: int) -> str:
    """That retired stories are not among those exported."""
    are = "is" if count == 1 else "are"
    return f"{count} retired {'story' if count == 1 else 'stories'} {are} left out; --all-statuses"


def redaction_text(
    replaced: Sequence[Replacement],
    candidates: Sequence[tuple[str, int]],
    texts: Mapping[str, str],
    page: Page,
) -> str:
    """A line a name that was replaced, the words that look like names and were not, and the
    notice. texts: "list", the file where names are listed, and "notice"."""
    lines = _table(replaced, page) if replaced else ["Nothing was replaced."]
    if candidates:
        some = ", ".join(f"{clean(name)} ({count})" for name, count in candidates[:SHOWN])
        more = len(candidates) - SHOWN
        said = f"Not replaced, though they look like names: {some}"
        lines += ["", *page.wrap(f"{said} and {more} more." if more > 0 else f"{said}.")]
        lines += page.wrap(f"Those that are private belong in {clean(texts['list'])}.")
    return "\n".join([*lines, "", *page.wrap(texts["notice"])])


def export_json(
    written: Mapping[str, str],
    stories: Sequence[Story],
    failed: Sequence[KBError],
    redacted: Mapping[str, Any] | None,
) -> dict[str, Any]:
    """The report as an object. written: "path" and "format". redacted: as `redaction_json`."""
    return {
        "path": written["path"],
        "format": written["format"],
        "stories": [story.id for story in stories],
        "failed": [{"path": e.path, "line": e.line, "message": e.message} for e in failed],
        "redacted": redacted,
    }


def redaction_json(
    replaced: Sequence[Replacement], candidates: Sequence[tuple[str, int]], notice: str
) -> dict[str, Any]:
    """What was replaced and what was not, as an object."""
    return {
        "replaced": [
            {"text": text, "placeholder": mark, "count": count, "forms": list(forms)}
            for text, mark, count, forms in replaced
        ],
        "candidates": [{"text": name, "count": count} for name, count in candidates],
        "notice": notice,
    }


def _table(replaced: Sequence[Replacement], page: Page) -> list[str]:
    rows = [(_named(text, forms), clean(mark), _times(n)) for text, mark, n, forms in replaced]
    marks = max(columns(mark) for _, mark, _ in rows)
    times = max(columns(often) for _, _, often in rows)
    room = max(page.width - marks - times - 6, 12) if page.width else 10_000
    names = [page.cut(name, room) for name, _, _ in rows]
    wide = max(map(columns, names))
    lines = ["Replaced:"]
    for name, (_, mark, often) in zip(names, rows, strict=True):
        lines.append(f"  {pad(name, wide)}  {pad(mark, marks)}  {often}".rstrip())
    return lines


def _named(text: str, forms: Sequence[str]) -> str:
    """A name, with the other forms in which it stood."""
    if not forms:
        return clean(text)
    more = f", {len(forms) - FORMS} more" if len(forms) > FORMS else ""
    return clean(f"{text} ({', '.join(forms[:FORMS])}{more})")


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _stories(count: int) -> str:
    return "1 story" if count == 1 else f"{count} stories"
