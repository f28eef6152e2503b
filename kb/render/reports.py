"""What a build or an evaluation found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kb.domain import BuildReport, Finding
from kb.render.layout import Page, clean


def build_text(report: BuildReport, page: Page) -> str:
    """One line of counts and, for an empty bank, the next step."""
    counts = {
        "added": report.added,
        "changed": report.changed,
        "removed": report.removed,
        "unchanged": report.unchanged,
        "failed": report.failed,
    }
    said = ", ".join(f"{n} {word}" for word, n in counts.items() if n) or "no files"
    lines = [f"{said} in {_seconds(report.seconds)}"]
    if report.renewed:
        lines += page.wrap("The index was of another version of kb, and was made anew.")
    lines += page.wrap(
        f"The bank holds {_count(report.stories, 'story', 'stories')} and "
        f"{_count(report.questions, 'question', 'questions')}."
    )
    if not report.stories:
        lines += page.wrap(
            "Write your first story as a Markdown file in personal/ (its README shows one), "
            "then run: kb build"
        )
    return "\n".join(lines)


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def _seconds(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds < 10 else f"{seconds:.0f} s"


def finding_line(finding: Finding) -> str:
    """`file:line: what is wrong. What to do.`, on one line."""
    place = f"{finding.path}:{finding.line}" if finding.line else finding.path
    said = f"{place}: {finding.message}" if place else finding.message
    return clean(f"{said} {finding.hint}".rstrip().replace("\n", " "))


def build_json(report: BuildReport) -> dict[str, Any]:
    """The build as an object."""
    return {
        "added": report.added,
        "changed": report.changed,
        "removed": report.removed,
        "unchanged": report.unchanged,
        "failed": report.failed,
        "seconds": round(report.seconds, 3),
        "embedded": report.embedded,
        "renewed": report.renewed,
        "stories": report.stories,
        "questions": report.questions,
        "findings": [
            {
                "rule": f.rule,
                "severity": f.severity,
                "message": f.message,
                "path": f.path,
                "line": f.line,
                "hint": f.hint,
            }
            for f in report.findings
        ],
    }


_SHOWN = ("difference", "low", "high")
READING = (
    "In brackets are the bounds of 95% of the differences found when the questions are drawn "
    "anew from these; where 0 lies between them, there is no clear difference."
)
Table = Mapping[str, Mapping[str, float | int | None]]


def metrics_text(table: Table) -> str:
    """A row a kind of question; the columns are those of the first row."""
    names = list(next(iter(table.values())))
    left = max(len(kind) for kind in table)
    lines = [" " * left + "".join(f"{n:>12}" for n in names)]
    for kind, row in table.items():
        cells = "".join(f"{_number(row[n]):>12}" for n in names)
        lines.append(f"{kind:<{left}}{cells}")
    return "\n".join(lines)


def _number(value: float | int | None) -> str:
    if value is None:
        return "-"
    return str(value) if isinstance(value, int) else f"{value:.3f}"


def metrics_json(table: Table) -> dict[str, Any]:
    """The same as an object, numbers to six places."""
    return {
        kind: {n: round(v, 6) if isinstance(v, float) else v for n, v in row.items()}
        for kind, row in table.items()
    }


def comparison_text(rows: Table, differences: Table, page: Page) -> str:
    """The two rankings a row each, the baseline second; then how much higher the first is."""
    lines = [metrics_text(rows)]
    if differences:
        ours, baseline = rows
        left = max(map(len, differences))
        lines += ["", f"{ours} less {baseline}:"]
        for name, row in differences.items():
            lines.append(f"  {name:<{left}}  {_compared(row, baseline)}")
    if any(row["low"] is not None for row in differences.values()):
        lines += ["", *page.wrap(READING)]
    return "\n".join(lines)


def _compared(row: Mapping[str, float | int | None], baseline: str) -> str:
    """`+0.14 [+0.08, +0.20]: better than ...`; the verdict is on the numbers as shown."""
    value, low, high = (None if n is None else round(n, 2) for n in map(row.get, _SHOWN))
    assert value is not None
    if low is None or high is None:
        return f"{_signed(value)}: too few questions to tell it from chance"
    verdict = "no clear difference"
    if low > 0 or high < 0:
        verdict = f"{'better' if low > 0 else 'worse'} than {baseline} on these questions"
    return f"{_signed(value)} [{_signed(low)}, {_signed(high)}]: {verdict}"


def _signed(value: float) -> str:
    return f"{value + 0.0:+.2f}"  # not -0.00


def comparison_json(tables: Mapping[str, Table], differences: Table) -> dict[str, Any]:
    """Each ranking's metrics by its name, and the differences by measure."""
    found = {name: metrics_json(table) for name, table in tables.items()}
    return {**found, "differences": metrics_json(differences)}
