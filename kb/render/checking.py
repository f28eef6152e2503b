"""What the rules of `kb check` found: for a reader, for a program, for an editor."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from kb.render.layout import Page, clean

if TYPE_CHECKING:
    from kb.domain import Finding, StoryCard

SARIF_VERSION: Final = "2.1.0"
SARIF_SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
SARIF_LEVELS: Final = {"error": "error", "warning": "warning", "info": "note"}
_STYLES: Final = {"error": "warning", "warning": "warning", "info": "quiet"}


def findings_text(
    findings: Sequence[Finding], cards: Mapping[str, StoryCard], page: Page
) -> list[str]:
    """Lines, grouped by story in a terminal; `path:line rule message`, each alone, in a pipe.

    cards: the stories by id. A finding of no story stands under its file.
    """
    if not page.width:
        return [_line(finding) for finding in findings]
    lines: list[str] = []
    head = ""
    for finding in findings:
        title = cards[finding.story].title if finding.story in cards else ""
        name = clean(title or finding.path)
        if name != head:
            head = name
            path = clean(finding.path) if title else ""
            lines += ["", page.style(page.cut(name, page.width), "title")]
            lines += [page.style(page.cut(path, page.width), "quiet")] if path else []
        lines += _entry(finding, page)
    return lines[1:]


def _line(finding: Finding) -> str:
    place = f"{finding.path}:{finding.line}" if finding.line else finding.path
    said = " ".join(filter(None, [finding.message, _quoted(finding), finding.hint]))
    return clean(f"{place} {finding.rule} {said}".replace("\n", " "))


def _entry(finding: Finding, page: Page) -> list[str]:
    """Line and rule on one line, what is said of it below."""
    mark = "error: " if finding.severity == "error" else ""
    rule = page.style(finding.rule, _STYLES[finding.severity])
    line = str(finding.line) if finding.line else "-"
    lines = [f"{line:>5}  {mark}{rule}"]
    said = " ".join(filter(None, [finding.message, _quoted(finding)]))
    lines += page.wrap(clean(said), " " * 7)
    if finding.hint:
        lines += page.wrap(page.style(clean(finding.hint), "quiet"), " " * 7)
    return lines


def _quoted(finding: Finding) -> str:
    """The words it is about, unless they are said already."""
    if finding.words in finding.message:
        return ""
    return f"\u201c{' '.join(finding.words.split())}\u201d" if finding.words else ""


def checked_text(findings: Sequence[Finding], checked: int, hidden: int, page: Page) -> list[str]:
    """The last line: how much of what in how many stories. hidden: notes that were not shown."""
    if not findings and not hidden:
        what = "the story" if checked == 1 else f"{checked} stories"
        return page.wrap(f"Nothing to point out in {what}." if checked else "There are no stories.")
    counts: Counter[str] = Counter(finding.severity for finding in findings)
    said = [
        _count(counts[severity], one, many)
        for severity, one, many in (
            ("error", "error", "errors"),
            ("warning", "warning", "warnings"),
            ("info", "note", "notes"),
        )
        if counts[severity]
    ]
    stories = len({finding.story for finding in findings if finding.story})
    where = f" in {stories} of {_count(checked, 'story', 'stories')}" if checked > 1 else ""
    first = f"{', '.join(said)}{where}." if said else "Nothing grave."
    more = f" {_count(hidden, 'smaller note', 'smaller notes')} with --all." if hidden else ""
    return page.wrap(first + more)


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def findings_json(findings: Sequence[Finding]) -> list[dict[str, Any]]:
    """The findings as objects."""
    return [
        {
            "path": f.path, "line": f.line, "rule": f.rule, "severity": f.severity,
            "message": f.message, "words": f.words, "hint": f.hint, "story": f.story,
        }
        for f in findings
    ]  # fmt: skip


def rules_text(rules: Sequence[tuple[str, str, str, str]], page: Page) -> str:
    """The rules as (id, how it is set, what it points out, its source)."""
    lines: list[str] = []
    for name, setting, about, source in rules:
        lines += ["", f"{page.style(name, 'title')}  {setting}"]
        lines += page.wrap(clean(about), "  ")
        lines += page.wrap(page.style(clean(source), "quiet"), "  ")
    return "\n".join(lines[1:])


def sarif(
    findings: Sequence[Finding], rules: Sequence[tuple[str, str, str, str]], version: str
) -> dict[str, Any]:
    """The findings as a SARIF log (OASIS, 2.1.0), which editors and CI systems read.

    rules: as for `rules_text`. Rules of the file readers, which have no entry
    there, are named by their findings only.
    """
    driver = {
        "name": "kb",
        "version": version,
        "rules": [
            {
                "id": name,
                "shortDescription": {"text": about},
                "properties": {"source": source},
            }
            for name, _, about, source in rules
        ],
    }
    results = [_result(finding) for finding in findings]
    run = {"tool": {"driver": driver}, "columnKind": "utf16CodeUnits", "results": results}
    return {"$schema": SARIF_SCHEMA, "version": SARIF_VERSION, "runs": [run]}


def _result(finding: Finding) -> dict[str, Any]:
    from urllib.parse import quote

    place: dict[str, Any] = {"artifactLocation": {"uri": quote(finding.path)}}
    if finding.line:
        place["region"] = {"startLine": finding.line}
    said = " ".join(filter(None, [finding.message, _quoted(finding), finding.hint]))
    return {
        "ruleId": finding.rule,
        "level": SARIF_LEVELS[finding.severity],
        "message": {"text": said},
        "locations": [{"physicalLocation": place}],
    }
